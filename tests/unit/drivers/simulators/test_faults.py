import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import json

from drivers.simulators.device import Act, Say, VanishFromLine
from drivers.simulators.faults import (
    AnyFault,
    Cut,
    Delay,
    Double,
    FaultPlan,
    Flip,
    Hang,
    Lose,
    Noise,
    PlannedFault,
    Split,
    Unplug,
    flipped,
    prevents,
    spoil,
)

ANSWER = Say(b"\x06\x00\xb0\x00\xd5\x72", 0.1)


def struck(plan: FaultPlan, commands: list[str]) -> list[int]:
    return [number for number, command in enumerate(commands, 1) if plan.due(command)]


@pytest.mark.parametrize(
    ("planned", "expected"),
    [
        (PlannedFault(fault=Lose()), [1]),
        (PlannedFault(fault=Lose(), at=3), [3]),
        (PlannedFault(fault=Lose(), at=2, times=3), [2, 3, 4]),
        (PlannedFault(fault=Lose(), at=4, times=None), [4, 5, 6]),
        (PlannedFault(fault=Lose(), command="b"), [2]),
        (PlannedFault(fault=Lose(), command="b", at=2, times=None), [4, 6]),
    ],
)
def test_a_fault_strikes_at_the_frames_it_was_planned_for(
    planned: PlannedFault, expected: list[int]
) -> None:
    assert struck(FaultPlan(planned), ["a", "b"] * 3) == expected


def test_counting_begins_when_a_fault_is_planned() -> None:
    plan = FaultPlan()
    plan.due("a")
    plan.plan(PlannedFault(fault=Lose(), at=2))
    assert struck(plan, ["a", "a"]) == [2]
    plan.clear()
    assert struck(plan, ["a", "a"]) == []


@pytest.mark.parametrize(
    ("fault", "expected"),
    [
        (Lose(), []),
        (Hang(side="answer"), []),
        (Cut(keep=2), [Say(b"\x06\x00", 0.1)]),
        (Split(keep=2, seconds=0.3), [Say(b"\x06\x00", 0.1), Say(b"\xb0\x00\xd5\x72", 0.3)]),
        (Double(seconds=0.2), [ANSWER, Say(ANSWER.data, 0.2)]),
        (Noise(data="FF"), [Say(b"\xff", 0.1), Say(ANSWER.data)]),
        (Noise(data="FF", place="after"), [ANSWER, Say(b"\xff")]),
        (Delay(seconds=1.0), [Say(ANSWER.data, 1.1)]),
        (Unplug(keep=3), [Say(b"\x06\x00\xb0", 0.1), VanishFromLine()]),
        (Flip(bit=8), [Say(b"\x06\x01\xb0\x00\xd5\x72", 0.1)]),
    ],
)
def test_what_becomes_of_an_answer(fault: AnyFault, expected: list[Act]) -> None:
    assert spoil(fault, ANSWER) == expected


def test_before_and_after_the_act_are_told_apart() -> None:
    assert prevents(Lose(side="request"))
    assert prevents(Unplug(side="request"))
    assert not prevents(Lose(side="answer"))
    assert not prevents(Unplug(side="answer"))


@given(st.binary(min_size=1, max_size=60), st.integers(0, 10_000))
def test_a_flip_turns_exactly_one_bit_and_back(data: bytes, bit: int) -> None:
    turned = int.from_bytes(data) ^ int.from_bytes(flipped(data, bit))
    assert turned.bit_count() == 1
    assert flipped(flipped(data, bit), bit) == data


def test_a_fault_travels_as_json() -> None:
    planned = PlannedFault(fault=Unplug(side="request"), command="write AFI", at=2)
    assert json.decode(json.encode(planned), type=PlannedFault) == planned
    assert json.decode(b'{"fault":{"kind":"lose"}}', type=PlannedFault).fault == Lose()
