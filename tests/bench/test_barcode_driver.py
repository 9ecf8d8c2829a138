from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from threading import Thread
from typing import Any

import msgspec
import pytest
import structlog

from drivers.barcode_serial.driver import BarcodeSettings, SerialBarcodeScanner
from drivers.barcode_serial.frames import CodeEnd
from drivers.barcode_serial.simulator import BarcodeSimulator, BarcodeSimulatorSettings
from drivers.barcodes.rules import CodeRules
from drivers.deadline import Deadline
from drivers.errors import Cancelled, DeviceLost, PortMissing
from drivers.facts import Code, Symbology
from drivers.frame_trace import FrameTrace
from drivers.simulators.device import Say
from drivers.simulators.faults import Cut, PlannedFault, Split
from drivers.simulators.pty_host import PtyHost


@pytest.fixture(autouse=True)
def _in_a_hurry(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("drivers.barcode_serial.driver.DEAF_SECONDS", 0.03)


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

    def scan(self, text: str) -> None:
        self.host.say(self.simulator.scan(text))


def plugged_in(
    folder: Path,
    simulated: BarcodeSimulatorSettings,
    **settings: Any,  # noqa: ANN401 - as BarcodeSettings has them
) -> Iterator[Desk]:
    simulator = BarcodeSimulator(simulated)
    trace = FrameTrace()
    with PtyHost(simulator, folder / "scanner") as host:
        scanner = SerialBarcodeScanner(BarcodeSettings(path=host.address, **settings), trace)
        desk = Desk(simulator, host, scanner, trace)
        desk.switch_on()
        yield desk
        scanner.close()


def desk_in(folder: Path, printed_end: str = "\r", code_end: CodeEnd = "line") -> Iterator[Desk]:
    yield from plugged_in(folder, BarcodeSimulatorSettings(code_end=printed_end), code_end=code_end)


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
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The planted fault for the test above: a driver that waits for ever for the rest."""
    monkeypatch.setattr("drivers.barcode_serial.driver.CODE_SILENCE", 1000.0)
    for desk in desk_in(tmp_path):
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
    assert desk.scanner.next_code(within(0.05)) is None
    desk.scan("TK.00003")
    assert desk.scanner.next_code(within()) == Code("TK.00003")


def test_a_rest_that_nobody_looked_for_in_time_is_not_joined(desk: Desk) -> None:
    """After a pause of the station the bytes that wait may be the rest, or another code."""
    desk.simulator.faults.plan(PlannedFault(fault=Cut(keep=4)))
    desk.scan("04271936")
    assert desk.scanner.next_code(within(0.02)) is None
    desk.scanner._listener._last_byte_at -= 1.0
    desk.scan("0815")
    assert desk.scanner.next_code(within(0.2)) is None
    desk.scan("TK.00003")
    assert desk.scanner.next_code(within()) == Code("TK.00003")


def test_a_vietnamese_qr_code_comes_whole(desk: Desk) -> None:
    text = "010212999001||Vàng A Mẫu|15082012|Nam|Thôn Mẫu, Xã Ví Dụ, Tỉnh Lào Cai|01072024||||"
    desk.scan(text)
    assert desk.scanner.next_code(within()) == Code(text)


def test_a_code_page_is_never_guessed(desk: Desk) -> None:
    """`Vàng` in windows-1258: the scanner is to be set to UTF-8, and the log says so once."""
    with structlog.testing.capture_logs() as logs:
        for _ in range(3):
            desk.host.say([Say(b"V\xe0ng\r")])
        assert desk.scanner.next_code(within(0.05)) is None
    assert [entry["event"] for entry in logs] == ["code refused"]
    assert "UTF-8" in logs[0]["reason"]


def test_an_isbn_is_no_item_and_its_number_is_in_no_log(desk: Desk) -> None:
    with structlog.testing.capture_logs() as logs:
        desk.scan("9786041001237")
        desk.scan("TK.00003")
        assert desk.scanner.next_code(within()) == Code("TK.00003")
    assert "ISBN" in logs[0]["reason"]
    assert "978604" not in str(logs) + " ".join(map(str, desk.trace.frames()))


def test_identifiers_tell_the_symbology(tmp_path: Path) -> None:
    settings = BarcodeSimulatorSettings(aim_identifiers=True)
    rules = CodeRules(symbologies=(Symbology.CODE_39,))
    for desk in plugged_in(tmp_path, settings, aim_identifiers=True, rules=rules):
        desk.host.say(desk.simulator.scan("TK.00003", Symbology.QR))
        desk.host.say(desk.simulator.scan("TK.00004", Symbology.CODE_39))
        assert desk.scanner.next_code(within()) == Code("TK.00004", Symbology.CODE_39)


def test_symbologies_that_no_scanner_tells_are_a_mistake_in_the_configuration() -> None:
    with pytest.raises(msgspec.ValidationError, match="aim_identifiers"):
        msgspec.convert({"path": "x", "rules": {"symbologies": ["qr"]}}, BarcodeSettings)
