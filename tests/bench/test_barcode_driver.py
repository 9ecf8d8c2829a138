from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from threading import Thread

import pytest

from drivers.barcode_serial.driver import DEAF_SECONDS, BarcodeSettings, SerialBarcodeScanner
from drivers.barcode_serial.frames import CodeEnd
from drivers.barcode_serial.simulator import BarcodeSimulator, BarcodeSimulatorSettings
from drivers.deadline import Deadline
from drivers.errors import Cancelled, DeviceLost, PortMissing
from drivers.facts import Code
from drivers.frame_trace import FrameTrace
from drivers.simulators.faults import Cut, PlannedFault, Split
from drivers.simulators.pty_host import PtyHost


def within(seconds: float = 2.0) -> Deadline:
    return Deadline.after(seconds)


@dataclass
class Desk:
    simulator: BarcodeSimulator
    host: PtyHost
    scanner: SerialBarcodeScanner
    trace: FrameTrace

    def switch_on(self) -> None:
        self.scanner.open(within())
        self.scanner.listen(within(), wanted=True)
        self.scanner.next_code(within(DEAF_SECONDS))

    def scan(self, text: str) -> None:
        self.host.say(self.simulator.scan(text))


def desk_in(folder: Path, printed_end: str = "\r", code_end: CodeEnd = "line") -> Iterator[Desk]:
    simulator = BarcodeSimulator(BarcodeSimulatorSettings(code_end=printed_end))
    trace = FrameTrace()
    with PtyHost(simulator, folder / "scanner") as host:
        settings = BarcodeSettings(path=str(host.link), code_end=code_end)
        scanner = SerialBarcodeScanner(settings, trace)
        desk = Desk(simulator, host, scanner, trace)
        desk.switch_on()
        yield desk
        scanner.close()


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    yield from desk_in(tmp_path)


@pytest.fixture
def silent_desk(tmp_path: Path) -> Iterator[Desk]:
    yield from desk_in(tmp_path, printed_end="", code_end="silence")


def test_codes_come_one_by_one_and_none_is_lost(desk: Desk) -> None:
    desk.scan("TV0123456")
    desk.scan("TK.00003")
    assert desk.scanner.next_code(within()) == Code("TV0123456")
    assert desk.scanner.next_code(within()) == Code("TK.00003")
    assert desk.scanner.next_code(within(0.02)) is None


def test_a_code_in_two_pieces_is_one_code(desk: Desk) -> None:
    desk.simulator.faults.plan(PlannedFault(fault=Split(keep=3, seconds=0.02)))
    desk.scan("TK.00003")
    assert desk.scanner.next_code(within()) == Code("TK.00003")


def test_a_code_cut_off_is_never_joined_with_the_next_one(desk: Desk) -> None:
    desk.simulator.faults.plan(PlannedFault(fault=Cut(keep=4)))
    desk.scan("04271936")
    assert desk.scanner.next_code(within(0.3)) is None
    desk.scan("0815")
    assert desk.scanner.next_code(within()) == Code("0815")


def test_the_rig_sees_a_cut_code_joined_with_the_next_one(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The planted fault for the test above: a driver that waits for ever for the rest."""
    monkeypatch.setattr("drivers.barcode_serial.driver.CODE_SILENCE", 1000.0)
    desk.simulator.faults.plan(PlannedFault(fault=Cut(keep=4)))
    desk.scan("04271936")
    assert desk.scanner.next_code(within(0.3)) is None
    desk.scan("0815")
    assert desk.scanner.next_code(within()) == Code("04270815")


def test_a_scanner_without_line_end(silent_desk: Desk) -> None:
    silent_desk.scan("TK.00003")
    assert silent_desk.scanner.next_code(within()) == Code("TK.00003")


def test_the_trace_never_holds_a_card_number(desk: Desk) -> None:
    desk.scan("04271936")
    assert desk.scanner.next_code(within()) == Code("04271936")
    kept = " ".join(str(frame) for frame in desk.trace.frames() + desk.simulator.trace.frames())
    assert "9 bytes" in kept
    assert "0427" not in kept
    assert b"0427".hex(" ") not in kept.lower()


def test_unplugged_while_waiting_and_plugged_in_again(desk: Desk) -> None:
    Thread(target=desk.host.unplug).start()
    with pytest.raises(DeviceLost):
        desk.scanner.next_code(within())
    with pytest.raises(PortMissing):
        desk.scanner.open(within())
    desk.host.plug()
    desk.switch_on()
    desk.scan("TK.00003")
    assert desk.scanner.next_code(within()) == Code("TK.00003")


def test_cancel_ends_the_wait(desk: Desk) -> None:
    Thread(target=desk.scanner.cancel).start()
    with pytest.raises(Cancelled):
        desk.scanner.next_code(within())


def test_what_is_scanned_while_nobody_wants_a_code_is_dropped(desk: Desk) -> None:
    desk.scanner.listen(within(), wanted=False)
    desk.scan("04271936")
    assert desk.scanner.next_code(within(0.05)) is None
    desk.scan("04271936")
    desk.scanner.listen(within(), wanted=True)
    assert desk.scanner.next_code(within(0.15)) is None
    desk.scan("TK.00003")
    assert desk.scanner.next_code(within()) == Code("TK.00003")
