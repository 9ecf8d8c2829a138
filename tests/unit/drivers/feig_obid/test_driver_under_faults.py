"""Any sequence of acts under any sequence of faults, in simulated time.

A result is right or the error is typed; what was said to be written is written; and when nothing
goes wrong any more the line works again.
"""

from collections.abc import Callable
from contextlib import suppress
from unittest.mock import patch

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from drivers.errors import DriverError
from drivers.feig_obid import conversation
from drivers.feig_obid.driver import FeigReader, FeigSettings
from drivers.feig_obid.simulator import FeigSimulator
from drivers.simulators.faults import (
    AnyFault,
    Cut,
    Delay,
    Double,
    Echo,
    Flip,
    Hang,
    Late,
    Lose,
    Noise,
    PlannedFault,
    Side,
    Split,
)
from drivers.simulators.virtual_tags import VirtualTag
from drivers.uid import Uid
from tests.unit.drivers.feig_obid.golden import SAMPLE
from tests.unit.drivers.feig_obid.simulated_line import SimulatedClock, SimulatedPort

OTHER = Uid("E004010011223344")
CONTENT = {SAMPLE: b"one book's tag", OTHER: b"another's tag."}
SIDES: st.SearchStrategy[Side] = st.sampled_from(["request", "answer"])

faults: st.SearchStrategy[AnyFault] = st.one_of(
    st.builds(Lose, side=SIDES),
    st.builds(Flip, bit=st.integers(0, 400), side=SIDES),
    st.builds(Cut, keep=st.integers(0, 20)),
    st.builds(Split, keep=st.integers(0, 20), seconds=st.sampled_from([0.01, 0.09, 0.2, 0.7])),
    st.just(Double()),
    st.just(Echo()),
    st.builds(Noise, data=st.binary(max_size=4).map(bytes.hex), place=st.just("before")),
    st.builds(Noise, data=st.binary(max_size=4).map(bytes.hex), place=st.just("after")),
    st.builds(Delay, seconds=st.sampled_from([0.05, 0.5, 0.7, 2.5])),
    st.just(Late()),
    st.builds(Hang, seconds=st.sampled_from([0.05, 0.5, 3.0]), side=SIDES),
)
planned = st.builds(
    PlannedFault,
    fault=faults,
    at=st.integers(1, 12),
    times=st.sampled_from([1, 1, 1, 2, 4]),
)


class Desk:
    """Two books on a pad, and a reader whose time is simulated."""

    def __init__(self, clock: SimulatedClock) -> None:
        self.clock = clock
        self.tags = {uid: VirtualTag(uid, memory=bytearray(CONTENT[uid])) for uid in CONTENT}
        self.simulator = FeigSimulator(self.tags.values())
        port = SimulatedPort(self.simulator, clock)
        with patch("drivers.feig_obid.device.port_at", lambda *_: port):
            self.reader = FeigReader(FeigSettings(path="pad", block_order="reversed"))
        self.reader.open(clock.within(5))

    def read(self, uid: Uid) -> None:
        memory = self.reader.read_blocks(uid, 0, 3, self.clock.within(5)).data
        assert memory == CONTENT[uid][:12]

    def ask_system(self, uid: Uid) -> None:
        told = self.reader.system_information(uid, self.clock.within(5))
        assert (told.uid, told.afi) == (uid, self.tags[uid].afi)

    def take_inventory(self, _uid: Uid) -> None:
        seen = self.reader.inventory(self.clock.within(5))
        assert {tag.uid for tag in seen} == set(CONTENT)

    def write_and_prove(self, uid: Uid) -> None:
        wanted = (self.tags[uid].afi + 1) % 256
        self.reader.write_afi(uid, wanted, self.clock.within(5))
        assert self.tags[uid].afi == wanted
        assert self.reader.system_information(uid, self.clock.within(5)).afi == wanted


ACTS = (Desk.read, Desk.ask_system, Desk.take_inventory, Desk.write_and_prove)
plays = st.lists(
    st.tuples(st.sampled_from(ACTS), st.sampled_from([SAMPLE, OTHER])), min_size=1, max_size=6
)


def play(plan: list[PlannedFault], wanted: list[tuple[Callable[[Desk, Uid], None], Uid]]) -> None:
    clock = SimulatedClock()
    with patch.multiple(conversation, monotonic=clock, sleep=clock.sleep):
        desk = Desk(clock)
        for fault in plan:
            desk.simulator.faults.plan(fault)
        for act, uid in wanted:
            with suppress(DriverError):
                act(desk, uid)
        desk.simulator.faults.clear()
        clock.sleep(100)
        for act in ACTS:
            act(desk, SAMPLE)
            act(desk, OTHER)


@given(st.lists(planned, max_size=4), plays)
@settings(max_examples=400)
def test_right_result_or_typed_error_and_the_line_recovers(
    plan: list[PlannedFault], wanted: list[tuple[Callable[[Desk, Uid], None], Uid]]
) -> None:
    play(plan, wanted)


def test_the_rig_finds_a_driver_that_never_cleans_its_line(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The planted fault for the test above."""
    always = property(lambda _: True, lambda *_: None)
    monkeypatch.setattr(conversation.Conversation, "_clean", always, raising=False)
    belated = PlannedFault(fault=Delay(seconds=0.7), at=3, times=2)
    questions = (Desk.take_inventory, Desk.ask_system, Desk.write_and_prove, Desk.ask_system)
    with pytest.raises(AssertionError):
        play([belated], [(ask, OTHER) for ask in questions])
