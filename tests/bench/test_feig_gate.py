"""A gate's reader on a pseudo-terminal and over TCP, and one that reports by itself."""

import socket
from collections.abc import Iterator, Sequence
from contextlib import closing
from pathlib import Path
from threading import Thread

import msgspec
import pytest

from drivers.deadline import Deadline
from drivers.errors import (
    Cancelled,
    DeviceRefused,
    DeviceSilent,
    DriverError,
    FrameDamaged,
    PortBusy,
    WrongDevice,
)
from drivers.facts import AlarmsLost, GateEvent, TagAlarm
from drivers.feig_gate.driver import FeigGate, FeigGateSettings
from drivers.feig_gate.notifications import Notifications
from drivers.feig_gate.records import GateRecord, encode_records
from drivers.feig_gate.simulator import SIMULATION, FeigGateSimulator
from drivers.feig_obid.frames import Frame, decode
from drivers.feig_obid.simulator import FeigSimulator
from drivers.frame_trace import FrameTrace
from drivers.interfaces import GateSignal
from drivers.simulators.faults import AnyFault, Double, FaultPlan, Late, Lose, PlannedFault
from drivers.simulators.pty_host import PtyHost
from drivers.simulators.virtual_tags import VirtualTag
from drivers.uid import Uid
from tests.waiting import eventually

BOOK, OTHER, THIRD = (
    VirtualTag(Uid(f"E0040150338607A{number}"), afi=0x07, dsfid=0x3E) for number in range(3)
)
LENT = VirtualTag(Uid("E004010011223344"), afi=0xC2)


def within(seconds: float = 3.0) -> Deadline:
    return Deadline.after(seconds)


class Entrance:
    def __init__(
        self, folder: Path, changed: dict[str, object], options: dict[str, object]
    ) -> None:
        self.simulator: FeigGateSimulator = SIMULATION.make(
            options, FaultPlan(), FrameTrace(capacity=5000)
        )
        self.host = SIMULATION.host(self.simulator, folder / "gate")
        reach = {**SIMULATION.settings(self.host.address), **SIMULATION.hurried, **changed}
        self.gate = FeigGate(msgspec.convert(reach, FeigGateSettings))
        self.gate.open(within())

    def close(self) -> None:
        self.gate.close()
        self.host.close()

    def walk(self, *tags: VirtualTag) -> None:
        self.simulator.walk(tags, inwards=False)

    def plan(self, fault: AnyFault, command: str, times: int = 1) -> None:
        self.simulator.faults.plan(PlannedFault(fault=fault, command=command, times=times))

    def told(self) -> list[Uid | None]:
        """The alarms of one call."""
        return uids(self.gate.events(within(0.3)))

    def take(self) -> None:
        self.gate.taken(within())


def uids(events: Sequence[GateEvent]) -> list[Uid | None]:
    return [event.uid for event in events if isinstance(event, TagAlarm)]


@pytest.fixture
def entrance(tmp_path: Path) -> Iterator[Entrance]:
    with closing(Entrance(tmp_path, {}, {})) as entrance:
        yield entrance


def test_only_secured_tags_are_alarms_and_they_say_who_where_and_when(entrance: Entrance) -> None:
    entrance.walk(LENT, BOOK)
    (alarm,) = entrance.gate.events(within())
    assert isinstance(alarm, TagAlarm)
    assert (alarm.uid, alarm.afi, alarm.antenna) == (BOOK.uid, 0x07, 2)
    assert alarm.reader_time is not None


def test_alarms_come_again_until_they_are_taken(entrance: Entrance) -> None:
    entrance.walk(BOOK)
    assert entrance.told() == entrance.told() == [BOOK.uid]
    entrance.take()
    assert entrance.told() == []
    assert len(entrance.simulator.buffer) == 0


def test_what_is_seen_between_reading_and_clearing_is_not_cleared(entrance: Entrance) -> None:
    entrance.walk(BOOK)
    assert entrance.told() == [BOOK.uid]
    entrance.walk(OTHER)
    entrance.take()
    assert entrance.told() == [OTHER.uid]


