"""A gate with contacts: on a reader's inputs through a pseudo-terminal, and on GPIO pins."""

from collections.abc import Callable, Iterator
from pathlib import Path
from threading import Thread
from typing import Any

import msgspec
import pytest
from gpiozero.pins.mock import MockFactory

from drivers.contact_gate.driver import DRIVER, ContactGate, ContactGateSettings
from drivers.contact_gate.simulator import SIMULATION, ContactGateSimulator
from drivers.contacts import gpio_lines
from drivers.deadline import Deadline
from drivers.errors import (
    Cancelled,
    DeviceLost,
    DeviceRefused,
    PortBusy,
    PortMissing,
    WrongDevice,
)
from drivers.facts import ContactFault, GateEvent, Passage, TagAlarm
from drivers.frame_trace import FrameTrace
from drivers.interfaces import GateSignal
from drivers.simulators.faults import FaultPlan, Lose, PlannedFault
from drivers.simulators.pty_host import PtyHost
from drivers.simulators.virtual_tags import VirtualTag
from drivers.uid import Uid
from tests.waiting import eventually

SECURED = VirtualTag(Uid("E0040150338607AE"), afi=0x07)
RELEASED = VirtualTag(Uid("E004010011223344"), afi=0xC2)
PINS = {"alarm": 17, "outer_beam": 22, "inner_beam": 23}
LAMP, SOUNDER = 5, 6


def within(seconds: float = 3.0) -> Deadline:
    return Deadline.after(seconds)


def settings(**changed: object) -> ContactGateSettings:
    return msgspec.convert(changed, ContactGateSettings)


def collected(gate: ContactGate, number: int) -> list[GateEvent]:
    """So many events, taken one call after the other."""
    told: list[GateEvent] = []

    def enough() -> bool:
        told.extend(gate.events(within(0.3)))
        gate.taken(within())
        return len(told) >= number

    eventually(enough, 5, f"{number} events")
    return told


class ReaderGate:
    def __init__(self, folder: Path, **changed: object) -> None:
        self.simulator: ContactGateSimulator = SIMULATION.make(
            {"step_seconds": 0.09}, FaultPlan(), FrameTrace(capacity=5000)
        )
        self.host = PtyHost(self.simulator, folder / "gate")
        reach = {**SIMULATION.settings(self.host.address), "stuck_seconds": 1.0, **changed}
        self.gate = ContactGate(settings(**reach))


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[ReaderGate]:
    desk = ReaderGate(tmp_path)
    desk.gate.open(within())
    yield desk
    desk.gate.close()
    desk.host.close()


def test_people_and_alarms_pass_a_gate_on_a_readers_inputs(desk: ReaderGate) -> None:
    desk.simulator.walk([RELEASED, SECURED], inwards=False)
    desk.simulator.walk([RELEASED], inwards=True)
    told = collected(desk.gate, 3)
    passages = [event for event in told if isinstance(event, Passage)]
    assert [(one.entered, one.left) for one in passages] == [(0, 1), (1, 0)]
    alarms = [event for event in told if isinstance(event, TagAlarm)]
    assert len(alarms) == 1
    assert alarms[0].uid is None
    assert alarms[0].seconds == pytest.approx(0.3, abs=0.15)


def pair_of(told: tuple[GateEvent, ...]) -> tuple[GateEvent, ...]:
    return told if len(told) == 2 else ()


def test_events_come_again_until_they_are_taken_and_newer_ones_stay(desk: ReaderGate) -> None:
    desk.simulator.walk([], inwards=True)
    first = eventually(lambda: desk.gate.events(within(0.5)), 5, "a passage")
    desk.simulator.walk([], inwards=True)
    both = eventually(lambda: pair_of(desk.gate.events(within(0.1))), 5, "both")
    assert both[:1] == first
    desk.gate.taken(within())
    assert desk.gate.events(within(0.1)) == ()


def test_events_that_were_not_taken_outlive_a_pulled_plug(desk: ReaderGate) -> None:
    desk.simulator.walk([], inwards=True)
    told = eventually(lambda: desk.gate.events(within(0.5)), 5, "a passage")
    desk.host.unplug()
    with pytest.raises(PortMissing):
        desk.gate.open(within())
    desk.host.plug()
    desk.gate.open(within())
    assert desk.gate.events(within(0.1)) == told


