"""Random visits: everything a patron, a pad and a service may do, in any order, late and twice."""

from typing import TypeVar

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from drivers.uid import Uid
from kiosk import intents
from kiosk.session import clock, events, progress, visits
from kiosk.session.events import Ref, WriteFailure
from kiosk.session.states import FINISHED, Line, SelfCheck, Stage
from kiosk.session.step import Step
from kiosk.views import Hindrance
from service.protocol.refusals import RefusalCode
from service.protocol.replies import (
    OutcomeReply,
    Parked,
    PatronAnswer,
    Refused,
    Settled,
    Withdrawn,
)
from tests.unit.kiosk.session import must_hold
from tests.unit.kiosk.session.surroundings import READINGS, UNTAGGED, Surroundings, catalogued, yes
from tests.unit.kiosk.session.world import CARD, KNOWN, OTHER_CARD

T = TypeVar("T")

EXAMPLES = 120
TAGS = st.sets(st.sampled_from(sorted(READINGS)), min_size=1, max_size=4)
CODES = (CARD, OTHER_CARD, "TK.00001", "TK.00003", UNTAGGED, "9786041234567", "x" * 100)
TOUCHES = (
    intents.ChooseBorrow(),
    intents.ChooseReturn(),
    intents.ChooseAccount(),
    intents.ChooseTyping(),
    intents.NumberTyped(CARD),
    intents.NumberTyped("11111111"),
    intents.PinTyped("4271"),
    intents.RenewAll(),
    intents.RenewOne("TK.00009"),
    intents.Finish(),
    intents.Leave(),
    intents.Back(),
    intents.StayHere(),
    intents.AskHelp(),
    intents.ShowReceipt(),
    intents.TakeReceipt(),
    intents.ChooseLanguage("en"),
    intents.Touched(),
)
BLOCKED = PatronAnswer("X", RefusalCode.PATRON_BLOCKED, 0, 0)
CARD_ANSWERS = (KNOWN, KNOWN, BLOCKED, Refused(RefusalCode.PIN_WRONG), None)
NO = (Refused(RefusalCode.LIMIT_REACHED), Withdrawn(), Parked(), Settled())
FAILURES = (None, None, *WriteFailure)
UNKNOWN_ITEM = Refused(RefusalCode.ITEM_UNKNOWN)
BREAKABLE = (Hindrance.PAD, Hindrance.LINK, Hindrance.LINK, Hindrance.DISK, Hindrance.PROTOCOL)
WHICH = st.integers(0, 7)


