"""A database of the first schema, with titles in it, is brought to this one."""

from alembic import command

from service.database.engine import open_engine
from service.database.migrate import configuration, upgrade
from tests.bench.catalogue.library import Catalogue
from tests.bench.ledger.conftest import Copy

FIRST = "0001"


def test_titles_of_the_first_schema_are_found(bare_database: Copy) -> None:
    url = bare_database()
    engine = open_engine(url)
    config = configuration()
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, FIRST)
        connection.exec_driver_sql(
            "INSERT INTO titles (title, author, ddc, search_key)"
            " VALUES ('Đất rừng phương Nam', 'Đoàn Giỏi', '895', 'dat rung phuong nam doan gioi')"
        )
    engine.dispose()
    upgrade(url)
    catalogue = Catalogue(url)
    assert catalogue.found("đất rừ") == catalogue.found("gioi") == ["Đất rừng phương Nam"]
    catalogue.close()
