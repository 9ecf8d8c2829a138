"""The bench: a whole simulated desk as one process behind a local socket.

    python -m drivers.simulators.bench --state DIR --socket PATH [--books FILE]

Drivers open the links `DIR/pad` and `DIR/scanner`; hands act through the socket
(drivers/simulators/bench_protocol.py). Tags and what lies where outlive the process in DIR.
"""

import argparse
import fcntl
import signal
import sys
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path

import msgspec

from drivers.barcode_serial.simulator import BarcodeSimulatorSettings
from drivers.feig_obid.virtual_reader import FeigSimulatorSettings
from drivers.simulators.bench_protocol import BenchItem
from drivers.simulators.bench_server import BenchServer, Bulletin
from drivers.simulators.desk import Desk, NotOnThisDesk

BOOKS_HELP = "JSON lines of books and cards: name, kind, title, barcode, tag"


def main(arguments: Sequence[str] | None = None) -> int:
    """Serve until `quit` or a signal to end."""
    options = _parser().parse_args(arguments)
    try:
        with _only_bench_of(options.state), _server(options) as server:
            for number in (signal.SIGTERM, signal.SIGINT):
                signal.signal(number, lambda *_: server.stopped.set())
            sys.stdout.write(f"bench ready at {options.socket}\n")
            sys.stdout.flush()
            server.serve_until_stopped()
    except (NotOnThisDesk, OSError, msgspec.MsgspecError) as problem:
        sys.stderr.write(f"bench: {problem}\n")
        return 1
    return 0


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


@contextmanager
def _server(options: argparse.Namespace) -> Iterator[BenchServer]:
    pad = FeigSimulatorSettings(
        baud=options.baud, keeps_wire_time=options.timed, keeps_air_time=options.timed
    )
    scanner = BarcodeSimulatorSettings(keeps_wire_time=options.timed)
    bulletin = Bulletin()
    desk = Desk(
        options.state,
        _shelf(options.books),
        dict.fromkeys(options.pads, pad),
        dict.fromkeys(options.scanners, scanner),
        bulletin.notice,
    )
    with closing(desk), BenchServer(options.socket, desk, bulletin) as server:
        yield server


def _shelf(books: Path | None) -> list[BenchItem]:
    if books is None:
        return []
    lines = [line for line in books.read_bytes().splitlines() if line.strip()]
    return [msgspec.json.decode(line, type=BenchItem) for line in lines]


if __name__ == "__main__":
    sys.exit(main())
