"""The bench: a whole desk, gate or book-drop of simulated devices as one process behind a socket.

    python -m drivers.simulators.bench --state DIR --socket PATH [--books FILE]

is a desk of FEIG pads and plain scanners; `muontra bench run` takes any devices from a file.
Drivers open the links in DIR, such as `DIR/pad`; hands act through the socket
(drivers/simulators/bench_protocol.py). Tags and what lies where outlive the process in DIR.
"""

import argparse
import fcntl
import signal
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path

import msgspec

from drivers.simulators.bench_file import BenchFile, items_in
from drivers.simulators.bench_protocol import BenchDevice
from drivers.simulators.bench_server import BenchServer, Bulletin
from drivers.simulators.desk import Desk
from drivers.simulators.placed_device import NotOnThisDesk

BOOKS_HELP = "JSON lines of books and cards: name, kind, title, barcode, tag"


def main(arguments: Sequence[str] | None = None) -> int:
    """Serve until `quit` or a signal to end."""
    options = _parser().parse_args(arguments)
    try:
        serve(
            _desk_of(options), options.state, options.socket, lambda _: _say_ready(options.socket)
        )
    except (NotOnThisDesk, OSError, msgspec.MsgspecError) as problem:
        sys.stderr.write(f"bench: {problem}\n")
        return 1
    return 0


def serve(plan: BenchFile, state: Path, socket: Path, ready: Callable[[Desk], None]) -> None:
    """Serve until `quit` or a signal to end; `ready` is called when drivers and hands may come.

    Raises NotOnThisDesk or OSError.
    """
    bulletin = Bulletin()
    with (
        _only_bench_of(state),
        closing(Desk(state, plan.item, plan.device, bulletin.notice)) as desk,
        BenchServer(socket, desk, bulletin) as server,
    ):
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: server.stopped.set())
        ready(desk)
        server.serve_until_stopped()


def _say_ready(socket: Path) -> None:
    sys.stdout.write(f"bench ready at {socket}\n")
    sys.stdout.flush()


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m drivers.simulators.bench", description="A desk of simulated devices."
    )
    parser.add_argument("--state", type=Path, required=True, help="folder for links and memory")
    parser.add_argument("--socket", type=Path, required=True, help="local socket to serve")
    parser.add_argument("--books", type=Path, help=BOOKS_HELP)
    parser.add_argument("--pads", nargs="*", default=["pad"], help="names of the RFID pads")
    parser.add_argument("--scanners", nargs="*", default=["scanner"], help="names of the scanners")
    parser.add_argument("--baud", type=int, default=38_400, help="rate of the pads")
    parser.add_argument("--timed", action="store_true", help="keep the times of wire and air")
    return parser


@contextmanager
def _only_bench_of(folder: Path) -> Iterator[None]:
    """The lock goes with the process, however it ends."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as problem:
            raise NotOnThisDesk(f"another bench uses {folder}; end it first") from problem
        yield


def _desk_of(options: argparse.Namespace) -> BenchFile:
    timed = {"keeps_wire_time": options.timed}
    pad = {"baud": options.baud, "keeps_air_time": options.timed, **timed}
    devices = [
        *(BenchDevice(name=name, driver="feig_obid", options=pad) for name in options.pads),
        *(
            BenchDevice(name=name, driver="barcode_serial", options=timed)
            for name in options.scanners
        ),
    ]
    return BenchFile(device=devices, item=items_in(options.books) if options.books else [])


if __name__ == "__main__":
    sys.exit(main())
