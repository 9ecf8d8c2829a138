"""Borrowing, hazard by hazard, on the pure session."""

from kiosk import intents
from kiosk.session import events
from kiosk.session.effects import NoteProved, Settle, Submit
from kiosk.session.picture import item_line
from kiosk.session.states import Borrowing, Farewell, Idle, Stage, Who
from kiosk.views import BorrowView, FarewellView, Hindrance, LineState, Trouble
from service.protocol.operations import CheckOut
from service.protocol.refusals import RefusalCode
from service.protocol.replies import Refused, Withdrawn
from tests.unit.kiosk.session.world import CARD, World, book, lent, of_kind, uid


def test_card_first_then_a_stack_is_asked_for_in_one_step() -> None:
    world = World()
    world.show_card()
    world.hear(events.TagsPlaced((uid(1), uid(2))))
    assert of_kind(world.hear(events.TagRead(uid(1), book(1))), Submit) == []
    wanted = world.hear(events.TagRead(uid(2), book(2)))
    assert [s.act for s in of_kind(wanted, Submit)] == [
        CheckOut("TK.00001", CARD),
        CheckOut("TK.00002", CARD),
    ]


def test_books_first_then_card_lends_the_same_stack() -> None:
    world = World()
    world.lay(1, 2)
    assert isinstance(world.session.phase, Who)
    assert world.submitted() == []
    world.show_card()
    assert {s.act.item for s in world.submitted()} == {"TK.00001", "TK.00002"}


def test_no_tag_is_written_before_the_grant_and_none_shown_done_before_the_proof() -> None:
    world = World()
    world.show_card()
    world.lay(1)
    assert world.writes() == []
    world.grant(*world.submitted())
    assert [w.released for w in world.writes()] == [True]
    assert world.states() == [LineState.RELEASING]
    noted = world.prove(*world.writes())
    assert of_kind(noted, NoteProved)
    assert world.states() == [LineState.DONE]


def test_a_slow_answer_holds_the_stack_back_only_for_a_moment() -> None:
    world = World()
    world.show_card()
    world.lay(1, 2)
    first, second = world.submitted()
    world.grant(first)
    assert world.writes() == []
    world.later(0.3)
    assert [w.uid for w in world.writes()] == [uid(1)]
    world.grant(second)
    assert [w.uid for w in world.writes()] == [uid(1), uid(2)]


def test_tag_taken_away_between_grant_and_release_is_asked_back_and_written_when_it_returns() -> (
    None
):
    world = World()
    world.show_card()
    world.lay(1)
    world.lift(1)
    world.grant(*world.submitted())
    assert world.writes() == []
    assert world.states() == [LineState.PUT_BACK]
    world.lay(1)
    assert [w.check_first for w in world.writes()] == [False]


def test_tag_taken_away_between_release_and_read_back_is_looked_at_before_it_is_written_again() -> (
    None
):
    world = World()
    world.show_card()
    world.lay(1)
    world.grant(*world.submitted())
    (write,) = world.writes()
    world.lift(1)
    world.hear(events.SecurityFailed(write.ref, write.uid, events.WriteFailure.LEFT))
    assert world.states() == [LineState.PUT_BACK]
    world.lay(1)
    assert [w.check_first for w in world.writes()] == [False, True]


def test_incomplete_set_names_the_missing_part_and_is_not_asked_for() -> None:
    world = World()
    world.show_card()
    world.hear(events.TagsPlaced((uid(1), uid(3))))
    world.hear(events.TagRead(uid(1), book(7, 1, 3)), events.TagRead(uid(3), book(7, 3, 3)))
    (line,) = world.session.lines.values()
    shown = item_line(world.session, line)
    assert (shown.state, shown.parts_missing) == (LineState.PART_MISSING, (2,))
    assert world.submitted() == []
    world.hear(events.TagsPlaced((uid(2),)), events.TagRead(uid(2), book(7, 2, 3)))
    world.grant(*world.submitted())
    assert len(world.writes()) == 3
    world.prove(*world.writes()[:2])
    assert world.states() == [LineState.RELEASING]
    world.prove(world.writes()[2])
    assert world.states() == [LineState.DONE]


def test_locked_tag_leaves_the_loan_done_and_its_tag_open() -> None:
    world = World()
    world.show_card()
    world.lay(1)
    world.grant(*world.submitted())
    (write,) = world.writes()
    world.hear(events.SecurityFailed(write.ref, write.uid, events.WriteFailure.LOCKED))
    assert world.states() == [LineState.DONE_TAG_OPEN]
    assert len(world.writes()) == 1


