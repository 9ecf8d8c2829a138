"""A pile of books, from the first inventory that finds it to the screen, against its floor.

The whole way runs: simulated pad with wire and air time on a pseudo-terminal, the station as a
process, the service with CURVE and a durable ledger. The clock starts with the RF reset before the
first inventory that finds the pile (how long an idle pad sleeps between rounds is a setting), and
stops when the frame that shows it has left the station. The floor is tests/bench/pile_floor.py.
"""

import re
import sqlite3
import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random
from statistics import median
from time import monotonic

import msgspec
from rich.table import Table

from drivers.feig_obid.virtual_reader import FeigSimulatorSettings
from drivers.frame_trace import Direction, TracedFrame
from drivers.simulators.virtual_tags import CHIPS, VirtualTag
from drivers.uid import Uid
from kiosk.pad import ROUNDS_TO_MISS
from tests.bench.pile_floor import Floor, PileFloor
from tests.benchmarks.report import console, plot_ratios, save
from tests.system.rig import Rig, Template, states, tag_of
from tests.waiting import eventually

BAUDS = (38_400, 115_200)
PILES = (1, 5, 10, 20, 30)
ROUNDS = 3
BLOCKS = 9
GOAL = 1.10
GOAL_FRAMES = 4
CARD = "90000005"  # a box account, whose limit thirty books do not reach

COMMAND, STATUS = 2, 3
ISO_HOST, RF_RESET = 0xB0, 0x69
SOME_TAGS, NO_TAG = {0x00, 0x94}, 0x01


@dataclass(frozen=True)
class Cost:
    """One pile, once: seconds and frames until all are named, and until all are released."""

    named: Floor
    released: Floor


class Row(msgspec.Struct):
    """One line of the table; seconds are medians, ratios are to the floor."""

    baud: int
    books: int
    step: str
    floor_seconds: float
    seconds: float
    ratio: float
    floor_frames: int
    frames: int


def run() -> None:
    """Measure, print the table, write figures and plot."""
    rows = list(measure())
    console.print(_table(rows))
    save("pile", rows)
    plot_ratios("pile", [(f"{r.books} · {r.baud} · {r.step}", r.ratio) for r in rows], GOAL)


def measure() -> Iterator[Row]:
    """All piles at all rates."""
    with tempfile.TemporaryDirectory() as folder:
        template = Template.make(Path(folder) / "template")
        for baud in BAUDS:
            device = FeigSimulatorSettings(baud=baud, keeps_wire_time=True, keeps_air_time=True)
            with Rig(template, Path(folder) / str(baud), device=device) as rig:
                _poll_as_in_service(rig.folder)
                rig.service.start()
                rig.station.start()
                rig.online()
                items = items_on_the_shelf(rig.folder / "service" / "service.db")
                for books in PILES:
                    yield from _rows(rig, baud, items[:books])


def _poll_as_in_service(folder: Path) -> None:
    """Rigs look at the pad more often than a station does."""
    for config in folder.glob("*.toml"):
        text = config.read_text(encoding="utf-8")
        config.write_text(re.sub(r"poll_seconds = .*\n", "", text), encoding="utf-8")


def items_on_the_shelf(database: Path) -> list[str]:
    """Single tagged books that anybody may borrow."""
    with sqlite3.connect(f"file:{database}?mode=ro", uri=True) as connection:
        rows = connection.execute(
            "SELECT number FROM items WHERE tagged AND parts = 1 AND item_type = 'book'"
            " AND home_point = 'TV'"
            " AND NOT (not_for_loan OR withdrawn OR lost)"
            " AND id NOT IN (SELECT item FROM loans WHERE state = 'open')"
            " AND title NOT IN (SELECT title FROM holds) ORDER BY number"
        )
        return [number for (number,) in rows]


def _rows(rig: Rig, baud: int, items: list[str]) -> list[Row]:
    pile = [_tag(item, number) for number, item in enumerate(items)]
    costs = [_once(rig, pile, set(items)) for _ in range(ROUNDS)]
    floor = PileFloor(baud, CHIPS["icode-slix"].write_seconds)
    uids = [tag.uid for tag in pile]
    reading = floor.reading(uids, BLOCKS)
    both = reading + floor.releasing(uids)
    books = len(items)
    return [
        _row(baud, books, "on screen", reading, [cost.named for cost in costs]),
        _row(baud, books, "released", both, [cost.released for cost in costs]),
    ]


