"""One sample library with two enrolled stations, made once; each test gets a copy."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.system.rig import SECOND_STATION, STATION, Rig, Template


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> Template:
    return Template.make(tmp_path_factory.mktemp("library"), (STATION, SECOND_STATION))


@pytest.fixture
def make_rig(template: Template, tmp_path: Path) -> Iterator[Callable[[], Rig]]:
    """Rigs that are cleared away after the test, one at a time: they share a port."""
    with ExitStack() as stack:
        made: list[Rig] = []

        def make() -> Rig:
            while made:
                made.pop().close()
            rig = Rig(template, tmp_path / f"rig-{len(list(tmp_path.iterdir()))}")
            made.append(rig)
            stack.callback(rig.close)
            return rig

        yield make


@pytest.fixture
def rig(make_rig: Callable[[], Rig]) -> Rig:
    """A rig whose service runs; the station is not started."""
    made = make_rig()
    made.service.start()
    return made
