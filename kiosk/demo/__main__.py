"""`python -m kiosk.demo`: started by `make demo`."""

import argparse
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from contextlib import ExitStack, suppress
from pathlib import Path
from threading import Thread
from time import monotonic

from rich.console import Console
from rich.table import Table

from drivers.simulators.bench_client import BenchClient, BenchGone
from drivers.simulators.bench_protocol import FrameSeen, Subscribe
from kiosk.demo.programs import (
    DemoFailed,
    Folders,
    bench_client,
    bench_words,
    enrol_station,
    fill_library,
    free_endpoint,
    kiosk_words,
    panel_words,
    running,
    service_words,
    virtual_display,
)
from kiosk.demo.screen import Screen
from kiosk.demo.visit import BookState, Visit

EXAMPLE = "Example: make demo ARGS='-v --size 1024x600'"
AFI_WORDS = {0x07: "07 secured", 0xC2: "C2 released"}

console = Console(highlight=False)


def main() -> int:
    """Exit 0 only if promises 1 and 2 held for every book."""
    options = _parser().parse_args()
    folders = Folders(options.folder.resolve())
    folders.make_anew()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    try:
        return _demo(options, folders)
    except (DemoFailed, subprocess.CalledProcessError) as problem:
        console.print(f"[red]The demo failed:[/] {problem}\nLogs lie in {folders.top}")
        return 1
    except KeyboardInterrupt:
        return 130


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="make demo", description=__doc__, epilog=EXAMPLE)
    parser.add_argument("-v", "--verbose", action="store_true", help="print every frame of the pad")
    parser.add_argument("--headless", action="store_true", help="play the visit without a display")
    parser.add_argument("--size", default="1280x800", help="of the kiosk's screen, in pixels")
    parser.add_argument("--folder", type=Path, default=Path("build/demo"), help="for everything")
    return parser


def _demo(options: argparse.Namespace, folders: Folders) -> int:
    width, height = (int(side) for side in options.size.split("x"))
    endpoint = free_endpoint()
    console.rule("muontra · mượn – trả")
    fill_library(folders)
    enrol_station(folders, endpoint, width, height)
    with ExitStack() as stack:
        stack.enter_context(running(folders, "service", service_words(folders, endpoint)))
        stack.enter_context(running(folders, "bench", bench_words(folders)))
        bench = stack.enter_context(bench_client(folders))
        if options.verbose:
            _print_frames(stack.enter_context(bench_client(folders)))
        if options.headless or not os.environ.get("DISPLAY"):
            return _without_display(folders, bench, width, height, stack)
        return _with_display(folders, width, stack)


def _with_display(folders: Folders, width: int, stack: ExitStack) -> int:
    stack.enter_context(running(folders, "panel", panel_words(folders, width)))
    kiosk = stack.enter_context(running(folders, "kiosk", kiosk_words(folders)))
    console.print("The kiosk and its bench panel are open: lay books and cards on the pad.")
    console.print("Close the kiosk's window, or press Ctrl-C here, to end.")
    return kiosk.wait()


def _without_display(
    folders: Folders, bench: BenchClient, width: int, height: int, stack: ExitStack
) -> int:
    display = stack.enter_context(virtual_display(folders, width, height))
    kiosk = kiosk_words(folders)
    stack.enter_context(running(folders, "kiosk", kiosk, DISPLAY=display))
    screen = Screen(display, folders.drawn, folders.pictures)
    visit = Visit(folders, bench, screen, _narrator())
    visit.play()
    _tell(visit)
    console.print(f"Screenshots: {folders.pictures}")
    return 0 if visit.kept else 1


def _narrator() -> Callable[[str], None]:
    began = monotonic()

    def say(what: str) -> None:
        console.print(f"[dim]{monotonic() - began:6.2f} s[/]  {what}")

    return say


def _print_frames(bench: BenchClient) -> None:
    """Every frame at the pad, as it happens, from a connection of its own."""
    bench.ask(Subscribe(frames=True))

    def follow() -> None:
        with suppress(BenchGone):
            while True:
                event = bench.next_event(60)
                if isinstance(event, FrameSeen):
                    words = f"{event.direction:8} {event.hex}  {event.sentence}"
                    console.print(f"[dim]          {words}[/]")

    Thread(target=follow, name="frames", daemon=True).start()


def _tell(visit: Visit) -> None:
    console.print(_table("Borrowed", visit.borrowed))
    console.print(_table("Returned", visit.returned))
    console.print("\n".join(visit.receipt), markup=False)
    verdict = "[green]held" if visit.kept else "[red]were BROKEN"
    console.print(f"\nNo act lost or doubled, every tag as its loan: the promises {verdict}[/].")


def _table(title: str, books: list[BookState]) -> Table:
    table = Table("Item", "Title", "Shown as", "Loan", "Due", "AFI on the tag", "")
    table.title = title
    for book in books:
        afi = AFI_WORDS.get(book.afi, f"{book.afi:02X}")
        mark = "[green]✓[/]" if book.kept else "[red]✗[/]"
        table.add_row(book.item, book.title, book.told, book.loan, book.due, afi, mark)
    return table


if __name__ == "__main__":
    sys.exit(main())
