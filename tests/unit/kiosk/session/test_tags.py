"""What tags may do: two of one number, one that answers no write, one that came too late."""

import pytest

from kiosk import intents
from kiosk.recognition import TagKind, TagReading
from kiosk.session import events
from kiosk.session.effects import NoteProved
from kiosk.session.events import WriteFailure
from kiosk.session.picture import item_line
from kiosk.session.states import Borrowing
from kiosk.views import LineState, Trouble
from service.protocol.refusals import RefusalCode
from service.protocol.replies import Refused
from tests.unit.kiosk.session.world import World, book, of_kind, returned, returning, uid


def borrowing() -> World:
    world = World()
    world.show_card()
    return world


def test_a_book_with_an_old_tag_under_its_new_one_is_released_on_both() -> None:
    world = borrowing()
    world.hear(events.TagsPlaced((uid(1), uid(2))))
    world.hear(events.TagRead(uid(1), book(7)), events.TagRead(uid(2), book(7)))
    world.grant(*world.submitted())
    assert {write.uid for write in world.writes()} == {uid(1), uid(2)}
    world.prove(world.writes()[0])
    assert world.states() == [LineState.RELEASING]
    world.prove(world.writes()[1])
    assert world.states() == [LineState.DONE]


def test_a_second_tag_of_one_part_is_no_other_part_of_the_set() -> None:
    world = borrowing()
    world.hear(events.TagsPlaced((uid(1), uid(2))))
    world.hear(events.TagRead(uid(1), book(7, 1, 2)), events.TagRead(uid(2), book(7, 1, 2)))
    assert world.states() == [LineState.PART_MISSING]
    (line,) = world.session.lines.values()
    shown = item_line(world.session, line)
    assert (shown.parts_seen, shown.parts_missing) == ((1,), (2,))
    assert world.submitted() == []


@pytest.mark.parametrize("home", [True, False])
def test_a_second_tag_found_after_done_is_written_before_done_is_shown_again(*, home: bool) -> None:
    world = returning() if home else borrowing()
    world.lay(7)
    if home:
        world.book_in(*world.submitted())
    else:
        world.grant(*world.submitted())
    world.prove(*world.writes())
    assert world.states() == [LineState.DONE]
    world.hear(events.TagsPlaced((uid(8),)), events.TagRead(uid(8), book(7)))
    assert world.states() != [LineState.DONE]
    assert [(w.uid, w.released) for w in world.writes()[1:]] == [(uid(8), not home)]
    world.prove(world.writes()[-1])
    assert world.states() == [LineState.DONE]
    assert len(world.submitted()) == 1


def test_the_same_book_laid_down_again_after_done_changes_nothing() -> None:
    world = borrowing()
    world.lend(1)
    world.lift(1)
    world.lay(1)
    assert world.states() == [LineState.DONE]
    assert len(world.submitted()) == len(world.writes()) == 1


def test_a_tag_that_could_not_be_written_is_tried_again_when_it_is_laid_down_again() -> None:
    world = borrowing()
    world.lay(1)
    world.grant(*world.submitted())
    write = world.writes()[0]
    world.hear(events.SecurityFailed(write.ref, write.uid, WriteFailure.NOT_WRITTEN))
    assert world.states() == [LineState.DONE_TAG_OPEN]
    world.lift(1)
    world.lay(1)
    assert [w.check_first for w in world.writes()] == [False, True]
    world.prove(world.writes()[-1])
    assert world.states() == [LineState.DONE]


def test_a_tag_that_is_felt_but_answers_no_write_is_not_written_for_ever() -> None:
    """At the edge of the field the inventory still feels it."""
    world = borrowing()
    world.lay(1)
    world.grant(*world.submitted())
    for expected in (1, 2, 3):
        assert len(world.writes()) == expected
        write = world.writes()[-1]
        world.hear(events.SecurityFailed(write.ref, write.uid, WriteFailure.LEFT))
    assert len(world.writes()) == 3
    assert world.states() == [LineState.PUT_BACK]
    world.lift(1)
    world.lay(1)
    assert len(world.writes()) == 4
    world.prove(world.writes()[-1])
    assert world.states() == [LineState.DONE]


