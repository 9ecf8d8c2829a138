"""The scanner's thread on a real line: it reads while a screen wants codes, and only then."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Event

from drivers.barcode_serial.driver import BarcodeSettings, SerialBarcodeScanner
from drivers.barcode_serial.simulator import BarcodeSimulator
from drivers.deadline import Deadline
from drivers.errors import Cancelled
from drivers.facts import BarcodeScanned, Code
from drivers.simulators.pty_host import PtyHost
from kiosk.device_news import DeviceDown, DeviceUp
from kiosk.device_worker import ScannerWorker
from tests.bench.kiosk.heard import Heard
from tests.waiting import eventually

CARD, ITEM = "04271936", "TK.00003"


@contextmanager
def at_work(folder: Path) -> Iterator[tuple[ScannerWorker, BarcodeSimulator, PtyHost, Heard]]:
    simulator, heard = BarcodeSimulator(), Heard()
    with PtyHost(simulator, folder / "scanner") as host:
        scanner = SerialBarcodeScanner(BarcodeSettings(path=host.address))
        worker = ScannerWorker("scanner", scanner, heard.tell)
        worker.start()
        try:
            heard.first(DeviceUp)
            yield worker, simulator, host, heard
        finally:
            worker.stop()
            worker.join(5)
            assert not worker.is_alive()


def test_what_is_scanned_where_no_screen_wants_it_is_told_to_nobody(tmp_path: Path) -> None:
    with at_work(tmp_path) as (worker, simulator, host, heard):
        host.say(simulator.scan(CARD))
        worker.listen(wanted=True)

        def item_is_heard() -> bool:
            host.say(simulator.scan(ITEM))
            return bool(heard.every(BarcodeScanned))

        eventually(item_is_heard, 5, "code while listening")
        assert {code.text for code in heard.every(BarcodeScanned)} == {ITEM}


def test_a_scanner_that_comes_back_listens_as_before(tmp_path: Path) -> None:
    with at_work(tmp_path) as (worker, simulator, host, heard):
        worker.listen(wanted=True)
        host.unplug()
        heard.first(DeviceDown)
        host.plug()
        eventually(lambda: len(heard.every(DeviceUp)) == 2, 5, "scanner again")

        def heard_again() -> bool:
            host.say(simulator.scan(ITEM))
            return bool(heard.every(BarcodeScanned))

        eventually(heard_again, 5, "code after the return")


class SlowToObey:
    """A scanner whose commands take a while: a `cancel` cuts them short, as on a serial line."""

    def __init__(self) -> None:
        self.hears = False
        self.turned_off = Event()
        self._cancelled = Event()

    def open(self, deadline: Deadline) -> None: ...

    def close(self) -> None: ...

    def cancel(self) -> None:
        self._cancelled.set()

    def listen(self, deadline: Deadline, *, wanted: bool) -> None:
        self.hears = False
        if not wanted:
            self.turned_off.set()
            self._wait(deadline)
        self.hears = wanted

    def next_code(self, deadline: Deadline) -> Code | None:
        self._wait(deadline)
        return None

    def _wait(self, deadline: Deadline) -> None:
        if self._cancelled.wait(deadline.remaining()):
            self._cancelled.clear()
            raise Cancelled("by the station")


def test_a_screen_that_wants_codes_again_before_the_scanner_is_off_does_not_leave_it_deaf() -> None:
    """A card was scanned and the service answered at once: the books come next."""
    scanner, heard = SlowToObey(), Heard()
    worker = ScannerWorker("scanner", scanner, heard.tell)
    worker.start()
    try:
        worker.listen(wanted=True)
        eventually(lambda: scanner.hears, 5, "scanner that hears")
        scanner.turned_off.clear()
        worker.listen(wanted=False)
        assert scanner.turned_off.wait(5)
        worker.listen(wanted=True)
        eventually(lambda: scanner.hears, 5, "scanner that hears again")
    finally:
        worker.stop()
        worker.join(5)
