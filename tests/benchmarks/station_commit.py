"""A station's durable commit against the bare sync of the same disk, in one interleaved run.

Baseline: append 4 KiB to a file and fdatasync. Measured: one operation with its `sent` mark, as
the store writes it when a patron lays a book down; and the grant of a stack of ten with its
journal rows.
"""

import os
import tempfile
from collections.abc import Callable, Iterator
from datetime import date
from functools import partial
from itertools import chain, count
from pathlib import Path
from statistics import median
from time import monotonic, perf_counter

import msgspec
from rich.table import Table

from drivers.uid import Uid
from kiosk import intents
from kiosk.config import load_config
from kiosk.outbox.changes import AddOperation, Change, Journal, KeepReply, MarkSent
from kiosk.outbox.records import JournalState
from kiosk.station import Station
from kiosk.station_store import StationStore
from kiosk.views import BorrowView, FarewellView, Frame, StartView
from service.protocol import codec
from service.protocol.identifiers import new_identifier
from service.protocol.operations import CheckOut, Operation
from service.protocol.replies import Lent
from tests.benchmarks.pile import CARD, items_on_the_shelf, seen_empty
from tests.benchmarks.report import console, plot_ratios, save
from tests.system.rig import Rig, Template, tag_of
from tests.waiting import eventually

GOAL = 1.6
GOAL_COMMITS = 4
BOOKS, STACKS = 10, 3
ROUNDS = 5
COMMITS = 200
BLOCK = bytes(4096)

Step = Callable[[], Callable[[], None]]
"""Makes ready, untimed, and gives what is timed."""


class Row(msgspec.Struct):
    """Median microseconds over all rounds; the ratio is the median of the rounds' ratios."""

    what: str
    microseconds: float
    ratio: float


def run() -> None:
    """Measure, print, keep."""
    with tempfile.TemporaryDirectory(dir=".") as folder:
        rows = list(measure(Path(folder)))
        commits = commits_of_a_stack(Path(folder))
    console.print(_table(rows))
    console.print(f"Commits for a stack of {BOOKS}, card shown to marked as shown: {commits}")
    console.print(f"(goal: at most {GOAL_COMMITS}; the fewest of {STACKS} stacks, whole way)")
    save("station_commit", rows)
    plot_ratios("station_commit", [(row.what, row.ratio) for row in rows[1:]], GOAL)


def measure(folder: Path) -> Iterator[Row]:
    """Baseline first; every round takes each of them in turn."""
    sequences = count(1)
    with StationStore(folder / "station") as store, (folder / "bare").open("wb") as bare:
        steps: dict[str, Step] = {
            "append + fdatasync": lambda: partial(_bare, bare.fileno()),
            "one operation": lambda: partial(store.commit, _operation(next(sequences))),
            "grant of a stack of ten": lambda: _grant(store, sequences),
        }
        rounds = [{name: _time(step) for name, step in steps.items()} for _ in range(ROUNDS)]
    for name in steps:
        ratios = [one[name] / one["append + fdatasync"] for one in rounds]
        yield Row(name, median(one[name] for one in rounds) * 1e6, median(ratios))


def _time(step: Step) -> float:
    times = []
    for _ in range(COMMITS):
        act = step()
        began = perf_counter()
        act()
        times.append(perf_counter() - began)
    return median(times)


def _bare(file: int) -> None:
    os.write(file, BLOCK)
    os.fdatasync(file)


def _operation(sequence: int) -> tuple[AddOperation, MarkSent]:
    operation = Operation(
        operation=new_identifier(),
        sequence=sequence,
        boot=new_identifier(),
        monotonic_ms=1,
        wall_ms=1,
        act=CheckOut(f"TK.{sequence:05d}", "04271936"),
    )
    added = AddOperation(operation, codec.encode(operation), sent=False)
    return added, MarkSent(operation.operation)


def _grant(store: StationStore, sequences: Iterator[int]) -> Callable[[], None]:
    """Ten operations are there already; their grants and journal rows are what is timed."""
    asked = [_operation(next(sequences)) for _ in range(10)]
    store.commit(chain.from_iterable(asked))
    changes: list[Change] = []
    for book, (added, _) in enumerate(asked):
        key, item = added.operation.operation, f"TK.{book:05d}"
        reply = Lent(item, "Mùa mận trên bản Cao", "Mộc Khê", date(2026, 12, 2))
        changes.append(KeepReply(key, reply, codec.encode(reply), new_identifier()))
        changes.append(Journal(key, Uid(f"E0040150{book:08X}"), item, JournalState.WRITING))
    return partial(store.commit, changes)


def _table(rows: list[Row]) -> Table:
    title = f"Station commit; goal ≤ {GOAL} × of the bare sync for one operation"
    table = Table("Commit", "µs", "Ratio", title=title)
    for row in rows:
        table.add_row(row.what, f"{row.microseconds:.0f}", f"{row.ratio:.2f}")
    return table


def commits_of_a_stack(folder: Path) -> int:
    """Lend a stack to a patron through a real service; the fewest commits of several stacks.

    A machine that is busy answers a stack in several waves, and each wave is a commit.
    """
    template = Template.make(folder / "template")
    with Rig(template, folder / "rig") as rig:
        rig.service.start()
        station = Station(load_config(next(rig.folder.glob("*.toml"))))
        frames: list[Frame] = []

        def draw(frame: Frame) -> None:
            frames.append(frame)
            station.submit(intents.FrameDrawn(frame.number))

        station.start(draw)
        try:
            items = items_on_the_shelf(rig.service.database)
            stacks = (items[at : at + BOOKS] for at in range(0, BOOKS * STACKS, BOOKS))
            return min(_lend(rig, station, frames, stack) for stack in stacks)
        finally:
            station.stop()


def _lend(rig: Rig, station: Station, frames: list[Frame], items: list[str]) -> int:
    eventually(lambda: bool(frames) and frames[-1].online, 20, "station online")
    for intent in (intents.ChooseBorrow(), intents.ChooseTyping(), intents.NumberTyped(CARD)):
        station.submit(intent)
    eventually(lambda: isinstance(frames[-1].view, BorrowView), 10, "borrow screen")
    store = station._controller._store
    before = store.commits
    tags = [tag_of(item, number) for number, item in enumerate(items)]
    rig.lay(*tags)
    eventually(lambda: getattr(frames[-1].view, "done", 0) == len(items), 30, "stack lent")
    eventually(lambda: station._controller._telling.next_deadline() is None, 10, "marked as shown")
    commits = store.commits - before
    station.submit(intents.Finish())
    eventually(lambda: isinstance(frames[-1].view, FarewellView), 10, "farewell")
    rig.lift(*tags)
    seen_empty(rig, monotonic())
    station.submit(intents.Finish())
    eventually(lambda: isinstance(frames[-1].view, StartView), 10, "start")
    return commits
