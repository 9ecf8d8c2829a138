"""Alarms and stuck contacts (docs/protocols/gates.md, "Contacts")."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.contact_gate.contact_watch import ContactWatch
from drivers.contact_gate.passages import BeamPair
from drivers.contacts.debounce import Edge
from drivers.contacts.lines import REST, Names, Sample
from drivers.facts import ContactFault, GateEvent, Passage, TagAlarm

STUCK = 60.0
ALARM = frozenset({"alarm"})


def watch(start: Names = REST) -> ContactWatch:
    return ContactWatch(STUCK, BeamPair(1.0, start), Sample(0.0, start))


def close(at: float, contact: str = "alarm") -> Edge:
    return Edge(contact, True, at)


def free(at: float, contact: str = "alarm") -> Edge:
    return Edge(contact, False, at)


def test_an_alarm_that_lasts_is_one_alarm_with_its_length() -> None:
    gate = watch()
    assert gate.change(close(10.0)) == []
    assert gate.pass_time(69.0) == []
    assert gate.change(free(14.5)) == [TagAlarm(at=10.0, seconds=4.5)]


def test_a_contact_that_stays_closed_is_told_once_and_its_end_too() -> None:
    gate = watch()
    gate.change(close(10.0))
    assert gate.due() == 70.0
    alarm, fault = TagAlarm(at=10.0, seconds=60.0), ContactFault(70.0, "alarm", stuck=True)
    assert gate.pass_time(70.0) == [alarm, fault]
    assert gate.pass_time(900.0) == []
    assert gate.due() is None
    assert gate.change(free(1000.0)) == [ContactFault(1000.0, "alarm", stuck=False)]


def test_a_stuck_beam_is_a_fault_and_no_alarm() -> None:
    gate = watch()
    gate.change(close(1.0, "outer_beam"))
    assert gate.pass_time(61.0) == [ContactFault(61.0, "outer_beam", stuck=True)]


def test_closed_at_the_start_is_a_state_and_becomes_a_fault_only_when_it_stays() -> None:
    assert watch(ALARM).change(free(5.0)) == []
    gate = watch(ALARM)
    assert gate.pass_time(60.0) == [ContactFault(60.0, "alarm", stuck=True)]
    assert gate.change(free(61.0)) == [ContactFault(61.0, "alarm", stuck=False)]
    gate.change(close(70.0))
    assert gate.change(free(71.0)) == [TagAlarm(at=70.0, seconds=1.0)]


def test_people_are_counted_beside_alarms() -> None:
    gate, told = watch(), list[GateEvent]()
    for contact, closed in [("outer_beam", 1), ("alarm", 1), ("inner_beam", 1), ("outer_beam", 0)]:
        told += gate.change(Edge(contact, bool(closed), 1.0))
    told += gate.change(free(2.0, "inner_beam")) + gate.change(free(3.0))
    assert told == [Passage(2.0, entered=1), TagAlarm(at=1.0, seconds=2.0)]


@given(st.lists(st.tuples(st.floats(0, 100), st.floats(0.03, 100)), max_size=20))
def test_as_many_alarms_as_closings_whenever_time_is_told(
    cycles: list[tuple[float, float]],
) -> None:
    busy, lazy = watch(), watch()
    told: dict[str, list[GateEvent]] = {"busy": [], "lazy": []}
    at = 0.0
    for pause, length in cycles:
        for edge in (close(at + pause), free(at + pause + length)):
            told["busy"] += busy.pass_time(edge.at - 0.01)
            told["busy"] += busy.change(edge)
            told["lazy"] += lazy.change(edge)
        at += pause + length
    assert told["busy"] == told["lazy"]
    alarms = [event for event in told["lazy"] if isinstance(event, TagAlarm)]
    assert len(alarms) == len(cycles)
    assert all(
        alarm.seconds == pytest.approx(min(length, STUCK))
        for alarm, (_, length) in zip(alarms, cycles, strict=True)
    )
