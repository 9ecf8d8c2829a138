"""The printer's thread with the real driver: every receipt is answered once, and none is late."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from drivers.deadline import Deadline
from drivers.errors import DeviceSilent
from drivers.escpos_printer.driver import EscposPrinter
from drivers.escpos_printer.settings import PrinterSettings
from drivers.escpos_printer.simulator import EscposSimulator, EscposSimulatorSettings
from drivers.interfaces import PrinterStatus
from drivers.simulators.pty_host import PtyHost
from kiosk.device_news import DeviceDown, DeviceUp
from kiosk.printer_orders import NotPrinted, PrintReceipt, ReceiptNotPrinted, ReceiptPrinted
from kiosk.printer_worker import WAITING_AT_MOST, PrinterWorker
from tests.bench.kiosk.heard import Heard
from tests.waiting import eventually

LINES = ("Thư viện tỉnh Lào Cai", "Ban doc: V. A. MAU")


@dataclass
class Bench:
    simulator: EscposSimulator
    host: PtyHost
    printer: EscposPrinter
    worker: PrinterWorker
    heard: Heard

    def print(self, *keys: str) -> None:
        for key in keys:
            self.worker.print(PrintReceipt(key, LINES))

    def printed(self, key: str) -> bool:
        """What became of it; waits."""
        answers = (ReceiptPrinted, ReceiptNotPrinted)
        told = self.heard.first(object, lambda news: isinstance(news, answers) and news.key == key)
        return isinstance(told, ReceiptPrinted)

    def not_printed(self) -> list[tuple[str, NotPrinted]]:
        return [(told.key, told.reason) for told in self.heard.every(ReceiptNotPrinted)]


@contextmanager
def working_printer(folder: Path, device: EscposSimulatorSettings | None = None) -> Iterator[Bench]:
    simulator, heard = EscposSimulator(device), Heard()
    with PtyHost(simulator, folder / "printer") as host:
        settings = PrinterSettings(
            path=host.address,
            answer_seconds=0.1,
            quiet_seconds=0.02,
            settle_seconds=0.02,
            mode="plain",
        )
        printer = EscposPrinter(settings)
        worker = PrinterWorker("printer", printer, heard.tell)
        worker.start()
        try:
            yield Bench(simulator, host, printer, worker, heard)
        finally:
            worker.stop()
            worker.join(10)
            assert not worker.is_alive()


@pytest.fixture(autouse=True)
def short_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("kiosk.device_worker.FIRST_PAUSE_SECONDS", 0.05)
    monkeypatch.setattr("kiosk.device_worker.LONGEST_PAUSE_SECONDS", 0.1)
    monkeypatch.setattr("kiosk.printer_worker.LOOK_SECONDS", 0.1)


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    with working_printer(tmp_path) as opened:
        opened.heard.first(DeviceUp)
        yield opened


def test_receipts_come_out_in_their_order_and_are_told_once(bench: Bench) -> None:
    bench.print("first", "second")
    assert bench.printed("second")
    assert [told.key for told in bench.heard.every(ReceiptPrinted)] == ["first", "second"]
    eventually(lambda: len(bench.simulator.printed()) == 2, 5, "two receipts")


def test_a_receipt_too_many_is_dropped_at_once_and_the_others_are_printed(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    honest, slow = bench.printer.print_lines, bench.simulator

    def slowly(lines: tuple[str, ...], deadline: Deadline) -> PrinterStatus:
        eventually(bench.not_printed, 5, "the one too many")
        return honest(lines, deadline)

    monkeypatch.setattr(bench.printer, "print_lines", slowly)
    keys = [f"receipt {number}" for number in range(WAITING_AT_MOST + 2)]
    bench.print("under way")
    eventually(lambda: not bench.worker._waiting, 5, "the first under way")
    bench.print(*keys[: WAITING_AT_MOST + 1])
    assert bench.not_printed() == [(keys[WAITING_AT_MOST], NotPrinted.BUSY)]
    assert bench.printed(keys[WAITING_AT_MOST - 1])
    eventually(lambda: len(slow.printed()) == WAITING_AT_MOST + 1, 5, "the others")


def test_without_paper_it_is_down_with_the_reason_and_up_again_with_a_new_roll(
    bench: Bench,
) -> None:
    bench.simulator.paper = "out"
    down = bench.heard.first(DeviceDown)
    assert (down.kind, down.error) == ("printer", "DeviceRefused")
    assert "new roll" in down.reason
    bench.print("for somebody who goes away")
    assert not bench.printed("for somebody who goes away")
    bench.heard.mark()
    bench.simulator.paper = "good"
    bench.heard.first(DeviceUp)
    bench.print("for the next one")
    assert bench.printed("for the next one")
    assert len(bench.simulator.printed()) == 1


def test_paper_that_ends_in_the_middle_is_no_receipt(tmp_path: Path) -> None:
    with working_printer(tmp_path, EscposSimulatorSettings(dots_left=40)) as short:
        short.heard.first(DeviceUp)
        short.print("cut short", "behind it")
        assert not short.printed("cut short")
        assert not short.printed("behind it")
        assert short.not_printed()[0] == ("cut short", NotPrinted.BROKEN_OFF)
        short.heard.first(DeviceDown)


def test_a_printer_that_never_answers_prints(tmp_path: Path) -> None:
    with working_printer(tmp_path, EscposSimulatorSettings(answers=False)) as mute:
        mute.heard.first(DeviceUp)
        mute.print("unproved")
        assert mute.printed("unproved")


def test_unplugged_while_nobody_prints_is_noticed_and_mends_itself(bench: Bench) -> None:
    bench.host.unplug()
    assert bench.heard.first(DeviceDown).error == "DeviceLost"
    bench.heard.mark()
    bench.host.plug()
    bench.heard.first(DeviceUp)
    bench.print("again")
    assert bench.printed("again")


def test_a_receipt_that_broke_off_is_told_once_and_never_printed_again(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    honest = bench.printer.print_lines

    def takes_no_bytes(lines: tuple[str, ...], deadline: Deadline) -> PrinterStatus:
        monkeypatch.setattr(bench.printer, "print_lines", honest)
        raise DeviceSilent("the line takes no more bytes")

    monkeypatch.setattr(bench.printer, "print_lines", takes_no_bytes)
    bench.print("broken off")
    assert not bench.printed("broken off")
    bench.heard.mark()
    bench.heard.first(DeviceUp)
    bench.print("next")
    assert bench.printed("next")
    assert len(bench.simulator.printed()) == 1
    assert bench.heard.every(ReceiptNotPrinted) == []


def test_a_slow_printer_is_not_taken_for_a_stuck_one(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    longer = []

    def look(lines: tuple[str, ...], deadline: Deadline) -> PrinterStatus:
        longer.append((bench.worker.longer, deadline.remaining()))
        return PrinterStatus()

    monkeypatch.setattr(bench.printer, "print_lines", look)
    bench.print("long")
    assert bench.printed("long")
    assert longer[0][0] > 20
    assert longer[0][1] > 20
    eventually(lambda: bench.worker.longer == 0, 5, "an ordinary call")


def test_what_stands_on_a_receipt_is_never_logged(tmp_path: Path) -> None:
    with capture_logs() as logged, working_printer(tmp_path) as opened:
        opened.heard.first(DeviceUp)
        opened.print("a")
        assert opened.printed("a")
        opened.simulator.paper = "out"
        opened.heard.first(DeviceDown)
        opened.print("b")
        assert not opened.printed("b")
    assert logged
    assert "MAU" not in str(logged)


def test_one_that_is_abandoned_drops_its_receipts(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    def hangs(lines: tuple[str, ...], deadline: Deadline) -> PrinterStatus:
        eventually(bench.worker._stopping.is_set, 5, "abandoned")
        return PrinterStatus()

    monkeypatch.setattr(bench.printer, "print_lines", hangs)
    bench.print("hanging")
    eventually(lambda: not bench.worker._waiting, 5, "under way")
    bench.print("behind it")
    bench.worker.abandon()
    assert not bench.printed("hanging")
    assert not bench.printed("behind it")
    bench.worker.join(5)
    assert bench.heard.every(ReceiptPrinted) == []
    bench.print("too late")
    assert not bench.printed("too late")
