"""Every parser of outside bytes under atheris, each as a process with bounded memory and time.

What breaks one is kept in build/fuzz, to be put into tests/fuzz/corpus when it is mended. The
report goes to docs/fuzz-report.md.
"""

import os
import platform
import re
import subprocess
import sys
import tempfile
from argparse import ArgumentParser, Namespace
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from time import monotonic

from rich.console import Console

from tests.fuzz.corpus import corpus_of
from tests.fuzz.targets import TARGETS

REPORT = Path("docs/fuzz-report.md")
FOUND = Path("build/fuzz")
LONGEST_INPUT = 600
HANG_SECONDS = 5
MOST_MEBIBYTES = 600

_COUNTED = re.compile(r"stat::number_of_executed_units:\s*(\d+)")
_COVERED = re.compile(r"cov: (\d+)")

console = Console(width=100, highlight=False)


@dataclass(frozen=True, slots=True)
class Tried:
    """How one target did; `trouble` is empty when nothing broke it."""

    target: str
    inputs: int
    branches: int
    seconds: float
    trouble: str


def add_options(parser: ArgumentParser) -> None:
    parser.add_argument("--inputs", type=int, default=1_000_000, help="tried on each parser")
    parser.add_argument("--seconds", type=int, default=1800, help="at most, for each parser")
    parser.add_argument("--side-by-side", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--target", action="append", choices=TARGETS, help="these parsers only")


def run(options: Namespace) -> int:
    """0 only if nothing broke."""
    if find_spec("atheris") is None:
        console.print("No fuzzing: atheris has wheels for x86_64 and Python before 3.14 only.")
        return 0
    with ThreadPoolExecutor(options.side_by_side) as pool:
        tried = []
        for one in pool.map(lambda name: _try(name, options), options.target or TARGETS):
            console.print(f"{one.target}: {one.inputs} inputs, {one.trouble or 'nothing broke'}")
            tried.append(one)
    if not options.target:
        REPORT.write_text("\n".join(_report(tried, options)) + "\n", encoding="utf-8")
    return int(any(one.trouble for one in tried))


def _try(name: str, options: Namespace) -> Tried:
    FOUND.mkdir(parents=True, exist_ok=True)
    began = monotonic()
    with tempfile.TemporaryDirectory() as folder:
        for number, data in enumerate(corpus_of(name)):
            (Path(folder) / f"{number}").write_bytes(data[:LONGEST_INPUT])
        ended = subprocess.run(
            [sys.executable, "-m", "tests.fuzz.coverage_guided", name, *_flags(options), folder],
            capture_output=True,
            text=True,
            errors="replace",
            check=False,
        )
    told = ended.stderr + ended.stdout
    trouble = "" if ended.returncode == 0 else _trouble(told)
    counted, covered = _COUNTED.findall(told), _COVERED.findall(told)
    inputs, branches = int((counted or [0])[-1]), int((covered or [0])[-1])
    return Tried(name, inputs, branches, monotonic() - began, trouble)


def _flags(options: Namespace) -> Iterator[str]:
    yield f"-runs={options.inputs}"
    yield f"-max_total_time={options.seconds}"
    yield f"-seed={options.seed}"
    yield f"-max_len={LONGEST_INPUT}"
    yield f"-timeout={HANG_SECONDS}"
    yield f"-rss_limit_mb={MOST_MEBIBYTES}"
    yield f"-artifact_prefix={FOUND}/"
    yield "-print_final_stats=1"


def _trouble(told: str) -> str:
    lines = told.splitlines()
    hints = ("Error", "ERROR", "Exception", "Test unit written")
    named = [line.strip() for line in lines if any(hint in line for hint in hints)]
    return "; ".join(named[:3]) or "\n".join(lines[-3:])


def _report(tried: Sequence[Tried], options: Namespace) -> Iterator[str]:
    broken = [one for one in tried if one.trouble]
    short = [one for one in tried if one.inputs < options.inputs and not one.trouble]
    total = sum(one.inputs for one in tried)
    yield "# Fuzz report"
    yield ""
    yield (
        f"{datetime.now().astimezone():%Y-%m-%d}, atheris {version('atheris')}, Python "
        f"{platform.python_version()}, {platform.machine()}, "
        f"{options.side_by_side} at a time, seed {options.seed}."
    )
    yield ""
    yield (
        f"{total:,} inputs of up to {LONGEST_INPUT} bytes on {len(tried)} parsers: "
        f"**{len(broken)} broken**. No crash means: no error but those that the parser's contract "
        f"names (tests/fuzz/targets.py), none slower than {HANG_SECONDS} s, never more than "
        f"{MOST_MEBIBYTES} MiB, and no stream that keeps more bytes than its longest frame."
    )
    yield ""
    yield (
        f"{len(tried) - len(short) - len(broken)} parsers were given the whole of "
        f"{options.inputs:,} inputs; for {len(short)} the time of {options.seconds} s each was "
        "over before."
    )
    yield ""
    yield "| parser | inputs | branches | seconds | |"
    yield "|---|---:|---:|---:|---|"
    for one in tried:
        result = one.trouble.replace("|", "/") or "held"
        yield (f"| {one.target} | {one.inputs:,} | {one.branches} | {one.seconds:.0f} | {result} |")
    yield ""
    yield "Made by `make soak ARGS=fuzzing`."
