"""One PostgreSQL cluster for all tests of a process, where it is installed."""

from collections.abc import Iterator

import pytest

from tests.bench.ledger.databases import PostgreSQL, postgresql, postgresql_programs


@pytest.fixture(scope="session")
def cluster() -> Iterator[PostgreSQL]:
    programs = postgresql_programs()
    if programs is None:
        pytest.skip("PostgreSQL is not installed")
    with postgresql(programs) as running:
        yield running
