"""Each test of the ledger runs on both databases, where there are both."""

from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path
from shutil import copyfile

import pytest

from service.database.engine import open_engine
from service.database.migrate import upgrade
from tests.bench.ledger.databases import PostgreSQL
from tests.bench.ledger.library import Library, fill

Copy = Callable[[], str]


@pytest.fixture(scope="session")
def sqlite_model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An empty database of this schema; to be copied."""
    path = tmp_path_factory.mktemp("model") / "service.db"
    upgrade(f"sqlite:///{path}")
    return path


@pytest.fixture(params=["sqlite", "postgresql"])
def new_database(request: pytest.FixtureRequest, tmp_path: Path, sqlite_model: Path) -> Copy:
    """Makes the URL of a new, empty database at each call."""
    if request.param == "postgresql":
        running: PostgreSQL = request.getfixturevalue("cluster")
        return running.copy
    numbers = count()

    def copy() -> str:
        path = tmp_path / f"{next(numbers)}.db"
        copyfile(sqlite_model, path)
        return f"sqlite:///{path}"

    return copy


@pytest.fixture
def library(new_database: Copy) -> Iterator[Library]:
    url = new_database()
    engine = open_engine(url)
    fill(engine)
    engine.dispose()
    opened = Library(url)
    yield opened
    opened.close()
