"""The session inside a step: what is told, what is taken back, what is left when the link goes."""

from dataclasses import dataclass, field

import pytest

from drivers.uid import Uid
from kiosk import intents
from kiosk.draft import Birth, Draft
from kiosk.outbox.changes import MarkSent
from kiosk.outbox.outbox import Outbox
from kiosk.recognition import TagKind, TagReading
from kiosk.session import events
from kiosk.session.states import Policy, SelfCheck
from kiosk.session_runner import SessionRunner
from kiosk.views import Hindrance
from service.protocol.operations import CancelCheckOut, CheckOut, Renew
from service.protocol.replies import LoanLine, OutcomeReply, PatronAnswer
from tests.unit.kiosk.operations import CARD, ITEM, LENT, REFUSED, RENEWED, TAG
from tests.unit.kiosk.played_service import PlayedService

LOAN = LoanLine(ITEM, LENT.title, LENT.author, LENT.due, renewable=True)
PATRON = PatronAnswer("V. A. MẪU", None, open_loans=1, may_borrow=5)


@dataclass
class Station:
    """A runner with outbox and draft; the service counts as online."""

    runner: SessionRunner = field(init=False)
    draft: Draft = field(init=False)

    def __post_init__(self) -> None:
        service = PlayedService()
        service.come_online()
        self.runner = SessionRunner(SelfCheck(policy=Policy()), service.client)
        self.draft = Draft(Outbox([], [], 0), Birth("b0" * 16, lambda: 1.0, lambda: 2.0))

    def hear(self, *happened: events.Event) -> None:
        for event in happened:
            self.runner.advance(self.draft, event, 100.0)

    def show_card(self, loans: tuple[LoanLine, ...] | None = None) -> None:
        self.hear(events.CodeScanned(CARD))
        answer = PatronAnswer(PATRON.short_name, None, 1, 5, loans)
        self.hear(events.PatronAnswered(self.runner.session.asks, answer))

    def lay(self, tag: Uid = TAG, item: str = ITEM) -> None:
        self.hear(events.TagsPlaced((tag,)), events.TagRead(tag, TagReading(TagKind.ITEM, item)))

    def answer(self, key: str, reply: OutcomeReply) -> None:
        ref = self.runner.ref_of(key)
        assert ref is not None
        self.hear(events.Answered(ref, reply))

    def prove(self, key: str) -> None:
        ref = self.runner.ref_of(key)
        assert ref is not None
        self.hear(events.SecurityProved(ref, TAG))

    def acts(self) -> list[object]:
        return [record.act for record in self.draft.outbox]

    def key_of(self, kind: type) -> str:
        return next(r.key for r in self.draft.outbox if isinstance(r.act, kind))


@pytest.fixture
def station() -> Station:
    return Station()


@pytest.fixture
def lending(station: Station) -> Station:
    """One book is asked for, and its operation has left."""
    station.show_card()
    station.lay()
    station.draft.write([MarkSent(station.key_of(CheckOut))])
    return station


def test_a_loan_is_told_once_it_stands_there_as_done_and_not_before(lending: Station) -> None:
    key = lending.key_of(CheckOut)
    assert lending.runner.told_operations() == frozenset()
    lending.answer(key, LENT)
    assert lending.runner.told_operations() == frozenset()
    lending.prove(key)
    assert lending.runner.told_operations() == {key}


def test_behind_the_help_screen_nothing_is_told(lending: Station) -> None:
    """Whoever goes away from there was shown no loan: it belongs on the list."""
    key = lending.key_of(CheckOut)
    lending.hear(intents.AskHelp())
    lending.answer(key, LENT)
    lending.prove(key)
    assert lending.runner.told_operations() == frozenset()
    lending.hear(intents.Back())
    assert lending.runner.told_operations() == {key}


def test_a_refusal_is_told_too(lending: Station) -> None:
    key = lending.key_of(CheckOut)
    lending.answer(key, REFUSED)
    assert lending.runner.told_operations() == {key}


def test_a_renewal_is_told_on_the_account_screen_only(station: Station) -> None:
    """The patron went on to borrow before the answer came: that screen does not tell it."""
    station.hear(intents.ChooseAccount())
    station.show_card(loans=(LOAN,))
    station.hear(intents.RenewOne(ITEM))
    key = station.key_of(Renew)
    station.hear(intents.ChooseBorrow())
    station.answer(key, RENEWED)
    assert station.runner.told_operations() == frozenset()


def test_a_renewal_answered_in_time_is_told(station: Station) -> None:
    station.hear(intents.ChooseAccount())
    station.show_card(loans=(LOAN,))
    station.hear(intents.RenewOne(ITEM))
    key = station.key_of(Renew)
    assert station.runner.told_operations() == frozenset()
    station.answer(key, RENEWED)
    assert station.runner.told_operations() == {key}


def test_a_step_that_has_not_happened_leaves_no_operation_and_no_debt_behind(
    station: Station,
) -> None:
    station.show_card()
    before = station.runner.remember()
    session = station.runner.session
    station.lay()
    station.hear(intents.Leave())
    station.runner.go_back(before)
    assert station.runner.session == session
    assert station.runner.operations == {}
    assert station.runner.owed == []


def test_when_the_link_goes_what_was_sent_is_withdrawn_and_not_asked_for_again_meanwhile(
    lending: Station,
) -> None:
    first = lending.key_of(CheckOut)
    lending.hear(events.HindrancesChanged(frozenset({Hindrance.LINK})))
    lending.runner.leave_undecided(lending.draft, 100.0)
    assert lending.acts() == [CheckOut(ITEM, CARD), CancelCheckOut(first)]


def test_when_the_link_goes_what_was_never_sent_is_as_if_it_had_never_been(
    station: Station,
) -> None:
    station.show_card()
    station.lay()
    station.hear(events.HindrancesChanged(frozenset({Hindrance.LINK})))
    station.runner.leave_undecided(station.draft, 100.0)
    assert station.acts() == []