def test_the_rig_sees_a_driver_that_clears_what_it_read_last(
    entrance: Entrance, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The planted fault for the next test: a clearing without a look at what will be cleared."""
    reader = entrance.gate._reader

    def rash(_given: object, deadline: Deadline) -> bool:
        from drivers.feig_obid.commands import CLEAR_BUFFER, Request

        reader.converse(Request(CLEAR_BUFFER), deadline)
        return True

    monkeypatch.setattr(entrance.gate._memory, "clear", rash)
    assert read_with_a_lost_answer(entrance) == []


def test_an_answer_that_is_lost_marks_records_that_are_not_cleared_unseen(
    entrance: Entrance,
) -> None:
    assert read_with_a_lost_answer(entrance) == [OTHER.uid]


def test_records_that_the_reader_has_forgotten_clear_no_others(entrance: Entrance) -> None:
    """As an old copy of an answer would, that was taken for the new one."""
    entrance.walk(BOOK)
    assert entrance.told() == [BOOK.uid]
    old = entrance.gate._given
    entrance.take()
    entrance.walk(OTHER)
    entrance.gate._given = old
    entrance.take()
    assert entrance.told() == [OTHER.uid]


def read_with_a_lost_answer(entrance: Entrance) -> list[Uid | None]:
    """The reader marks what it sent, also when nobody heard it."""
    entrance.walk(BOOK)
    assert entrance.told() == [BOOK.uid]
    given = entrance.gate._given
    entrance.walk(OTHER)
    entrance.plan(Lose(), "read buffer", times=3)
    with pytest.raises(DeviceSilent):
        entrance.told()
    entrance.gate._given = given
    entrance.take()
    return entrance.told()


def test_a_clearing_whose_answer_was_lost_tells_no_alarm_twice(entrance: Entrance) -> None:
    entrance.walk(BOOK)
    assert entrance.told() == [BOOK.uid]
    entrance.plan(Lose(side="request"), "clear buffer", times=3)
    with pytest.raises(DriverError):
        entrance.take()
    entrance.walk(OTHER)
    assert entrance.told() == [OTHER.uid]
    entrance.take()
    assert entrance.told() == []
    assert len(entrance.simulator.buffer) == 0


@pytest.mark.parametrize("fault", [Double(seconds=0.01), Late()])
def test_an_old_answer_is_never_taken_for_a_new_one(entrance: Entrance, fault: AnyFault) -> None:
    entrance.walk(BOOK)
    entrance.plan(fault, "read buffer")
    heard: list[Uid | None] = []
    for tag in (OTHER, THIRD):
        heard += all_told(entrance)
        entrance.walk(tag)
    heard += all_told(entrance)
    assert heard == [BOOK.uid, OTHER.uid, THIRD.uid]


def all_told(entrance: Entrance) -> list[Uid | None]:
    """Take what there is, over errors of the line."""

    def told() -> list[Uid | None]:
        try:
            heard = entrance.told()
            entrance.take()
        except DriverError:
            return []
        return heard

    return eventually(told, 5, "an alarm")


def test_a_gate_that_could_not_keep_all_says_so(tmp_path: Path) -> None:
    with closing(Entrance(tmp_path, {}, {"capacity": 1})) as entrance:
        entrance.walk(BOOK, OTHER)
        lost, alarm = entrance.gate.events(within())
        assert isinstance(lost, AlarmsLost)
        assert uids([alarm]) == [BOOK.uid]
        entrance.take()
        assert entrance.gate.events(within(0.2)) == ()


def test_records_without_clock_and_afi(tmp_path: Path) -> None:
    with closing(Entrance(tmp_path, {}, {"record_flags": 0x01})) as entrance:
        entrance.walk(BOOK, BOOK)
        assert entrance.told() == [BOOK.uid]
        entrance.take()
        entrance.walk(BOOK)
        assert entrance.told() == []
        assert len(entrance.simulator.buffer) == 0


def test_a_gate_over_tcp(tmp_path: Path) -> None:
    with closing(Entrance(tmp_path, {}, {"tcp_port": 0})) as entrance:
        entrance.walk(BOOK)
        assert entrance.told() == [BOOK.uid]


def test_many_alarms_come_in_their_order(tmp_path: Path) -> None:
    tags = [VirtualTag(Uid(f"E00401500000{number:04X}"), afi=0x07) for number in range(70)]
    with closing(Entrance(tmp_path, {}, {})) as entrance:
        entrance.walk(*tags)
        heard: list[Uid | None] = []
        while told := entrance.told():
            heard += told
            entrance.take()
        assert heard == [tag.uid for tag in tags]


def test_lamp_relay_and_inputs(entrance: Entrance) -> None:
    entrance.gate.signal(GateSignal.LAMP, 5.0, within())
    assert entrance.simulator.lamp
    entrance.gate.signal(GateSignal.OFF, 0.0, within())
    assert not entrance.simulator.lamp
    with pytest.raises(DeviceRefused, match="sounder"):
        entrance.gate.signal(GateSignal.LAMP_AND_SOUND, 5.0, within())
    entrance.simulator.reader.active_inputs = frozenset({2})
    assert entrance.gate.inputs(within()) == {2}


def test_a_reader_that_keeps_nothing_is_the_wrong_one(tmp_path: Path) -> None:
    with PtyHost(FeigSimulator(), tmp_path / "pad") as host:
        gate = FeigGate(FeigGateSettings(path=host.address, frames="standard"))
        with pytest.raises(WrongDevice, match="buffered read mode"):
            gate.open(within())
        gate.close()


def test_cancel_ends_the_wait(entrance: Entrance) -> None:
    Thread(target=entrance.gate.cancel).start()
    with pytest.raises(Cancelled):
        eventually(lambda: entrance.gate.events(within(5.0)), 6, "an error")


# A gate that reports by itself (docs/protocols/gates.md, "Notification mode").


class Reporter:
    """The reader's side: it connects, sends records, and hears that they were taken."""

    def __init__(self, gate: FeigGate) -> None:
        memory = gate._memory
        assert isinstance(memory, Notifications)
        self._line = socket.create_connection(memory.address, timeout=3)

    def report(self, *tags: VirtualTag, status: int = 0, cut: int | None = None) -> None:
        records = [GateRecord(b"", uid=tag.uid, afi=tag.afi, dsfid=0) for tag in tags]
        data = bytes((status,)) + encode_records(records, 0x0481)
        raw = Frame(0x22, data, address=0, advanced=True).raw
        self._line.sendall(raw[:cut])

    def send(self, raw: bytes) -> None:
        self._line.sendall(raw)

    def heard(self) -> Frame | None:
        return decode(self._line.recv(100))[1]

    def close(self) -> None:
        self._line.close()


def listening(**changed: object) -> FeigGate:
    gate = FeigGate(msgspec.convert({"path": "listen://127.0.0.1:0", **changed}, FeigGateSettings))
    gate.open(within())
    return gate


@pytest.fixture
def gate() -> Iterator[FeigGate]:
    with closing(listening()) as gate:
        yield gate


def told_by(gate: FeigGate) -> list[Uid | None]:
    return eventually(lambda: uids(gate.events(within(0.3))), 3, "an alarm")


def test_a_reader_reports_and_hears_that_it_was_taken(gate: FeigGate) -> None:
    with closing(Reporter(gate)) as reader:
        reader.report(BOOK, LENT)
        assert told_by(gate) == told_by(gate) == [BOOK.uid]
        gate.taken(within())
        frame = reader.heard()
        assert frame is not None
        assert frame.command == 0x32
        assert gate.events(within(0.05)) == ()


def test_what_is_reported_again_before_it_was_taken_is_one_alarm(gate: FeigGate) -> None:
    with closing(Reporter(gate)) as reader:
        reader.report(BOOK)
        assert told_by(gate) == [BOOK.uid]
        for _ in range(20):
            reader.report(BOOK)
        reader.report(OTHER)
        assert eventually(lambda: len(told_by(gate)) == 2, 3, "both")
    assert isinstance(gate._memory, Notifications)
    assert len(gate._memory._waiting) == 2


def test_reports_that_were_not_taken_outlive_the_connection(gate: FeigGate) -> None:
    with closing(Reporter(gate)) as reader:
        reader.report(BOOK, status=0x93)
        assert told_by(gate) == [BOOK.uid]
    with closing(Reporter(gate)) as reader:
        reader.report(OTHER)
        assert eventually(lambda: len(told_by(gate)) == 2, 3, "both")
        assert isinstance(gate.events(within())[0], AlarmsLost)


def test_a_report_cut_off_is_never_joined_with_the_next_connection(gate: FeigGate) -> None:
    with closing(Reporter(gate)) as reader:
        reader.report(BOOK, cut=20)
    with closing(Reporter(gate)) as reader:
        reader.report(OTHER)
        assert told_by(gate) == [OTHER.uid]


def test_frames_that_are_no_records_are_no_alarm(gate: FeigGate) -> None:
    with closing(Reporter(gate)) as reader:
        reader.send(b"\xff\x00 garbage" + Frame(0x6E, b"\0\0", address=0).raw)
        reader.report(BOOK)
        assert told_by(gate) == [BOOK.uid]
        reader.send(Frame(0x22, b"\0\x01\0", address=0).raw)
        with pytest.raises(FrameDamaged):
            eventually(lambda: len(told_by(gate)) > 1, 3, "an error")


def test_only_the_gate_that_was_named_is_heard() -> None:
    with closing(listening(only_from="192.0.2.7")) as gate, closing(Reporter(gate)) as stranger:
        stranger.report(BOOK)
        assert gate.events(within(0.2)) == ()


def test_a_gate_that_says_nothing_for_too_long_is_told() -> None:
    with closing(listening(keep_alive_seconds=0.1)) as gate, pytest.raises(DeviceSilent):
        gate.events(within(0.3))


def test_a_place_where_nobody_can_listen_is_told_with_the_remedy(gate: FeigGate) -> None:
    memory = gate._memory
    assert isinstance(memory, Notifications)
    for path, error in {
        f"listen://127.0.0.1:{memory.address[1]}": PortBusy,
        "listen://192.0.2.7:10005": WrongDevice,
        "listen://10005": WrongDevice,
    }.items():
        with pytest.raises(error):
            listening(path=path)


def test_a_gate_that_reports_by_itself_takes_no_orders(gate: FeigGate) -> None:
    with pytest.raises(DeviceRefused):
        gate.signal(GateSignal.LAMP, 1.0, within())


def test_cancel_ends_the_wait_for_a_report(gate: FeigGate) -> None:
    Thread(target=gate.cancel).start()
    with pytest.raises(Cancelled):
        eventually(lambda: gate.events(within(5.0)), 6, "an error")