def test_a_part_that_contradicts_the_set_holds_it_back_instead_of_lending_half() -> None:
    world = borrowing()
    world.hear(events.TagsPlaced((uid(1), uid(2))))
    world.hear(events.TagRead(uid(1), book(7, 1, 3)), events.TagRead(uid(2), book(7, 1, 1)))
    assert world.states() == [LineState.PART_MISSING]
    assert world.submitted() == []


def test_proof_of_a_refused_return_is_noted_all_the_same() -> None:
    world = returning()
    world.lay(1)
    (asked,), (write,) = world.submitted(), world.writes()
    world.hear(events.Answered(asked.ref, Refused(RefusalCode.ITEM_UNKNOWN)))
    world.prove(write)
    assert [noted.uid for noted in of_kind(world.wanted, NoteProved)] == [uid(1)]
    assert world.states() == [LineState.REFUSED]


def test_an_item_named_like_our_own_keys_is_an_item() -> None:
    """Whoever writes tags may write anything."""
    for number in (f"tag {uid(2)}", "renew TK.00002"):
        world = borrowing()
        world.hear(events.TagsPlaced((uid(1),)))
        world.hear(events.TagRead(uid(1), TagReading(TagKind.ITEM, number)))
        world.lay(2)
        world.grant(*world.submitted())
        assert {write.uid for write in world.writes()} == {uid(1), uid(2)}


def test_a_patron_card_on_the_pad_is_never_a_row() -> None:
    world = borrowing()
    world.lay(1)
    world.hear(events.TagsPlaced((uid(9),)))
    world.hear(events.TagRead(uid(9), TagReading(TagKind.PATRON_CARD, "04271944")))
    assert isinstance(world.session.phase, Borrowing)
    assert list(world.session.lines) == ["TK.00001"]


@pytest.mark.parametrize(
    ("kind", "trouble"),
    [
        (TagKind.FOREIGN, Trouble.FOREIGN_LIBRARY),
        (TagKind.BLANK, Trouble.BLANK_TAG),
        (TagKind.NOT_LIBRARY, Trouble.NOT_A_LIBRARY_TAG),
        (TagKind.SUSPECT, Trouble.SUSPECT_TAG),
        (TagKind.UNREADABLE, Trouble.UNREADABLE),
    ],
)
def test_a_tag_that_is_no_book_of_ours_is_said_and_holds_nothing_up(
    kind: TagKind, trouble: Trouble
) -> None:
    world = borrowing()
    world.hear(events.TagsPlaced((uid(1), uid(2))))
    world.hear(events.TagRead(uid(2), TagReading(kind, "TK.9")), events.TagRead(uid(1), book(1)))
    assert [line.trouble for line in world.session.lines.values()] == [trouble, None]
    assert [s.act.item for s in world.submitted()] == ["TK.00001"]
    world.lift(2)
    assert list(world.session.lines) == ["TK.00001"]


def test_a_tag_read_badly_at_first_and_well_when_laid_down_again_is_a_book() -> None:
    world = borrowing()
    world.hear(events.TagsPlaced((uid(1),)))
    world.hear(events.TagRead(uid(1), TagReading(TagKind.UNREADABLE)))
    world.lift(1)
    world.lay(1)
    assert [s.act.item for s in world.submitted()] == ["TK.00001"]


def test_a_reading_that_comes_after_the_tag_was_lifted_is_not_believed() -> None:
    world = borrowing()
    world.hear(events.TagsPlaced((uid(1),)))
    world.lift(1)
    world.hear(events.TagRead(uid(1), book(1)))
    assert world.session.lines == {}
    assert world.submitted() == []


def test_a_book_lifted_while_it_is_asked_for_is_returned_only_once_it_lies_there_again() -> None:
    world = returning()
    world.lay(1)
    write = world.writes()[0]
    world.lift(1)
    world.hear(events.SecurityFailed(write.ref, write.uid, WriteFailure.LEFT))
    world.hear(events.Answered(world.submitted()[0].ref, returned("TK.00001")))
    assert world.states() == [LineState.PUT_BACK]
    world.hear(intents.Touched())
    world.lay(1)
    world.prove(world.writes()[-1])
    assert world.states() == [LineState.DONE]
