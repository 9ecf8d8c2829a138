"""The scanner's thread on a real line: it reads while a screen wants codes, and only then."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from drivers.barcode_serial.driver import BarcodeSettings, SerialBarcodeScanner
from drivers.barcode_serial.simulator import BarcodeSimulator
from drivers.facts import BarcodeScanned
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