class RandomVisits(RuleBasedStateMachine):
    """Each rule is something that may happen at any moment."""

    def __init__(self) -> None:
        super().__init__()
        self.around = Surroundings()

    @rule(tags=TAGS)
    def lay_down(self, tags: set[Uid]) -> None:
        self.around.lying |= tags

    @rule(tags=TAGS)
    def lift(self, tags: set[Uid]) -> None:
        self.around.lying -= tags

    @precondition(lambda self: not self.around.has(Hindrance.PAD))
    @rule(tags=TAGS)
    def these_lie_there_now_and_are_read(self, tags: set[Uid]) -> None:
        self.around.lying = set(tags)
        self.around.look()
        while self.around.reads:
            self.around.read()

    @precondition(lambda self: not self.around.has(Hindrance.PAD))
    @rule()
    def pad_looks(self) -> None:
        self.around.look()

    @precondition(lambda self: self.around.reads)
    @rule()
    def pad_reads(self) -> None:
        self.around.read()

    @precondition(lambda self: self.around.orders)
    @rule(failure=st.sampled_from(FAILURES))
    def pad_writes(self, failure: WriteFailure | None) -> None:
        self.around.write(failure)

    @precondition(lambda self: self.around.reports)
    @rule()
    def pad_reports(self) -> None:
        self.around.report()

    @precondition(lambda self: self.around.orders)
    @rule()
    def pad_forgets_an_order(self) -> None:
        self.around.orders.popleft()

    @rule(what=st.sampled_from(BREAKABLE))
    def something_goes_or_comes(self, what: Hindrance) -> None:
        if self.around.has(what):
            self.around.hinder(what, gone=True)
        elif what is Hindrance.PAD:
            self.around.lose_pad()
        elif what is Hindrance.LINK:
            self.around.lose_link()
        else:
            self.around.hinder(what)

    @precondition(lambda self: self.around.awaited())
    @rule(which=WHICH, no=st.sampled_from((None, None, *NO)))
    def service_decides(self, which: int, no: OutcomeReply | None) -> None:
        ref = one_of(self.around.awaited(), which)
        self.around.answer(ref, no or yes(self.around.tries[ref].act))

    @precondition(lambda self: self.around.nobody_waits_for())
    @rule(which=WHICH)
    def service_decides_too_late(self, which: int) -> None:
        ref = one_of(self.around.nobody_waits_for(), which)
        self.around.answer(ref, yes(self.around.tries[ref].act))

    @precondition(lambda self: self.around.answered())
    @rule(which=WHICH)
    def service_answers_twice(self, which: int) -> None:
        ref = one_of(self.around.answered(), which)
        reply = self.around.tries[ref].reply
        assert reply is not None
        self.around.hear_in_vain(events.Answered(ref, reply))

    @precondition(lambda self: self.around.cards)
    @rule(which=WHICH, reply=st.sampled_from(CARD_ANSWERS))
    def service_knows_a_card(self, which: int, reply: PatronAnswer | Refused | None) -> None:
        self.around.answer_card(one_of(list(self.around.cards), which), reply)

    @precondition(lambda self: self.around.items)
    @rule(answer=st.sampled_from(("yes", "yes", "no", "silence")))
    def service_knows_an_item(self, answer: str) -> None:
        known = {"yes": catalogued(self.around.items[0]), "no": UNKNOWN_ITEM, "silence": None}
        self.around.answer_item(known[answer])

    @rule(intent=st.sampled_from(TOUCHES))
    def somebody_touches(self, intent: intents.Intent) -> None:
        self.around.hear(intent)

    @rule(way=st.sampled_from((intents.Finish(), intents.Leave())))
    def somebody_leaves(self, way: intents.Intent) -> None:
        self.around.hear(way)

    @rule(text=st.sampled_from(CODES))
    def somebody_scans(self, text: str) -> None:
        self.around.hear(events.CodeScanned(text))

    @rule(card=st.sampled_from((CARD, OTHER_CARD)))
    def somebody_shows_a_good_card(self, card: str) -> None:
        self.around.hear(events.CodeScanned(card))
        if self.around.cards:
            self.around.answer_card(self.around.cards[-1], KNOWN)

    @rule()
    def somebody_comes_to_return(self) -> None:
        self.around.hear(intents.ChooseReturn())

    @rule()
    def somebody_opens_the_account(self) -> None:
        self.around.hear(intents.ChooseAccount())
        self.somebody_shows_a_good_card(CARD)
        self.around.hear(intents.PinTyped("4271"))
        if self.around.cards:
            self.around.answer_card(self.around.cards[-1], KNOWN)

    @rule()
    def for_once_all_goes_well(self) -> None:
        self.around.all_goes_well()

    @rule(seconds=st.sampled_from((0.1, 0.3, 5.0, 13.0, 40.0)))
    def time_passes(self, seconds: float) -> None:
        self.around.world.now += seconds

    @rule()
    def time_passes_as_long_as_nothing_changes(self) -> None:
        self.around.world.now = clock.next_deadline(self.around.session) or self.around.world.now

    @rule(intent=st.sampled_from(TOUCHES), which=WHICH)
    def disk_is_full(self, intent: intents.Intent, which: int) -> None:
        awaited = self.around.awaited()
        if self.around.reports:
            self.around.hear_on_a_full_disk(self.around.reports.popleft())
        elif awaited:
            ref = one_of(awaited, which)
            reply = yes(self.around.tries[ref].act)
            self.around.hear_on_a_full_disk(events.Answered(ref, reply))
        else:
            self.around.hear_on_a_full_disk(intent)

    @invariant()
    def everything_holds(self) -> None:
        must_hold.check(self.around)

    def teardown(self) -> None:
        must_hold.ends_by_itself(self.around)


def one_of(some: list[T], which: int) -> T:
    return some[which % len(some)]


def play(examples: int) -> None:
    """The same visits at each run; a failure is told as it was found."""
    run_state_machine_as_test(
        RandomVisits,
        settings=settings(
            max_examples=examples,
            stateful_step_count=50,
            deadline=None,
            derandomize=True,
            database=None,
            phases=[Phase.generate],
            report_multiple_bugs=False,
            suppress_health_check=list(HealthCheck),
        ),
    )


def test_whatever_happens_no_promise_is_broken_and_every_visit_ends() -> None:
    play(EXAMPLES)


# --- planted faults: what the machine must find ---


def release_what_is_asked_for(step: Step) -> None:
    for line in step.session.lines.values():
        if line.stage in {Stage.ASKED, Stage.GRANTED}:
            progress._write(step, line, released=True)


def done_as_soon_as_answered(step: Step, line: Line) -> None:
    if line.reply is not None:
        step.put(line, stage=Stage.DONE)


def settle_what_is_done_only(step: Step, _: object) -> tuple[Ref, ...]:
    session = step.session
    return tuple(session.ref(line) for line in session.lines.values() if line.stage in FINISHED)


def wait_for_the_stack_also_when_all_are_gone(session: SelfCheck) -> float | None:
    asked = [line.asked_at for line in session.lines.values() if line.stage is Stage.ASKED]
    return min(asked) + 0.25 if asked else None


def write_whatever_was_not_proved(session: SelfCheck, line: Line) -> frozenset[Uid]:
    return frozenset(uid for uid in line.tags if uid in session.tags) - line.proved


PLANTED = {
    "released without a loan": (progress, "_release_granted", release_what_is_asked_for),
    "done before its proof": (progress, "_complete", done_as_soon_as_answered),
    "never settled": (visits, "_refs", settle_what_is_done_only),
    "woken without pause": (clock, "held_back_until", wait_for_the_stack_also_when_all_are_gone),
    "one write of a tag at a time": (progress, "_to_write", write_whatever_was_not_proved),
}


@pytest.mark.parametrize("found", PLANTED)
def test_the_machine_finds_a_planted_fault(found: str, monkeypatch: pytest.MonkeyPatch) -> None:
    place, name, fault = PLANTED[found]
    monkeypatch.setattr(place, name, fault)
    with pytest.raises(AssertionError, match=found):
        play(10 * EXAMPLES)