def test_link_lost_while_asked_lends_nothing_and_tries_anew_when_it_is_back() -> None:
    world = World()
    world.show_card()
    world.lay(1)
    (first,) = world.submitted()
    world.hear(events.HindrancesChanged(frozenset({Hindrance.LINK})), events.NotDecided(first.ref))
    (line,) = world.session.lines.values()
    assert (line.stage, line.trouble) == (Stage.TROUBLE, Trouble.NOT_SENT)
    world.hear(events.Answered(first.ref, lent("TK.00001")))
    assert world.writes() == []
    world.hear(events.HindrancesChanged(frozenset()))
    second = world.submitted()[1]
    assert second.ref != first.ref
    world.grant(second)
    assert len(world.writes()) == 1


def test_answer_after_the_patron_left_writes_no_tag() -> None:
    world = World()
    world.show_card()
    world.lay(1)
    asked = world.submitted()
    world.later(61)
    world.later(21)
    assert isinstance(world.session.phase, Idle)
    assert of_kind(world.wanted, Settle)[-1].refs == (asked[0].ref,)
    world.show_card()
    world.grant(*asked)
    assert world.writes() == []


def test_second_answer_to_the_same_try_changes_nothing() -> None:
    world = World()
    world.show_card()
    world.lay(1)
    world.grant(*world.submitted())
    world.grant(*world.submitted())
    world.prove(*world.writes())
    world.grant(*world.submitted())
    assert len(world.writes()) == 1
    assert world.states() == [LineState.DONE]


def test_refused_book_is_asked_for_again_only_when_it_is_laid_down_anew() -> None:
    world = World()
    world.show_card()
    world.lay(1)
    (first,) = world.submitted()
    world.hear(events.Answered(first.ref, Refused(RefusalCode.HELD_FOR_ANOTHER)))
    world.later(5)
    assert len(world.submitted()) == 1
    world.lift(1)
    world.lay(1)
    assert [s.ref.attempt for s in world.submitted()] == [1, 2]


def test_withdrawn_answer_is_never_taken_for_a_grant() -> None:
    world = World()
    world.show_card()
    world.lay(1)
    (first,) = world.submitted()
    world.hear(events.Answered(first.ref, Withdrawn()))
    assert world.writes() == []
    assert world.submitted()[-1].ref.attempt == 2


def test_pad_lost_in_a_write_asks_for_the_book_and_looks_before_writing_again() -> None:
    world = World()
    world.show_card()
    world.lay(1)
    world.grant(*world.submitted())
    (write,) = world.writes()
    lost = frozenset({Hindrance.PAD})
    world.lift(1)
    world.hear(
        events.SecurityFailed(write.ref, write.uid, events.WriteFailure.PAD_LOST),
        events.HindrancesChanged(lost),
    )
    world.hear(events.HindrancesChanged(frozenset()))
    world.lay(1)
    assert world.writes()[-1].check_first


def test_finish_waits_for_what_is_under_way_and_then_tells_what_was_done() -> None:
    world = World()
    world.show_card()
    world.lay(1)
    world.hear(intents.Finish())
    assert isinstance(world.session.phase, Borrowing)
    world.grant(*world.submitted())
    world.prove(*world.writes())
    assert isinstance(world.session.phase, Farewell)
    world.later(13)
    assert isinstance(world.session.phase, Idle)
    assert world.session.patron is None


def test_books_left_behind_start_nothing_until_they_are_lifted() -> None:
    world = World()
    world.show_card()
    world.lay(1)
    world.grant(*world.submitted())
    world.prove(*world.writes())
    world.hear(intents.Finish(), intents.Finish())
    assert isinstance(world.session.phase, Idle)
    world.later(5)
    assert isinstance(world.session.phase, Idle)
    world.lift(1)
    world.lay(1)
    assert isinstance(world.session.phase, Who)


def test_the_view_of_a_stack_counts_and_names_the_row_that_needs_a_hand() -> None:
    world = World()
    world.show_card()
    world.lay(1, 2)
    world.grant(*world.submitted())
    world.lift(2)
    view = world.view()
    assert isinstance(view, BorrowView)
    assert view.next_key == "TK.00002"
    assert view.pad.keys == ("TK.00001",)


def test_farewell_reminds_of_lent_books_on_the_pad() -> None:
    world = World()
    world.show_card()
    world.lay(1, 2)
    world.grant(*world.submitted())
    world.prove(*world.writes())
    world.hear(intents.Finish())
    world.lift(2)
    view = world.view()
    assert isinstance(view, FarewellView)
    assert view.books_on_pad == 1


def test_a_lent_book_whose_tag_could_not_be_written_is_named_at_the_farewell() -> None:
    """Else its reader sets off the gate's alarm unwarned."""
    world = World()
    world.show_card()
    world.lay(1)
    world.grant(*world.submitted())
    (write,) = world.writes()
    world.hear(events.SecurityFailed(write.ref, write.uid, events.WriteFailure.LOCKED))
    world.hear(intents.Finish())
    view = world.view()
    assert isinstance(view, FarewellView)
    assert [line.state for line in view.lent] == [LineState.DONE_TAG_OPEN]
    assert [line.state for line in view.unfinished] == [LineState.DONE_TAG_OPEN]
