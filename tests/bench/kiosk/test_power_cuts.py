"""Power cuts under the station's store: what was acknowledged is there, whole, whenever it strikes.

The rig proves itself: with `synchronous=NORMAL`, and on a disk that lies about its syncs,
acknowledged commits must be lost.
"""

import os
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import IO

import msgspec
import pytest

from kiosk.outbox.outbox import LAST_SEQUENCE
from kiosk.station_store import StationStore, StoreUnsafe
from tests.faults.committing import KEPT, TAGS, Cut, Outcome

TESTS = Path(__file__).parents[2]
SHIM = TESTS / "faults" / "fsyncloss.c"
MEMORY = Path("/dev/shm")

LAST_OPERATION = 340
"""Beyond the last file operation of a run, so that every one of them can be cut."""


@dataclass
class PowerCuts:
    """The process that forks a committing station for each cut."""

    folder: Path
    orders: IO[str]
    outcomes: IO[str]
    number: int = 0

    def cut(self, at: int, **how: object) -> tuple[Path, Outcome]:
        """A fresh station that is cut at file operation `at`; returns its folder."""
        self.number += 1
        place = self.folder / str(self.number)
        place.mkdir()
        order = Cut(folder=str(place), at=at, **how)  # type: ignore[arg-type]
        self.orders.write(msgspec.json.encode(order).decode() + "\n")
        self.orders.flush()
        return place, msgspec.json.decode(self.outcomes.readline(), type=Outcome)


@pytest.fixture(scope="module")
def shim(tmp_path_factory: pytest.TempPathFactory) -> Path:
    library = tmp_path_factory.mktemp("shim") / "fsyncloss.so"
    command = ["gcc", "-shared", "-fPIC", "-O2", "-o", str(library), str(SHIM), "-ldl", "-lpthread"]
    subprocess.run(command, check=True)
    return library


@pytest.fixture
def quick_folder(tmp_path: Path) -> Iterator[Path]:
    """In memory where there is such a place: only the shim says what was synced."""
    with TemporaryDirectory(dir=MEMORY if MEMORY.is_dir() else tmp_path) as folder:
        yield Path(folder).resolve()


@pytest.fixture
def cuts(shim: Path, quick_folder: Path) -> Iterator[PowerCuts]:
    rig = subprocess.Popen(
        [sys.executable, "-m", "tests.faults.committing"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        cwd=TESTS.parent,
        env=os.environ | {"LD_PRELOAD": str(shim)},
    )
    assert rig.stdin is not None
    assert rig.stdout is not None
    with rig:
        yield PowerCuts(quick_folder, rig.stdin, rig.stdout)
        rig.stdin.close()


def committed_steps(place: Path) -> int:
    """How many steps stand in the store that a cut left; every one must be whole."""
    with StationStore(place, ballast_bytes=4096) as store:
        assert store._database.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        records, rows = store.records(), store.journal()
        last = int(store.value(LAST_SEQUENCE) or 0)
    kept = list(range(max(1, last - KEPT + 1), last + 1))
    assert [record.sequence for record in records] == kept
    assert [(record.answered, record.shown) for record in records[:-1]] == (
        [(True, True)] * (len(records) - 1)
    )
    tags = sorted((row.operation, row.uid) for row in rows)
    assert tags == sorted((record.key, tag) for record in records for tag in TAGS)
    return last


def lost(place: Path, outcome: Outcome) -> int:
    """Acknowledged steps that are not there."""
    try:
        return max(0, outcome.acknowledged - committed_steps(place))
    except (sqlite3.DatabaseError, StoreUnsafe):
        return outcome.acknowledged
    finally:
        shutil.rmtree(place)


def moments(count: int, seed: int) -> list[int]:
    return [Random(seed + n).randint(1, LAST_OPERATION) for n in range(count)]


@pytest.mark.parametrize("torn", [False, True], ids=["whole sectors lost", "torn writes"])
def test_no_acknowledged_commit_is_lost_whenever_power_is_cut(cuts: PowerCuts, torn: bool) -> None:
    struck = 0
    for seed, at in enumerate(moments(150, seed=torn)):
        place, outcome = cuts.cut(at, seed=seed, torn=torn)
        struck += outcome.killed
        assert lost(place, outcome) == 0, f"cut at {at}, seed {seed}"
    assert struck > 100


def test_the_rig_sees_acknowledged_commits_lost_without_full_syncs(cuts: PowerCuts) -> None:
    outcomes = [cuts.cut(at, synchronous="1") for at in moments(40, seed=2)]
    assert sum(lost(*each) for each in outcomes) > 0


def test_the_rig_sees_acknowledged_commits_lost_on_a_disk_that_lies(cuts: PowerCuts) -> None:
    outcomes = [cuts.cut(at, lie=True) for at in moments(20, seed=3)]
    struck = [(place, outcome) for place, outcome in outcomes if outcome.killed]
    assert sum(lost(*each) for each in struck) > 0


def test_the_same_moment_and_seed_always_cut_alike(cuts: PowerCuts) -> None:
    first, second = (cuts.cut(137, seed=5, torn=True) for _ in range(2))
    assert first[1] == second[1]
    sizes = [(place / "station.db-wal").stat().st_size for place, _ in (first, second)]
    assert sizes[0] == sizes[1]


def test_the_last_moment_of_the_rig_lies_behind_the_last_file_operation(cuts: PowerCuts) -> None:
    """Else the end of a run would never be cut."""
    place, outcome = cuts.cut(LAST_OPERATION)
    assert not outcome.killed
    assert lost(place, outcome) == 0