def _row(baud: int, books: int, step: str, floor: Floor, costs: list[Floor]) -> Row:
    seconds = median(cost.seconds for cost in costs)
    return Row(
        baud,
        books,
        step,
        floor.seconds,
        seconds,
        seconds / floor.seconds,
        floor.frames,
        round(median(cost.frames for cost in costs)),
    )


def _tag(item: str, number: int) -> VirtualTag:
    """Random UIDs: the anticollision tree is as it is in life."""
    tag = tag_of(item, 0)
    return VirtualTag(
        Uid(f"E0040110{Random(number).getrandbits(32):08X}"), memory=tag.memory, afi=7, dsfid=0x3E
    )


def _once(rig: Rig, pile: list[VirtualTag], items: set[str]) -> Cost:
    """Lend the pile, then bring it back so that the next round finds it as this one did."""
    rig.show_card(CARD)
    shown = len(rig.station.frames)
    laid = monotonic()
    rig.lay(*pile)
    named = _moment(rig, shown, lambda found: set(found) == items)
    released = _moment(
        rig, shown, lambda found: set(found) == items and set(found.values()) == {"done"}
    )
    trace = rig.simulator.trace.frames()
    start = _start(trace, laid)
    cost = Cost(_cost(trace, start, named), _cost(trace, start, released))
    _bring_back(rig, pile)
    return cost


def _moment(rig: Rig, since: int, condition: Callable[[dict[str, str]], bool]) -> float:
    """When the first frame came that shows it so."""

    def first() -> float:
        for frame in rig.station.frames[since:]:
            if frame["kind"] == "BorrowView" and condition(states(frame["frame"]["view"])):
                came: float = frame["at"]
                return came
        return 0.0

    return eventually(first, 20, "the pile on the screen")


def _start(trace: Sequence[TracedFrame], laid: float) -> float:
    """The RF reset before the first inventory that answers with tags, be it before the laying."""
    found = next(
        frame.at
        for frame in trace
        if frame.at >= laid
        and frame.direction is Direction.SENT
        and frame.raw[COMMAND] == ISO_HOST
        and frame.raw[STATUS] in SOME_TAGS
    )
    resets = [
        frame.at
        for frame in trace
        if frame.direction is Direction.RECEIVED and frame.raw[COMMAND] == RF_RESET
    ]
    return max(at for at in resets if at < found)


def _cost(trace: Sequence[TracedFrame], start: float, end: float) -> Floor:
    asked = [f for f in trace if f.direction is Direction.RECEIVED and start <= f.at <= end]
    return Floor(end - start, len(asked))


def seen_empty(rig: Rig, since: float) -> None:
    """Wait until the station has missed the pile for good."""

    def rounds() -> bool:
        trace = [frame for frame in rig.simulator.trace.frames() if frame.at >= since]
        empty = [f for f in trace if f.direction is Direction.SENT and f.raw[COMMAND] == ISO_HOST]
        return len([f for f in empty if f.raw[STATUS] == NO_TAG]) > ROUNDS_TO_MISS

    eventually(rounds, 20, "an empty pad")


def _bring_back(rig: Rig, pile: list[VirtualTag]) -> None:
    station = rig.station
    station.do("Finish")
    station.until(lambda view: view["kind"] == "FarewellView", 10, "farewell")
    station.do("Finish")
    station.until(lambda view: view["kind"] == "StartView", 10, "start")
    station.do("ChooseReturn")
    done = {"done"}
    station.until(
        lambda view: len(states(view)) == len(pile) and set(states(view).values()) == done,
        60,
        "all returned",
    )
    station.do("Finish")
    station.until(lambda view: view["kind"] == "FarewellView", 10, "farewell")
    rig.lift(*pile)
    seen_empty(rig, monotonic())
    station.do("Finish")
    station.until(lambda view: view["kind"] == "StartView", 10, "start")


def _table(rows: list[Row]) -> Table:
    table = Table(
        "Baud", "Books", "Until", "Floor ms", "Measured ms", "Ratio", "Frames (floor)",
        title=f"Pile of books, whole way, median of {ROUNDS}; goal {GOAL:.2f} for ten books",
    )  # fmt: skip
    for r in rows:
        table.add_row(
            str(r.baud),
            str(r.books),
            r.step,
            f"{r.floor_seconds * 1e3:.0f}",
            f"{r.seconds * 1e3:.0f}",
            f"{r.ratio:.2f}",
            f"{r.frames} ({r.floor_frames})",
        )
    return table
