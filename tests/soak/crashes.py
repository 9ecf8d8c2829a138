"""A thousand kills at named steps, in blocks of fifty with a seed each; after every block the
promises are checked on stores, tags and what people were shown. The report goes to
docs/soak-report.md; one broken promise ends the run with its seed.
"""

import platform
import sqlite3
import tempfile
from argparse import ArgumentParser, Namespace
from collections import Counter
from datetime import datetime
from pathlib import Path
from time import monotonic

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from kiosk.crash_points import CrashPoint as KioskPoint
from service.crash_points import CrashPoint as ServicePoint
from tests.system.crash_rig import CrashRig
from tests.system.rig import Rig, Template

BLOCK = 50
REPORT = Path("docs/soak-report.md")
STEPS = tuple(point.value for point in (*KioskPoint, *ServicePoint))

console = Console(width=100, highlight=False)


def add_options(parser: ArgumentParser) -> None:
    parser.add_argument("--kills", type=int, default=1000, help="processes truly killed at least")


def run(options: Namespace) -> int:
    """0 only if every promise held and every step was cut."""
    began, cuts, broken = monotonic(), Counter[str](), list[str]()
    blocks = 0
    with tempfile.TemporaryDirectory() as folder, _progress() as progress:
        bar = progress.add_task("Processes killed", total=options.kills)
        template = Template.make(Path(folder) / "template")
        while cuts.total() < options.kills and not broken:
            seed = options.seed + blocks
            broken += _block(template, Path(folder) / str(blocks), seed, cuts)
            progress.update(bar, completed=min(cuts.total(), options.kills))
            blocks += 1
    missed = [step for step in STEPS if not cuts[step]]
    _report(options.seed, blocks, cuts, broken, missed, monotonic() - began)
    return 1 if broken or missed else 0


def _block(template: Template, folder: Path, seed: int, cuts: Counter[str]) -> list[str]:
    with Rig(template, folder) as rig:
        rig.service.start()
        crash = CrashRig(rig, seed)
        crash.sample(BLOCK)
        cuts.update(crash.cuts)
        return [f"seed {seed}: {promise}" for promise in crash.verdict()]


def _progress() -> Progress:
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    return Progress(*columns, TimeElapsedColumn(), console=console)


def _report(
    seed: int, blocks: int, cuts: Counter[str], broken: list[str], missed: list[str], seconds: float
) -> None:
    verdict = "; ".join(broken) if broken else "no promise broken"
    lines = [
        "# Soak report",
        "",
        f"{datetime.now().astimezone():%Y-%m-%d}, Python {platform.python_version()}, SQLite "
        f"{sqlite3.sqlite_version}, {platform.machine()}, {seconds / 60:.0f} minutes.",
        "",
        f"{blocks * BLOCK} visits armed, {cuts.total()} of them truly cut, seeds {seed} to "
        f"{seed + blocks - 1}: **{verdict}**. Every {BLOCK} visits all loans, tags and what people",
        "were shown were held against each other, before and after each tag was seen once more.",
        f"Steps never cut: {', '.join(missed) or 'none'}.",
        "",
        "| step | cuts |",
        "|---|---|",
        *(f"| {step} | {cuts[step]} |" for step in STEPS),
        "",
        "Made by `make soak`.",
    ]
    REPORT.write_text("\n".join(lines) + "\n", encoding="utf-8")
    console.print(f"{verdict}; the report lies in {REPORT}")
