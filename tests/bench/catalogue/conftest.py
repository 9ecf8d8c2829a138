"""Each test of the catalogue runs on both databases, where there are both."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.bench.catalogue.library import Catalogue, decide
from tests.bench.ledger.conftest import Copy, new_database, sqlite_model
from tests.bench.ledger.databases import PostgreSQL

__all__ = ["new_database", "sqlite_model"]


@pytest.fixture(params=["sqlite", "postgresql"])
def bare_database(request: pytest.FixtureRequest, tmp_path: Path) -> Copy:
    """Makes the URL of a database without any table."""
    if request.param == "sqlite":
        return lambda: f"sqlite:///{tmp_path / 'bare.db'}"
    running: PostgreSQL = request.getfixturevalue("cluster")
    return lambda: running.copy("template0")


@pytest.fixture
def catalogue(new_database: Copy) -> Iterator[Catalogue]:
    opened = Catalogue(new_database())
    decide(opened.engine)
    yield opened
    opened.close()