def test_an_alarm_contact_that_sticks_is_an_alarm_a_fault_and_its_end(desk: ReaderGate) -> None:
    desk.simulator.close_contact("alarm", closed=True)
    alarm, fault = collected(desk.gate, 2)
    assert isinstance(alarm, TagAlarm)
    assert isinstance(fault, ContactFault)
    assert (alarm.seconds, fault.stuck) == (1.0, True)
    desk.simulator.close_contact("alarm", closed=False)
    (freed,) = collected(desk.gate, 1)
    assert isinstance(freed, ContactFault)
    assert not freed.stuck


def test_lamp_and_sounder_fall_back_by_themselves(desk: ReaderGate) -> None:
    desk.gate.signal(GateSignal.LAMP_AND_SOUND, 0.2, within())
    assert desk.simulator.outputs_on() == {"lamp", "sounder"}
    assert eventually(lambda: not desk.simulator.outputs_on(), 3, "dark lamp")
    desk.gate.signal(GateSignal.LAMP, 60.0, within())
    assert desk.simulator.lamp
    desk.gate.close()
    assert eventually(lambda: not desk.simulator.lamp, 3, "dark lamp after close")


def test_one_lost_answer_is_asked_again_and_a_dead_line_is_told(desk: ReaderGate) -> None:
    desk.simulator.faults.plan(PlannedFault(fault=Lose(), command="get input"))
    assert desk.gate.events(within(0.5)) == ()
    Thread(target=desk.host.unplug).start()
    with pytest.raises(DeviceLost):
        eventually(lambda: desk.gate.events(within(0.5)), 5, "an error")


def test_cancel_ends_the_wait(desk: ReaderGate) -> None:
    Thread(target=desk.gate.cancel).start()
    with pytest.raises(Cancelled):
        eventually(lambda: desk.gate.events(within(5.0)), 6, "an error")


def test_an_output_that_a_reader_of_this_family_lacks_is_told_when_it_is_opened(
    tmp_path: Path,
) -> None:
    desk = ReaderGate(tmp_path, outputs={"lamp": "relay 3"})
    desk.simulator.reader.software_type = 80
    with pytest.raises(WrongDevice, match="relay 3"):
        desk.gate.open(within())
    desk.host.close()


def test_a_signal_that_the_gate_lacks_is_refused(tmp_path: Path) -> None:
    desk = ReaderGate(tmp_path, outputs={"lamp": "relay 1"})
    desk.gate.open(within())
    with pytest.raises(DeviceRefused, match="sounder"):
        desk.gate.signal(GateSignal.LAMP_AND_SOUND, 1.0, within())
    desk.gate.close()
    desk.host.close()


class PinGate:
    """Contacts against ground with pull-up resistors: low is closed."""

    def __init__(self, factory: MockFactory, trace: FrameTrace, **changed: object) -> None:
        self.factory = factory
        self.gate = ContactGate(
            settings(
                lines={"on": "gpio"},
                inputs=PINS,
                outputs={"lamp": LAMP, "sounder": SOUNDER},
                **changed,
            ),
            trace,
        )

    def close(self, contact: str) -> None:
        self.factory.pin(PINS[contact]).drive_low()

    def free(self, contact: str) -> None:
        self.factory.pin(PINS[contact]).drive_high()

    def lit(self, pin: int) -> bool:
        return bool(self.factory.pin(pin).state)


@pytest.fixture
def factory(monkeypatch: pytest.MonkeyPatch) -> Iterator[MockFactory]:
    factory = MockFactory()
    monkeypatch.setattr(gpio_lines, "pin_factory", lambda _chip: factory)
    monkeypatch.setattr(factory, "close", lambda: None)
    yield factory
    factory.reset()


@pytest.fixture
def pins(factory: MockFactory) -> Iterator[PinGate]:
    pins = PinGate(factory, FrameTrace())
    pins.gate.open(within())
    yield pins
    pins.gate.close()


def settled(pins: PinGate) -> None:
    """Let the contacts rest for longer than they bounce."""
    pins.gate.events(within(0.05))


def test_a_person_passes_the_beams_on_pins(pins: PinGate) -> None:
    moves: list[tuple[Callable[[str], None], str]] = [
        (pins.close, "inner_beam"),
        (pins.close, "outer_beam"),
        (pins.free, "inner_beam"),
        (pins.free, "outer_beam"),
    ]
    for move, contact in moves:
        move(contact)
        settled(pins)
    (passage,) = collected(pins.gate, 1)
    assert isinstance(passage, Passage)
    assert (passage.entered, passage.left) == (0, 1)


