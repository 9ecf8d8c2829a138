"""A pile of ten books on every pad driver, against the floor of its protocol and baud rate.

The real driver through pyserial on a pseudo-terminal; the simulated device keeps the times of wire
and air. Floors: tests/bench/pile_floor.py and tests/bench/pad_floors.py.
"""

import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from statistics import median
from time import monotonic
from typing import NamedTuple, Protocol

import msgspec
from rich.table import Table

from drivers.bibliotheca_3m.virtual_pad import BibliothecaSimulatorSettings
from drivers.feig_obid.virtual_reader import FeigSimulatorSettings
from drivers.interfaces import TagReader
from drivers.metratec.virtual_reader import MetratecSimulatorSettings
from drivers.simulators.virtual_tags import CHIPS, PadField, VirtualTag
from drivers.uid import Uid
from tests.bench.feig_pad import feig_pad
from tests.bench.pad_bench import within
from tests.bench.pad_floors import BibliothecaFloor, MetratecFloor
from tests.bench.pads import bibliotheca_pad, metratec_pad
from tests.bench.pile_floor import Floor, PileFloor
from tests.bench.test_pile import BLOCKS, pile
from tests.benchmarks.report import console, plot_ratios, save

BOOKS = 10
ROUNDS = 5
GOAL = 1.15
WRITE_SECONDS = CHIPS["icode-slix"].write_seconds


class PadFloor(Protocol):
    """What a protocol and its line cannot do without."""

    def reading(self, uids: Sequence[Uid], blocks: int) -> Floor: ...
    def releasing(self, uids: Sequence[Uid]) -> Floor: ...


class Bench(NamedTuple):
    """An opened driver, and the field of its simulated pad."""

    reader: TagReader
    field: PadField


class Row(msgspec.Struct):
    """One line of the table; seconds are medians, ratios are to the floor."""

    pad: str
    baud: int
    step: str
    floor_seconds: float
    seconds: float
    ratio: float


def run() -> None:
    """Measure, print the table, write figures and plot."""
    rows = [row for kind in KINDS for row in _measure(kind)]
    console.print(_table(rows))
    save("pads", rows)
    plot_ratios("pads", [(f"{r.pad} · {r.baud} · {r.step}", r.ratio) for r in rows], GOAL)


@contextmanager
def _feig(folder: Path, baud: int) -> Iterator[Bench]:
    device = FeigSimulatorSettings(baud=baud, keeps_wire_time=True, keeps_air_time=True)
    with feig_pad(folder, (), device) as pad:
        yield Bench(pad.reader, pad.simulator.pad)


@contextmanager
def _bibliotheca(folder: Path, baud: int) -> Iterator[Bench]:
    device = BibliothecaSimulatorSettings(baud=baud, keeps_wire_time=True, keeps_air_time=True)
    with bibliotheca_pad(folder, (), device) as pad:
        yield Bench(pad.reader, pad.simulator.pad)


@contextmanager
def _metratec(folder: Path, baud: int) -> Iterator[Bench]:
    device = MetratecSimulatorSettings(baud=baud, keeps_wire_time=True, keeps_air_time=True)
    with metratec_pad(folder, (), device) as pad:
        yield Bench(pad.reader, pad.simulator.pad)


class Kind(NamedTuple):
    """One pad driver on one line."""

    name: str
    baud: int
    open: Callable[[Path, int], AbstractContextManager[Bench]]
    floor: PadFloor


KINDS = (
    *(Kind("feig_obid", baud, _feig, PileFloor(baud, WRITE_SECONDS)) for baud in (38_400, 115_200)),
    Kind("bibliotheca_3m", 19_200, _bibliotheca, BibliothecaFloor(19_200, WRITE_SECONDS)),
    Kind("metratec", 115_200, _metratec, MetratecFloor(115_200, WRITE_SECONDS)),
)


def _measure(kind: Kind) -> Iterator[Row]:
    tags = pile(BOOKS)
    uids = [tag.uid for tag in tags]
    with tempfile.TemporaryDirectory() as folder, kind.open(Path(folder), kind.baud) as bench:
        laps = [_once(bench, tags) for _ in range(ROUNDS)]
    floors = {
        "read": kind.floor.reading(uids, BLOCKS).seconds,
        "released": kind.floor.releasing(uids).seconds,
    }
    for (step, floor), seconds in zip(floors.items(), zip(*laps, strict=True), strict=True):
        took = median(seconds)
        yield Row(kind.name, kind.baud, step, floor, took, took / floor)


def _once(bench: Bench, tags: Sequence[VirtualTag]) -> tuple[float, float]:
    """Seconds until the pile is read, and from there until it is released and proved."""
    for tag in tags:
        bench.field.lift(tag.uid)
    bench.reader.inventory(within())
    for tag in tags:
        bench.field.lay(tag)
    began = monotonic()
    bench.reader.inventory(within())
    for seen in bench.reader.inventory(within()):
        bench.reader.read_blocks(seen.uid, 0, BLOCKS, within())
    read = monotonic()
    for tag in tags:
        bench.reader.write_afi(tag.uid, 0xC2, within())
        bench.reader.system_information(tag.uid, within())
    return read - began, monotonic() - read


def _table(rows: Sequence[Row]) -> Table:
    table = Table(
        "Pad", "Baud", "Step", "Floor ms", "Measured ms", "Ratio", "",
        title=f"{BOOKS} books, median of {ROUNDS}; goal {GOAL:.2f}",
    )  # fmt: skip
    for r in rows:
        table.add_row(
            r.pad,
            str(r.baud),
            r.step,
            f"{r.floor_seconds * 1e3:.0f}",
            f"{r.seconds * 1e3:.0f}",
            f"{r.ratio:.3f}",
            "met" if r.ratio <= GOAL else "MISSED",
        )
    return table
