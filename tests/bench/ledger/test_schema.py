"""The schema: the migrations make the tables that the code believes in."""

import sqlite3
import warnings
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import inspect
from sqlalchemy.exc import IntegrityError

from service.database import models
from service.database.engine import (
    SQLITE_SETTINGS,
    DatabaseUnsafe,
    describe,
    known_faults,
    open_engine,
    open_reading_engine,
)
from service.database.migrate import SchemaUnknown, check_schema, upgrade
from tests.bench.ledger.conftest import Copy
from tests.bench.ledger.library import Library


def test_migrations_equal_the_models(new_database: Copy) -> None:
    engine = open_engine(new_database())
    with engine.connect() as connection, warnings.catch_warnings():
        # SQLite cannot tell about the index over three coalesce(); the test below does.
        warnings.filterwarnings("ignore", message=".*expression-based index.*")
        context = MigrationContext.configure(connection, opts={"include_name": is_a_model})
        assert compare_metadata(context, models.metadata) == []
    engine.dispose()


def is_a_model(name: str | None, kind: str, _parents: object) -> bool:
    """The index of words is another thing in every database; its own tests tell of it."""
    return kind != "table" or not (name or "").startswith("title_index")


def test_checks_are_the_same_in_models_and_migrations(new_database: Copy) -> None:
    """Autogeneration does not compare them."""
    engine = open_engine(new_database())
    found = {
        (table, check["name"])
        for table in models.metadata.tables
        for check in inspect(engine).get_check_constraints(table)
    }
    wanted = {
        (table.name, constraint.name)
        for table in models.metadata.sorted_tables
        for constraint in table.constraints
        if type(constraint).__name__ == "CheckConstraint"
    }
    assert found == wanted
    engine.dispose()


def test_upgrade_twice_changes_nothing(new_database: Copy) -> None:
    url = new_database()
    upgrade(url)
    engine = open_engine(url)
    check_schema(engine)
    with engine.connect() as connection:
        rules = connection.exec_driver_sql("SELECT loan_days FROM rules").all()
    assert [tuple(row) for row in rules] == [(14,)]
    engine.dispose()


def test_database_of_another_release_is_refused_with_what_to_do(new_database: Copy) -> None:
    engine = open_engine(new_database())
    with engine.begin() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(SchemaUnknown, match=r"9999.*muontra-service db upgrade"):
        check_schema(engine)
    engine.dispose()


def test_empty_database_is_refused(tmp_path: Path) -> None:
    engine = open_engine(f"sqlite:///{tmp_path / 'empty.db'}")
    with pytest.raises(SchemaUnknown, match="none"):
        check_schema(engine)
    engine.dispose()


@pytest.mark.parametrize(
    "text",
    [
        "INSERT INTO rules (loan_days, max_loans, renewals) VALUES (1, 1, 1)",
        "INSERT INTO loans VALUES (2, 1, 2, 'open', 1, '2026-03-02', NULL, 0, 1, 'a', 'b', 'c')",
        "UPDATE loans SET closed_at_ms = 1",
        "UPDATE loans SET state = 'returned'",
        "UPDATE loans SET state = 'unheard of', closed_at_ms = 1",
        "UPDATE loans SET patron = 999",
        "INSERT INTO patron_cards VALUES ('second', 1, 'active')",
    ],
)
def test_database_itself_refuses_what_must_never_be(library: Library, text: str) -> None:
    library.do(
        "INSERT INTO loans VALUES (1, 1, 1, 'open', 1, '2026-03-02', NULL, 0, 1, 'a', 'b', 'c')"
    )
    with pytest.raises(IntegrityError):
        library.do(text)


def test_every_connection_is_proved_durable(new_database: Copy) -> None:
    engine = open_engine(new_database())
    if engine.dialect.name == "sqlite":
        with engine.connect() as connection:
            for name, (_, expected) in SQLITE_SETTINGS.items():
                assert connection.exec_driver_sql(f"PRAGMA {name}").scalar() == expected
    assert describe(engine)
    engine.dispose()


def test_setting_that_does_not_hold_is_noticed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The rig plants NORMAL where FULL is wanted."""
    monkeypatch.setitem(SQLITE_SETTINGS, "synchronous", ("NORMAL", 2))
    engine = open_engine(f"sqlite:///{tmp_path / 'x.db'}")
    with pytest.raises(DatabaseUnsafe, match="synchronous"):
        engine.connect()


def test_postgresql_that_does_not_wait_for_its_disk_is_refused(new_database: Copy) -> None:
    url = new_database()
    engine = open_engine(f"{url}&options=-csynchronous_commit%3Doff")
    if engine.dialect.name == "sqlite":
        pytest.skip("PostgreSQL's setting")
    with pytest.raises(DatabaseUnsafe, match="synchronous_commit=off"):
        engine.connect()
    engine.dispose()


@pytest.mark.parametrize("url", ["sqlite://", "sqlite:///:memory:"])
def test_database_in_memory_is_refused(url: str) -> None:
    with pytest.raises(DatabaseUnsafe, match="file"):
        open_engine(url)


def test_reading_engine_cannot_write(library: Library) -> None:
    engine = open_reading_engine(library.url)
    with engine.connect() as connection, pytest.raises(Exception, match=r"readonly|read-only"):
        connection.exec_driver_sql("UPDATE rules SET loan_days = 1")
    engine.dispose()


def test_known_faults_are_told_of_the_versions_that_have_them(tmp_path: Path) -> None:
    engine = open_engine(f"sqlite:///{tmp_path / 'x.db'}")
    assert any("WAL" in fault for fault in known_faults(engine, (3, 40, 1)))
    assert known_faults(engine, (3, 51, 3)) == []
    assert known_faults(engine) == known_faults(engine, sqlite3.sqlite_version_info)
