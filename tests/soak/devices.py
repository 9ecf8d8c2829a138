"""A day of simulated life for every driver, each in a process of its own.

Every minute something is done at the device, mostly while something goes wrong; what was broken is
put right, and must be overcome within the worker's longest pause. The report goes to
docs/soak-devices-report.md.
"""

import platform
import subprocess
import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from pathlib import Path
from time import monotonic

import msgspec
from rich.console import Console

from drivers.registry import installed_drivers
from tests.soak.lived import Lived

REPORT = Path("docs/soak-devices-report.md")
MOST_GROWN_BYTES = 1024 * 1024
"""Python keeps the newest 512 compiled patterns, 1.3 KB each: metraTec questions name their tag."""

MOST_LINES_A_MINUTE = 12
SIDE_BY_SIDE = 4
"""They wait more than they work."""

console = Console(width=100, highlight=False)


def add_options(parser: ArgumentParser) -> None:
    parser.add_argument("--hours", type=float, default=24.0, help="of each device's life")


def run(options: Namespace) -> int:
    """0 only if nothing was missed and nothing grew."""
    began, minutes = monotonic(), round(options.hours * 60)
    with ThreadPoolExecutor(SIDE_BY_SIDE) as pool:
        lives = pool.map(lambda name: lived(minutes, options.seed, name)[0], installed_drivers())
        days = []
        for day in lives:
            console.print(f"{day.driver}: {'; '.join(troubles_of(day)) or 'well'}")
            days.append(day)
    report = "\n".join(_report(days, options, monotonic() - began))
    REPORT.write_text(report + "\n", encoding="utf-8")
    return int(any(troubles_of(day) for day in days))


def lived(minutes: int, seed: int, *drivers: str, plant: str = "") -> Sequence[Lived]:
    """The days of these drivers, one after the other in one process; of all when none is named."""
    planted = [f"--plant={plant}"] if plant else []
    words = [f"--minutes={minutes}", f"--seed={seed}", *planted, *drivers]
    ended = subprocess.run(
        [sys.executable, "-m", "tests.soak.device_life", *words],
        capture_output=True,
        text=True,
        check=False,
    )
    if ended.returncode:
        raise RuntimeError(f"{' '.join(drivers)}: {ended.stderr[-2000:]}")
    return [msgspec.json.decode(line, type=Lived) for line in ended.stdout.splitlines()]


def troubles_of(day: Lived) -> Sequence[str]:
    """What was not as it must be."""
    bounds = {
        "threads left": (day.threads, 0),
        "descriptors left": (day.descriptors, 0),
        "bytes grown": (day.grown_bytes, MOST_GROWN_BYTES),
        "log lines in a minute": (day.most_lines_a_minute, MOST_LINES_A_MINUTE),
    }
    over = [f"{found} {what}" for what, (found, most) in bounds.items() if found > most]
    return [*day.missed[:3], *day.strange, *over]


def _report(days: Sequence[Lived], options: Namespace, seconds: float) -> Iterator[str]:
    bad = [day.driver for day in days if troubles_of(day)]
    yield "# Soak report of the devices"
    yield ""
    yield (
        f"{datetime.now().astimezone():%Y-%m-%d}, Python {platform.python_version()}, "
        f"{platform.machine()}, {seconds / 60:.0f} minutes for {options.hours:g} hours of each of "
        f"{len(days)} devices, seed {options.seed}: **{', '.join(bad) or 'nothing missed'}**."
    )
    yield ""
    yield (
        "The real driver and the station's own worker on a pseudo-terminal. One event a minute; "
        "the minutes between events and the worker's pauses pass on a virtual clock, everything "
        "else in real time. Overcome: seconds, on that clock, from when the fault was put right "
        "until what happens at the device was told again. Grown: memory that Python holds more "
        "at the end than after twenty minutes. One cause may be told once; an hour without "
        "its plug is one cause."
    )
    yield ""
    yield (
        "| driver | faults struck | lost | slowest overcome s | log lines | most a minute "
        "| threads left | descriptors left | grown KiB | |"
    )
    yield "|---|---:|---:|---:|---:|---:|---:|---:|---:|---|"
    for day in days:
        yield (
            f"| {day.driver} | {day.struck:,} | {day.went_down:,} | {day.slowest_seconds:.1f} "
            f"| {day.log_lines:,} | {day.most_lines_a_minute} | {day.threads} | {day.descriptors} "
            f"| {day.grown_bytes / 1024:.0f} | {'; '.join(troubles_of(day)) or 'well'} |"
        )
    yield ""
    yield "Made by `make soak ARGS=devices`."
