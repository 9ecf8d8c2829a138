"""One running service for each module; each test enrols stations of its own."""

from collections.abc import Iterator

import pytest

from tests.service_process import ServiceProcess


@pytest.fixture(scope="module")
def service() -> Iterator[ServiceProcess]:
    with ServiceProcess() as running:
        yield running


@pytest.fixture
def own_service() -> Iterator[ServiceProcess]:
    """For tests that kill it."""
    with ServiceProcess() as running:
        yield running
