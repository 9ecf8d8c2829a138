"""Empty databases to be filled: an SQLite file, and PostgreSQL where it is installed."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine

from service.database.engine import open_engine
from service.database.migrate import upgrade_engine
from tests.bench.ledger.databases import PostgreSQL


@pytest.fixture
def sqlite_engine(tmp_path: Path) -> Iterator[Engine]:
    engine = open_engine(f"sqlite:///{tmp_path / 'service.db'}")
    upgrade_engine(engine)
    yield engine
    engine.dispose()


@pytest.fixture
def postgresql_engine(cluster: PostgreSQL) -> Iterator[Engine]:
    engine = open_engine(cluster.copy())
    yield engine
    engine.dispose()


@pytest.fixture(params=["sqlite_engine", "postgresql_engine"])
def engine(request: pytest.FixtureRequest) -> Engine:
    found: Engine = request.getfixturevalue(request.param)
    return found
