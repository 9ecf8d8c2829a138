"""Scanners that are turned on and off, through pyserial against their simulators."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from drivers.barcode_serial.dialects import DIALECTS, DialectName
from drivers.barcode_serial.driver import BarcodeSettings, SerialBarcodeScanner
from drivers.barcode_serial.simulator import SIMULATION
from drivers.deadline import Deadline
from drivers.errors import DeviceRefused, DeviceSilent
from drivers.facts import Code, Symbology
from drivers.frame_trace import FrameTrace
from drivers.simulators.faults import AnyFault, Cut, FaultPlan, Flip, Lose, PlannedFault
from drivers.simulators.pty_host import PtyHost
from tests.waiting import eventually

COMMANDED = [name for name in DIALECTS if name != "none"]
ANSWERED = [name for name in COMMANDED if DIALECTS[name].on[0].answered]
FRAMED = [name for name in COMMANDED if DIALECTS[name].tells_symbology]


@pytest.fixture(autouse=True)
def _in_a_hurry(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("drivers.barcode_serial.driver.DEAF_SECONDS", 0.03)
    monkeypatch.setattr("drivers.barcode_serial.driver.CODE_SILENCE", 0.04)


def within(seconds: float = 2.0) -> Deadline:
    return Deadline.after(seconds)


@dataclass
class Desk:
    simulator: Any
    host: PtyHost
    scanner: SerialBarcodeScanner
    trace: FrameTrace
    faults: FaultPlan

    def scan(self, text: str) -> None:
        self.host.say(self.simulator.scan(text))

    def next_text(self, seconds: float = 2.0) -> str | None:
        code = self.scanner.next_code(within(seconds))
        return None if code is None else code.text

    def plan(self, fault: AnyFault, command: str | None = None, times: int | None = 1) -> None:
        self.faults.plan(PlannedFault(fault=fault, command=command, times=times))

    def sent(self, what: str) -> int:
        return sum(what in frame.sentence for frame in self.trace.frames())


@contextmanager
def desk_of(
    folder: Path, dialect: DialectName, options: dict[str, Any] | None = None, *, setup: bool = True
) -> Iterator[Desk]:
    faults, trace = FaultPlan(), FrameTrace()
    told = {"dialect": dialect, "ack_seconds": 0.15, **(options or {})}
    simulator = SIMULATION.make(told, faults, FrameTrace())
    with PtyHost(simulator, folder / "scanner") as host:
        scanner = SerialBarcodeScanner(
            BarcodeSettings(path=host.address, dialect=dialect, answer_seconds=0.08, setup=setup),
            trace,
        )
        try:
            yield Desk(simulator, host, scanner, trace, faults)
        finally:
            scanner.close()


@contextmanager
def listening(folder: Path, dialect: DialectName) -> Iterator[Desk]:
    with desk_of(folder, dialect) as desk:
        desk.scanner.open(within())
        desk.scanner.listen(within(), wanted=True)
        yield desk


@pytest.mark.parametrize("dialect", COMMANDED)
def test_the_scanner_itself_is_off_until_a_screen_wants_a_code(
    tmp_path: Path, dialect: DialectName
) -> None:
    with desk_of(tmp_path, dialect) as desk:
        desk.scanner.open(within())
        eventually(lambda: not desk.simulator.listening, 2.0, "scanner that is off")
        desk.scanner.listen(within(), wanted=True)
        assert desk.simulator.listening
        desk.scan("TK.00003")
        assert desk.next_text() == "TK.00003"
        desk.scanner.listen(within(), wanted=False)
        eventually(lambda: not desk.simulator.listening, 2.0, "scanner that is off again")


@pytest.mark.parametrize("dialect", COMMANDED)
def test_a_scanner_that_stops_after_each_code_is_turned_on_again(
    tmp_path: Path, dialect: DialectName
) -> None:
    with listening(tmp_path, dialect) as desk:
        for text in ("TK.00003", "TK.00004", "TK.00005"):
            desk.scanner.next_code(within(0.03))
            eventually(lambda: desk.simulator.listening, 2.0, "scanner that reads")
            desk.scan(text)
            assert desk.next_text() == text


def test_a_refused_code_leaves_no_scanner_turned_off(tmp_path: Path) -> None:
    with listening(tmp_path, "honeywell") as desk:
        desk.scan("9786041001237")
        assert desk.next_text(0.05) is None
        desk.scan("TK.00003")
        assert desk.next_text() == "TK.00003"


def test_a_code_that_came_damaged_leaves_no_scanner_turned_off(tmp_path: Path) -> None:
    with listening(tmp_path, "honeywell") as desk:
        desk.plan(Cut(keep=4), "scan")
        desk.scan("04271936")
        assert desk.next_text(0.2) is None
        desk.scan("TK.00003")
        assert desk.next_text() == "TK.00003"


def test_a_scanner_that_stops_in_time_is_turned_on_again(tmp_path: Path) -> None:
    with listening(tmp_path, "honeywell") as desk:
        before = desk.sent("trigger")
        desk.scanner._triggered_at -= 60.0
        desk.scanner.next_code(within(0.02))
        assert desk.sent("trigger") == before + 1


def test_a_scanner_that_falls_silent_while_it_listens_is_noticed(tmp_path: Path) -> None:
    with listening(tmp_path, "newland") as desk:
        desk.plan(Lose(), times=None)
        desk.scanner._triggered_at -= 60.0
        assert desk.next_text(0.05) is None
        with pytest.raises(DeviceSilent):
            desk.next_text()


@pytest.mark.parametrize("dialect", ANSWERED)
def test_a_command_that_is_lost_once_or_answered_with_damage_is_repeated(
    tmp_path: Path, dialect: DialectName
) -> None:
    with desk_of(tmp_path, dialect) as desk:
        desk.scanner.open(within())
        for fault in (Lose(side="request"), Lose(), Cut(keep=3), Flip(bit=9)):
            desk.plan(fault)
            desk.scanner.listen(within(), wanted=True)
            assert desk.simulator.listening
            desk.scan("TK.00003")
            assert desk.next_text() == "TK.00003"
            desk.scanner.listen(within(), wanted=False)


@pytest.mark.parametrize("dialect", [*ANSWERED, "honeywell"])
def test_a_scanner_that_never_answers_is_told_with_what_to_check(
    tmp_path: Path, dialect: DialectName
) -> None:
    with desk_of(tmp_path, dialect) as desk:
        desk.plan(Lose(), times=None)
        with pytest.raises(DeviceSilent, match=f"dialect {dialect} right"):
            desk.scanner.open(within())


@pytest.mark.parametrize("dialect", ["honeywell", "zebra_ssi"])
def test_a_refused_setup_is_told_and_can_be_left_out(tmp_path: Path, dialect: DialectName) -> None:
    refused = {"refuses": [command.name for command in DIALECTS[dialect].setup]}
    told = pytest.raises(DeviceRefused, match="setup = false")
    with desk_of(tmp_path, dialect, refused) as desk, told:
        desk.scanner.open(within())
    with desk_of(tmp_path, dialect, refused, setup=False) as desk:
        desk.scanner.open(within())


def test_a_code_that_nobody_confirms_is_repeated_and_given_up(tmp_path: Path) -> None:
    """The rig: the simulated SSI scanner truly waits for its ACK."""
    with desk_of(tmp_path, "zebra_ssi", {"sends_packets": True, "ack_seconds": 0.02}) as desk:
        repeats = desk.faults
        repeats.plan(PlannedFault(fault=Lose(), command="repeat", times=None))
        desk.scan("TK.00003")
        eventually(lambda: repeats.struck == 2, 2.0, "two repeats")
        eventually(lambda: desk.simulator.acts_at == float("inf"), 2.0, "end of the repeats")


@pytest.mark.parametrize("dialect", FRAMED)
def test_a_lost_ack_gives_no_second_code(tmp_path: Path, dialect: DialectName) -> None:
    with listening(tmp_path, dialect) as desk:
        desk.plan(Lose(side="request"), "ack")
        desk.scan("TK.00003")
        assert desk.next_text() == "TK.00003"
        assert desk.next_text(0.25) is None
        eventually(lambda: desk.simulator.listening, 2.0, "scanner that reads")
        desk.scan("TK.00003")
        assert desk.next_text() == "TK.00003"


@pytest.mark.parametrize("fault", [Flip(bit=60), Cut(keep=7), Lose()])
def test_a_damaged_code_comes_whole_with_its_repeat(tmp_path: Path, fault: AnyFault) -> None:
    with listening(tmp_path, "zebra_ssi") as desk:
        desk.plan(fault, "scan")
        desk.scan("TK.00003")
        assert desk.next_text() == "TK.00003"
        assert desk.next_text(0.2) is None


def test_a_code_scanned_before_the_screen_is_confirmed_and_dropped(tmp_path: Path) -> None:
    """Unconfirmed it would come again, on a screen that it was not scanned for."""
    with desk_of(tmp_path, "zebra_ssi") as desk:
        desk.scanner.open(within())
        desk.scanner.listen(within(), wanted=True)
        desk.scan("04271936")
        desk.scanner.listen(within(), wanted=False)
        desk.scanner.listen(within(), wanted=True)
        assert desk.next_text(0.3) is None


def test_the_scanner_tells_the_symbology_by_itself(tmp_path: Path) -> None:
    with listening(tmp_path, "zebra_ssi") as desk:
        desk.scan("TK.00003")
        assert desk.scanner.next_code(within()) == Code("TK.00003", Symbology.CODE_128)
