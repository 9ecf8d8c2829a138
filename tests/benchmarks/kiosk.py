"""The kiosk's window against an empty Kivy window of the same size, in one interleaved run.

Start: process start to the first flip, for the kiosk to the flip of the station's first frame.
Memory: the peak after a borrow of ten. Change to frame: against one label that changes.
The station is scripted, the real station's code is imported as the kiosk does after its first
picture; what its threads need at work is not in these figures.
"""

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from threading import Thread
from time import perf_counter
from typing import Any

import msgspec
from rich.table import Table

from tests.benchmarks.report import FOLDER, console, plot_ratios, quantile, save
from tests.screen.display import x_server
from tests.waiting import eventually

ROUNDS = 5
IDLE_SECONDS = 30.0
PROGRAMS = {
    "bare": ("tests.benchmarks.empty_child", "bare"),
    "label": ("tests.benchmarks.empty_child", "label"),
    "kiosk": ("tests.benchmarks.kiosk_child",),
}
TICKS = os.sysconf("SC_CLK_TCK")


class Figure(msgspec.Struct):
    """One goal: the kiosk's figure, the baseline's, their ratio or the plain value, the goal."""

    what: str
    kiosk: float
    baseline: float | None
    value: float
    goal: float


def as_installed() -> dict[str, str]:
    """Processes find compiled code and leave some, as an installed kiosk does; not in the tree."""
    kept = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    return kept | {"PYTHONPYCACHEPREFIX": str(FOLDER.absolute() / "compiled")}


class Child:
    """A measured window as a process; collects what it tells."""

    def __init__(self, kind: str, display: str, home: Path) -> None:
        self.began = perf_counter()
        self._process = subprocess.Popen(
            [sys.executable, "-m", *PROGRAMS[kind], str(home)],
            env=as_installed() | {"DISPLAY": display},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self.told: list[dict[str, Any]] = []
        self._listener = Thread(target=self._listen)
        self._listener.start()

    def _listen(self) -> None:
        assert self._process.stdout is not None
        with self._process.stdout as lines:
            for line in lines:
                self.told.append(json.loads(line))

    def wait_for(self, event: str) -> dict[str, Any]:
        """The first line of this event."""
        return eventually(lambda: next(iter(self.events(event)), None), 60, event) or {}

    def events(self, event: str) -> list[dict[str, Any]]:
        """All lines of an event."""
        return [told for told in list(self.told) if told["event"] == event]

    def begin(self) -> None:
        """Start the script."""
        assert self._process.stdin is not None
        self._process.stdin.write("begin\n")
        self._process.stdin.flush()

    @property
    def cpu_seconds(self) -> float:
        """User and system time so far."""
        stat = Path(f"/proc/{self._process.pid}/stat").read_text(encoding="ascii")
        user, system = stat.rpartition(")")[2].split()[11:13]
        return (int(user) + int(system)) / TICKS

    @property
    def peak_mib(self) -> float:
        """The largest resident size so far."""
        status = Path(f"/proc/{self._process.pid}/status").read_text(encoding="ascii")
        line = next(line for line in status.splitlines() if line.startswith("VmHWM"))
        return int(line.split()[1]) / 1024

    def end(self) -> None:
        """Stop it."""
        self._process.terminate()
        self._process.wait(20)
        self._listener.join()
        assert self._process.stdin is not None
        self._process.stdin.close()


@contextmanager
def child(kind: str, display: str) -> Iterator[Child]:
    """A window that is ended in any case."""
    with tempfile.TemporaryDirectory() as home:
        opened = Child(kind, display, Path(home))
        try:
            yield opened
        finally:
            opened.end()


def run() -> None:
    """Measure, print, keep."""
    with x_server(1280, 800) as display:
        figures = [*starts(display), *borrow(display), *idle(display)]
    console.print(_table(figures))
    save("kiosk", figures)
    ratios = [(figure.what, figure.value / figure.goal) for figure in figures if figure.goal]
    plot_ratios("kiosk", ratios, 1.0)


def starts(display: str) -> Iterator[Figure]:
    """Time to the first picture, and for the kiosk to its first usable screen.

    The first of each is not counted: it compiles what an installation has compiled.
    """
    times: dict[str, list[float]] = {"bare": [], "kiosk": []}
    for _ in range(1 + ROUNDS):
        for kind, event in (("bare", "flip"), ("kiosk", "drawn")):
            with child(kind, display) as opened:
                opened.wait_for(event)
                times[kind].append(perf_counter() - opened.began)
    ours, theirs = median(times["kiosk"][1:]), median(times["bare"][1:])
    yield Figure("first usable screen, s", ours, theirs, ours / theirs, 1.5)


def borrow(display: str) -> Iterator[Figure]:
    """Callbacks, change to frame and memory during a borrow of ten."""
    with child("label", display) as text, child("kiosk", display) as kiosk:
        text.wait_for("flip")
        text.begin()
        text.wait_for("finished")
        kiosk.wait_for("drawn")
        kiosk.begin()
        kiosk.wait_for("finished")
        peaks = kiosk.peak_mib, text.peak_mib
        callbacks = [told["seconds"] for told in kiosk.events("callback")[1:]]
        ours = median(told["seconds"] for told in kiosk.events("drawn")[2:])
        theirs = median(told["seconds"] for told in text.events("drawn"))
    p99 = quantile(callbacks, 0.99) * 1000
    yield Figure("peak memory, MiB", peaks[0], peaks[1], peaks[0] / peaks[1], 1.35)
    yield Figure("our callback on the UI thread, p99, ms", p99, None, p99, 16.0)
    yield Figure("change to frame, ms", ours * 1000, theirs * 1000, ours / theirs, 1.5)


def idle(display: str) -> Iterator[Figure]:
    """Processor time and frames while nothing changes but the clock's minute."""
    with child("bare", display) as empty, child("kiosk", display) as kiosk:
        empty.wait_for("flip")
        kiosk.wait_for("drawn")
        _pause(8)  # sounds and the next screens are made ready in the first seconds
        before = [(one.cpu_seconds, len(one.events("flip"))) for one in (kiosk, empty)]
        _pause(IDLE_SECONDS)
        after = [(one.cpu_seconds, len(one.events("flip"))) for one in (kiosk, empty)]
    (ours, frames), (theirs, _) = [
        (end[0] - begin[0], end[1] - begin[1]) for begin, end in zip(before, after, strict=True)
    ]
    percent = [100 * seconds / IDLE_SECONDS for seconds in (ours, theirs)]
    yield Figure("idle processor, %", percent[0], percent[1], percent[0] / percent[1], 1.2)
    yield Figure("frames in 30 s but for the minute", frames, None, max(0, frames - 1), 0.0)


def _pause(seconds: float) -> None:
    until = perf_counter() + seconds
    eventually(lambda: perf_counter() >= until, seconds + 5, "end of the pause")


def _table(figures: list[Figure]) -> Table:
    table = Table("kiosk window", "kiosk", "baseline", "value", "goal", "")
    for figure in figures:
        baseline = "" if figure.baseline is None else f"{figure.baseline:.2f}"
        met = "met" if figure.value <= figure.goal else "MISSED"
        row = f"{figure.kiosk:.2f}", baseline, f"{figure.value:.2f}", f"≤ {figure.goal:.2f}", met
        table.add_row(figure.what, *row)
    return table
