"""FEIG, 3M and metraTec pads: any sequence of acts under any sequence of faults, in simulated time.

A result is right or the error is typed; what was said to be written is written; and when nothing
goes wrong any more the line works again.
"""

from collections.abc import Callable
from contextlib import suppress
from unittest.mock import patch

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from drivers import dialogue, framed_line
from drivers.bibliotheca_3m.driver import BibliothecaReader, BibliothecaSettings
from drivers.bibliotheca_3m.simulator import BibliothecaSimulator
from drivers.errors import DriverError
from drivers.feig_obid.driver import FeigReader, FeigSettings
from drivers.feig_obid.simulator import FeigSimulator
from drivers.interfaces import TagReader
from drivers.metratec import conversation as metratec_conversation
from drivers.metratec.driver import MetratecReader, MetratecSettings
from drivers.metratec.simulator import MetratecSimulator
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
from tests.unit.drivers.simulated_line import SimulatedClock, SimulatedPort

ONE, OTHER = Uid("E0040150338607AE"), Uid("E004010011223344")
CONTENT = {ONE: b"one book's tag", OTHER: b"another's tag."}
DSFIDS = {ONE: 0x3E, OTHER: 0x06}
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

Maker = Callable[["Desk"], TagReader]


def feig(desk: "Desk") -> TagReader:
    desk.simulator = FeigSimulator(desk.tags.values())
    port = SimulatedPort(desk.simulator, desk.clock)
    with patch("drivers.feig_obid.device.port_at", lambda *_: port):
        return FeigReader(FeigSettings(path="pad", block_order="reversed"))


def bibliotheca(desk: "Desk") -> TagReader:
    desk.simulator = BibliothecaSimulator(desk.tags.values())
    port = SimulatedPort(desk.simulator, desk.clock)
    with patch("drivers.bibliotheca_3m.driver.port_at", lambda *_: port):
        return BibliothecaReader(BibliothecaSettings(path="pad"))


def metratec(desk: "Desk") -> TagReader:
    desk.simulator = MetratecSimulator(desk.tags.values())
    port = SimulatedPort(desk.simulator, desk.clock)
    with patch("drivers.metratec.driver.port_at", lambda *_: port):
        return MetratecReader(MetratecSettings(path="pad"))


class Desk:
    """Two books on a pad whose time is simulated."""

    simulator: FeigSimulator | BibliothecaSimulator | MetratecSimulator

    def __init__(self, make: Maker, clock: SimulatedClock) -> None:
        self.clock = clock
        self.tags = {
            uid: VirtualTag(uid, memory=bytearray(CONTENT[uid]), dsfid=DSFIDS[uid])
            for uid in CONTENT
        }
        self.reader = make(self)
        self.reader.open(self.clock.within(5))

    def read(self, uid: Uid) -> None:
        memory = self.reader.read_blocks(uid, 0, 3, self.clock.within(5)).data
        assert memory == CONTENT[uid][:12]

    def ask_system(self, uid: Uid) -> None:
        told = self.reader.system_information(uid, self.clock.within(5))
        assert (told.uid, told.afi, told.dsfid) == (uid, self.tags[uid].afi, DSFIDS[uid])

    def take_inventory(self, _uid: Uid) -> None:
        seen = self.reader.inventory(self.clock.within(5))
        assert {tag.uid: tag.dsfid for tag in seen} == DSFIDS

    def write_and_prove(self, uid: Uid) -> None:
        wanted = (self.tags[uid].afi + 1) % 256
        self.reader.write_afi(uid, wanted, self.clock.within(5))
        assert self.tags[uid].afi == wanted
        assert self.reader.system_information(uid, self.clock.within(5)).afi == wanted


ACTS = (Desk.read, Desk.ask_system, Desk.take_inventory, Desk.write_and_prove)
plays = st.lists(
    st.tuples(st.sampled_from(ACTS), st.sampled_from([ONE, OTHER])), min_size=1, max_size=6
)
Play = list[tuple[Callable[[Desk, Uid], None], Uid]]


def play(make: Maker, plan: list[PlannedFault], wanted: Play) -> None:
    clock = SimulatedClock()
    with patch.multiple(framed_line, monotonic=clock, sleep=clock.sleep):
        desk = Desk(make, clock)
        for fault in plan:
            desk.simulator.faults.plan(fault)
        for act, uid in wanted:
            with suppress(DriverError):
                act(desk, uid)
        desk.simulator.faults.clear()
        clock.sleep(100)
        for act in ACTS:
            act(desk, ONE)
            act(desk, OTHER)


@given(st.sampled_from([feig, bibliotheca, metratec]), st.lists(planned, max_size=4), plays)
@settings(max_examples=400, deadline=None)
def test_right_result_or_typed_error_and_the_line_recovers(
    make: Maker, plan: list[PlannedFault], wanted: Play
) -> None:
    play(make, plan, wanted)


@pytest.mark.parametrize(
    ("conversation", "make", "first"),
    [
        (dialogue.Dialogue, feig, 3),
        (dialogue.Dialogue, bibliotheca, 1),
        (metratec_conversation.Conversation, metratec, 1),
    ],
)
def test_the_rig_finds_a_driver_that_never_cleans_its_line(
    conversation: type, make: Maker, first: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The planted fault for the test above."""
    always = property(lambda _: True, lambda *_: None)
    monkeypatch.setattr(conversation, "_clean", always, raising=False)
    belated = PlannedFault(fault=Delay(seconds=0.7), at=first, times=2)
    asked: Play = [(Desk.take_inventory, OTHER)] if make is feig else []
    asked += [(ask, OTHER) for ask in (Desk.ask_system, Desk.write_and_prove, Desk.ask_system)]
    with pytest.raises(AssertionError):
        play(make, [belated], asked)
