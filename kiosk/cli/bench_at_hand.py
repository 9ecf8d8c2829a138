"""The bench that a technician's commands act on: its folder and its socket."""

import os
import stat
from pathlib import Path
from tempfile import gettempdir
from typing import Annotated

import typer

from drivers.simulators.bench_client import BenchClient, BenchGone, BenchRefused
from drivers.simulators.bench_protocol import AnyCommand
from kiosk.cli.at_hand import give_up

StateOption = Annotated[
    Path | None,
    typer.Option(
        "--state",
        envvar="MUONTRA_BENCH",
        metavar="DIR",
        help="Folder of the bench: its links, its socket, what lies where.",
        show_default=False,
    ),
]


def ask_bench(command: AnyCommand, state: Path | None, *, as_json: bool) -> None:
    """Have the bench carry a command out; ends the command with its reason when it does not."""
    try:
        with BenchClient(bench_socket(bench_folder(state))) as client:
            client.ask(command)
    except (BenchGone, BenchRefused) as problem:
        give_up(problem)
    if as_json:
        typer.echo('{"says":"done"}')


def bench_folder(given: Path | None) -> Path:
    """The folder of the bench: ours alone, for whoever may use its socket may do anything to it."""
    if given is not None:
        return given
    folder = (
        Path(os.environ.get("XDG_RUNTIME_DIR") or gettempdir()) / f"muontra-bench-{os.getuid()}"
    )
    folder.mkdir(mode=0o700, exist_ok=True)
    told = folder.lstat()
    if told.st_uid != os.getuid() or not stat.S_ISDIR(told.st_mode):
        give_up(f"{folder} belongs to somebody else; say --state DIR.")
    return folder


def bench_socket(folder: Path) -> Path:
    """Where the bench listens."""
    return folder / "bench.sock"