def test_a_bouncing_contact_on_a_pin_is_one_alarm(pins: PinGate) -> None:
    for _ in range(5):
        pins.close("alarm")
        pins.free("alarm")
    pins.close("alarm")
    settled(pins)
    pins.free("alarm")
    (alarm,) = collected(pins.gate, 1)
    assert isinstance(alarm, TagAlarm)
    assert pins.gate.events(within(0.1)) == ()


def test_a_contact_that_never_rests_fills_no_memory(pins: PinGate) -> None:
    for _ in range(gpio_lines.MOST_WAITING):
        pins.close("alarm")
        pins.free("alarm")
    pins.close("alarm")
    settled(pins)
    pins.free("alarm")
    assert len(collected(pins.gate, 1)) == 1


def test_a_contact_closed_when_the_station_starts_is_no_alarm(desk: ReaderGate) -> None:
    desk.simulator.close_contact("alarm", closed=True)
    desk.gate.open(within())
    desk.simulator.close_contact("alarm", closed=False)
    assert desk.gate.events(within(0.2)) == ()
    desk.simulator.walk([SECURED], inwards=True)
    assert collected(desk.gate, 2)


def test_lamp_on_a_pin_falls_back_and_goes_dark_at_close(pins: PinGate) -> None:
    pins.gate.signal(GateSignal.LAMP, 0.1, within())
    assert pins.lit(LAMP)
    assert not pins.lit(SOUNDER)
    assert eventually(lambda: not pins.lit(LAMP), 3, "dark lamp")
    pins.gate.signal(GateSignal.LAMP_AND_SOUND, 60.0, within())
    pins.gate.signal(GateSignal.OFF, 60.0, within())
    assert not pins.lit(LAMP)
    pins.gate.signal(GateSignal.LAMP, 60.0, within())
    lamp = pins.factory.pin(LAMP)
    pins.gate.close()
    assert not lamp.state


def test_cancel_ends_the_wait_for_a_pin(pins: PinGate) -> None:
    Thread(target=pins.gate.cancel).start()
    with pytest.raises(Cancelled):
        eventually(lambda: pins.gate.events(within(5.0)), 6, "an error")


@pytest.mark.parametrize(
    ("problem", "error"),
    [
        (ImportError("No module named 'lgpio'"), WrongDevice),
        (RuntimeError("'GPIO busy'"), PortBusy),
        (RuntimeError("can not open gpiochip"), PortMissing),
        (PermissionError("Permission denied: '/dev/gpiochip0'"), PortMissing),
        (ValueError("something else"), WrongDevice),
    ],
)
def test_pins_that_cannot_be_had_are_told_with_the_remedy(
    problem: Exception, error: type[Exception], monkeypatch: pytest.MonkeyPatch
) -> None:
    def no_pins(_chip: int | None) -> MockFactory:
        raise problem

    monkeypatch.setattr(gpio_lines, "pin_factory", no_pins)
    gate = ContactGate(settings(lines={"on": "gpio"}, inputs=PINS))
    with pytest.raises(error):
        gate.open(within())
    gate.close()


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"inputs": {"outer_beam": 2}}, "outer_beam with an inner_beam"),
        ({"inputs": {}}, "an alarm"),
        ({"inputs": {"alarm": 9}, "lines": {"on": "reader", "path": "p"}}, "none of 1 … 8"),
        ({"inputs": {"alarm": 4}, "outputs": {"lamp": 4}}, "share one line"),
        ({"inputs": {"alarm": 4}, "outputs": {"lamp": "relay 1"}}, "pin number"),
        ({"inputs": {"alarm": 4}, "outputs": {"lamp": 40}}, "pin number"),
        ({"inputs": {"bell": 4}}, "bell"),
        (
            {
                "inputs": {"alarm": 1},
                "outputs": {"lamp": 3},
                "lines": {"on": "reader", "path": "p"},
            },
            "relay 1",
        ),
    ],
)
def test_a_wiring_that_cannot_be_is_refused_with_the_line(wrong: dict[str, Any], said: str) -> None:
    with pytest.raises(msgspec.ValidationError, match=said):
        settings(**{"lines": {"on": "gpio"}, **wrong})


def test_the_record_names_its_simulated_device() -> None:
    assert DRIVER.simulation == "drivers.contact_gate.simulator:SIMULATION"
