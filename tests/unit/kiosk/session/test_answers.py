"""Answers that are late, doubled, of the wrong kind, or lead to nothing: no try is ever lost."""

import pytest

from kiosk import intents
from kiosk.session import events
from kiosk.session.effects import Settle, Submit
from kiosk.session.states import Idle, Stage
from kiosk.views import Hindrance, LineState, Trouble
from service.protocol.refusals import RefusalCode
from service.protocol.replies import (
    Cancelled,
    ItemAnswer,
    Noted,
    OutcomeReply,
    Parked,
    Refused,
    Renewed,
    Settled,
    Withdrawn,
)
from tests.unit.kiosk.session.world import (
    TODAY,
    World,
    lent,
    of_kind,
    returned,
    returning,
    uid,
)

OFFLINE = events.HindrancesChanged(frozenset({Hindrance.LINK}))
ONLINE = events.HindrancesChanged(frozenset())
UNTAGGED = ItemAnswer("TK.00011", "Bếp lửa", "Yên Trầm", tagged=False, parts=1, on_loan=False)


def asked_for(number: int = 1) -> tuple[World, Submit]:
    """A patron waits for the answer to one book."""
    world = World()
    world.show_card()
    world.lay(number)
    return world, world.submitted()[0]


def all_settled(world: World) -> bool:
    world.hear(intents.Leave(), intents.Leave())
    assert isinstance(world.session.phase, Idle)
    settled = {ref for settle in of_kind(world.wanted, Settle) for ref in settle.refs}
    return {s.ref for s in world.submitted()} <= settled


def refs_are_unique(world: World) -> bool:
    refs = [s.ref for s in world.submitted()]
    return len(set(refs)) == len(refs)


@pytest.mark.parametrize("answer", [Parked(), Refused(RefusalCode.RULE_FAILED), Withdrawn()])
def test_a_try_without_loan_is_settled_also_when_its_book_was_taken_away(
    answer: OutcomeReply,
) -> None:
    world, asked = asked_for()
    world.hear(OFFLINE, events.Answered(asked.ref, answer))
    world.lift(1)
    world.hear(ONLINE)
    world.lay(1)
    assert refs_are_unique(world)
    assert all_settled(world)


def test_a_second_try_that_waits_for_the_rest_of_the_stack_is_not_lost_with_its_book() -> None:
    world, asked = asked_for()
    world.hear(OFFLINE, events.NotDecided(asked.ref))
    world.hear(events.TagsPlaced((uid(2),)), ONLINE)
    assert world.session.lines["TK.00001"].stage is Stage.RECOGNISED
    world.lift(1)
    assert world.states()[0] is LineState.TROUBLE
    world.lift(2)
    world.lay(1)
    assert [s.ref.attempt for s in world.submitted()] == [1, 2]
    assert all_settled(world)


@pytest.mark.parametrize(
    "answer", [returned("TK.00001"), Settled(), Noted(), Cancelled("0" * 32), Parked()]
)
def test_an_answer_that_fits_no_check_out_lends_nothing_and_asks_nothing_again(
    answer: OutcomeReply,
) -> None:
    world, asked = asked_for()
    world.hear(events.Answered(asked.ref, answer))
    assert world.states() == [LineState.TROUBLE]
    assert world.session.lines["TK.00001"].trouble is Trouble.STAFF_WILL_HELP
    assert world.writes() == []
    assert len(world.submitted()) == 1


@pytest.mark.parametrize(
    "answer", [lent("TK.00001"), Settled(), Withdrawn(), Renewed("TK.00001", TODAY)]
)
def test_an_answer_that_fits_no_check_in_releases_nothing(answer: OutcomeReply) -> None:
    world = returning()
    world.lay(1)
    world.hear(events.Answered(world.submitted()[0].ref, answer))
    world.prove(*world.writes())
    assert world.states() == [LineState.TROUBLE]
    assert [w.released for w in world.writes()] == [False]


def test_a_refusal_after_the_grant_takes_nothing_back() -> None:
    world, asked = asked_for()
    world.grant(asked)
    world.hear(events.Answered(asked.ref, Refused(RefusalCode.RULE_FAILED)))
    world.prove(*world.writes())
    assert world.states() == [LineState.DONE]


def test_a_return_kept_for_later_says_where_the_book_goes_once_it_is_booked() -> None:
    world = returning()
    world.hear(OFFLINE)
    world.lay(1)
    world.prove(*world.writes())
    line = world.session.lines["TK.00001"]
    assert (line.stage, line.trouble) == (Stage.DONE, Trouble.KEPT_FOR_LATER)
    world.hear(ONLINE)
    world.book_in(*world.submitted())
    line = world.session.lines["TK.00001"]
    assert (line.stage, line.trouble, line.kept_for_later) == (Stage.DONE, None, False)
    assert line.reply == returned("TK.00001")


def test_a_return_kept_for_later_and_refused_in_the_end_is_not_shown_as_done() -> None:
    world = returning()
    world.hear(OFFLINE)
    world.lay(1)
    world.prove(*world.writes())
    world.hear(ONLINE)
    world.hear(events.Answered(world.submitted()[0].ref, Refused(RefusalCode.ITEM_UNKNOWN)))
    assert world.states() == [LineState.REFUSED]


def test_link_lost_and_known_only_afterwards_asks_for_nothing_twice() -> None:
    """The controller tells what is undecided and that the link is gone in one step."""
    world, asked = asked_for()
    world.hear(OFFLINE, events.NotDecided(asked.ref))
    assert world.states() == [LineState.TROUBLE]
    assert len(world.submitted()) == 1


def test_a_grant_that_comes_in_the_farewell_is_not_used_for_its_cancel_follows() -> None:
    world = World()
    world.show_card()
    world.lend(1)
    world.hear(events.CodeScanned("TK.00011"))
    world.hear(events.ItemAnswered("TK.00011", UNTAGGED), intents.Leave())
    late = world.submitted()[1]
    before = world.session
    assert world.hear(events.Answered(late.ref, lent("TK.00011"))) == []
    assert world.session == before


def test_a_return_answered_in_the_farewell_says_where_the_book_goes() -> None:
    world = returning()
    world.hear(OFFLINE)
    world.lay(1)
    world.prove(*world.writes())
    world.hear(intents.Finish(), ONLINE)
    world.book_in(*world.submitted())
    assert world.session.lines["TK.00001"].reply == returned("TK.00001")
