"""Each promise of the port is asked of both backends."""

from collections.abc import Callable, Iterator
from pathlib import Path
from shutil import copyfile

import pytest

from service.database.engine import open_engine
from service.database.migrate import upgrade
from tests.bench.backends.behind import Behind
from tests.bench.backends.foreign_fake import ForeignFake
from tests.bench.ledger.library import fill

Make = Callable[[ForeignFake | None], Behind]


@pytest.fixture(scope="session")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("backends") / "library.db"
    upgrade(f"sqlite:///{path}")
    engine = open_engine(f"sqlite:///{path}")
    fill(engine)
    engine.dispose()
    return path


@pytest.fixture
def make(filled: Path, tmp_path: Path) -> Iterator[Make]:
    opened: list[Behind] = []

    def behind(system: ForeignFake | None) -> Behind:
        path = tmp_path / f"{len(opened)}.db"
        copyfile(filled, path)
        opened.append(Behind(f"sqlite:///{path}", system))
        return opened[-1]

    yield behind
    for library in opened:
        library.close()


@pytest.fixture(params=["embedded", "foreign"])
def library(request: pytest.FixtureRequest, make: Make) -> Behind:
    return make(ForeignFake() if request.param == "foreign" else None)


@pytest.fixture
def system() -> ForeignFake:
    return ForeignFake()


@pytest.fixture
def foreign(make: Make, system: ForeignFake) -> Behind:
    return make(system)
