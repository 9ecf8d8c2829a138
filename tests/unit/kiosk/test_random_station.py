"""A kiosk, its service and its tags under every fault in any order: promises hold at the end.

The controller and the service's rules are the product's; the wire, the pad and the disk are played
(tests/unit/kiosk/simulated_library.py), so thousands of cuts cost seconds.
"""

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, precondition, rule, run_state_machine_as_test

from drivers.facts import BarcodeScanned
from drivers.tags.security import SecurityState
from drivers.uid import Uid
from kiosk import intents, tag_repair
from kiosk.crash_points import CrashPoint
from kiosk.draft import Draft
from kiosk.pad_orders import SetSecurity
from kiosk.session import effects
from kiosk.session_runner import SessionRunner
from kiosk.telling import Telling
from tests.unit.kiosk.simulated_library import (
    CARD,
    OTHER_CARD,
    PARTS,
    PIN,
    UNTAGGED,
    SimulatedLibrary,
)

EXAMPLES = 30
TAGS = st.sets(st.integers(1, sum(PARTS.values())), max_size=3)
CUTS = tuple(CrashPoint)
LEAVING = (intents.Finish(), intents.Finish(), intents.Leave(), intents.AskHelp())


class RandomStation(RuleBasedStateMachine):
    """Each rule is something that may happen at any moment."""

    def __init__(self) -> None:
        super().__init__()
        self.library = SimulatedLibrary()
        self.library.connect()
        self.library.all_goes_well(1)

    @rule(numbers=TAGS)
    def these_lie_there_now(self, numbers: set[int]) -> None:
        self.library.lying = {Uid(f"E0040150{number:08X}") for number in numbers}
        self.library.look()

    @rule(numbers=TAGS, card=st.sampled_from((CARD, CARD, OTHER_CARD)))
    def somebody_comes_to_borrow(self, numbers: set[int], card: str) -> None:
        self.library.scan(card)
        self.library.all_goes_well()
        self.these_lie_there_now(numbers)

    @rule(numbers=TAGS)
    def somebody_comes_to_return(self, numbers: set[int]) -> None:
        self.library.step(intents.ChooseReturn())
        self.these_lie_there_now(numbers)

    @rule(card=st.sampled_from((CARD, OTHER_CARD)))
    def somebody_renews_all(self, card: str) -> None:
        self.library.step(intents.ChooseAccount())
        for act in (BarcodeScanned("scanner", card, 0.0), intents.PinTyped(PIN)):
            self.library.step(act)
            self.library.all_goes_well(1)
        self.library.step(intents.RenewAll())

    @rule(way=st.sampled_from(LEAVING))
    def somebody_leaves(self, way: intents.Intent) -> None:
        self.library.step(way)
        self.library.step(way)

    @precondition(lambda self: self.library.open_orders() or self.library.outcomes)
    @rule(many=st.integers(0, 3), works=st.sampled_from((True, True, False)), tells=st.booleans())
    def pad_works(self, many: int, works: bool, tells: bool) -> None:
        for _ in range(min(many, len(self.library.open_orders()))):
            self.library.carry_out(works=works)
        if tells:
            self.library.tell_outcomes()

    @precondition(lambda self: self.library.on_the_way() or self.library.to_station)
    @rule(many=st.integers(0, 4), lose=st.sampled_from((False, False, True)), twice=st.booleans())
    def service_works(self, many: int, lose: bool, twice: bool) -> None:
        for _ in range(min(many, self.library.on_the_way())):
            self.library.serve(lose_reply=lose)
        self.library.deliver(4 - many, twice=twice)

    @rule(say_so=st.sampled_from((True, True, False)))
    def screen_draws(self, say_so: bool) -> None:
        self.library.draw(and_say_so=say_so)

    @rule(code=st.sampled_from((CARD, OTHER_CARD, UNTAGGED, UNTAGGED, "TK.00001")))
    def somebody_scans(self, code: str) -> None:
        self.library.scan(code)

    @rule(draws=st.booleans())
    def for_once_all_goes_well(self, draws: bool) -> None:
        self.library.all_goes_well(draws=draws)

    @rule(seconds=st.sampled_from((1, 1, 5, 12, 25, 62)))
    def time_passes(self, seconds: int) -> None:
        for _ in range(seconds):
            self.library.pass_time(1)
            self.library.heartbeats_are_answered()

    @rule(kind=st.sampled_from(("silence", "line", "line", "pad", "disk", "power")))
    def something_breaks(self, kind: str) -> None:
        match kind:
            case "silence":
                self.library.pass_time(16)
            case "line" if self.library.is_connected:
                self.library.disconnect()
            case "line":
                self.library.connect()
            case "pad":
                self.library.lose_pad()
            case "disk":
                self.library.store.full = 1
            case _:
                self.library.kill()
                self.library.connect()

    @rule(point=st.sampled_from(CUTS))
    def power_will_go_at(self, point: CrashPoint) -> None:
        self.library.cut_at = point

    def teardown(self) -> None:
        try:
            assert self.library.come_to_rest() == []
            assert self.library.nobody_is_there
            assert self.library.see_all_tags() == []
        finally:
            self.library.close()


def play(examples: int) -> None:
    """The same faults at each run; a failure is told as it was found."""
    run_state_machine_as_test(
        RandomStation,
        settings=settings(
            max_examples=examples,
            stateful_step_count=30,
            deadline=None,
            derandomize=True,
            database=None,
            phases=[Phase.generate],
            report_multiple_bugs=False,
            suppress_health_check=list(HealthCheck),
        ),
    )


def test_at_the_end_every_loan_tag_and_word_agree_or_stand_on_the_list() -> None:
    play(EXAMPLES)


# --- planted faults: what the machine must find ---


def shown_before_it_was_drawn(self: Telling, number: int, operations: frozenset[str]) -> None:
    if self._marks.published(number, operations):
        self.drawn(number, 0.0)


def order_without_a_row(self: SessionRunner, draft: Draft, effect: effects.WriteSecurity) -> None:
    wanted = SecurityState.RELEASED if effect.released else SecurityState.SECURED
    operation = self.operations[effect.ref]
    order = SetSecurity(effect.uid, effect.item, wanted, effect.ref, operation, check_first=False)
    draft.orders.append(order)


def no_pad_looks_after_idle_tags(*_: object) -> dict[Uid, str]:
    return {}


PLANTED = {
    "told was": (Telling, "publishes", shown_before_it_was_drawn),
    "no row speaks of it": (SessionRunner, "_write_security", order_without_a_row),
    "was seen": (tag_repair, "idle_tags", no_pad_looks_after_idle_tags),
}


@pytest.mark.parametrize("found", PLANTED)
def test_the_machine_finds_a_planted_fault(found: str, monkeypatch: pytest.MonkeyPatch) -> None:
    place, name, fault = PLANTED[found]
    monkeypatch.setattr(place, name, fault)
    with pytest.raises(AssertionError, match=found):
        play(20 * EXAMPLES)
