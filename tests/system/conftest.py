"""One sample library with two enrolled stations, made once; each test gets a copy."""

from collections.abc import Iterator
from typing import Protocol

import pytest

from tests.system.rig import SECOND_STATION, STATION, Rig, Template


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> Template:
    return Template.make(tmp_path_factory.mktemp("library"), (STATION, SECOND_STATION))


class MakeRig(Protocol):
    """Makes a rig whose service does not run yet, with faults planted into all its processes."""

    def __call__(self, *planted: str, answer_seconds: float = 2.0) -> Rig: ...


@pytest.fixture
def make_rig(template: Template, tmp_path_factory: pytest.TempPathFactory) -> Iterator[MakeRig]:
    """Rigs that are cleared away after the test, one at a time: they share a port."""
    made: list[Rig] = []

    def make(*planted: str, answer_seconds: float = 2.0) -> Rig:
        while made:
            made.pop().close()
        folder = tmp_path_factory.mktemp("rig") / "it"  # short: a socket's path ends at 107 bytes
        rig = Rig(template, folder, answer_seconds=answer_seconds)
        made.append(rig)
        for process in (rig.service, *(kiosk.station for kiosk in rig.kiosks)):
            process.planted = planted
        return rig

    yield make
    while made:
        made.pop().close()


@pytest.fixture
def rig(make_rig: MakeRig) -> Rig:
    """A rig whose service runs; the stations are not started."""
    made = make_rig()
    made.service.start()
    return made
