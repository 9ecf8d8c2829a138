"""Returning, hazard by hazard, on the pure session."""

from kiosk import intents
from kiosk.recognition import TagKind, TagReading
from kiosk.session import events
from kiosk.session.states import Farewell, Stage
from kiosk.views import FarewellView, Hindrance, LineState, Trouble
from service.protocol.operations import CheckIn
from service.protocol.refusals import RefusalCode
from service.protocol.replies import Parked, Refused
from tests.unit.kiosk.session.world import World, book, returned, returning, uid


def test_tag_is_secured_at_once_while_the_service_is_asked() -> None:
    world = returning()
    world.lay(1)
    assert [s.act for s in world.submitted()] == [CheckIn("TK.00001")]
    assert [w.released for w in world.writes()] == [False]
    assert world.states() == [LineState.SECURING]


def test_done_only_when_answer_and_proof_are_in_whichever_comes_first() -> None:
    for answer_first in (True, False):
        world = returning()
        world.lay(1)
        (asked,), (write,) = world.submitted(), world.writes()
        answer = events.Answered(asked.ref, returned("TK.00001"))
        proof = events.SecurityProved(write.ref, write.uid)
        first, second = (answer, proof) if answer_first else (proof, answer)
        world.hear(first)
        assert world.states() == [LineState.SECURING]
        world.hear(second)
        assert world.states() == [LineState.DONE]


def test_offline_return_is_received_and_booked_later() -> None:
    world = returning()
    world.hear(events.HindrancesChanged(frozenset({Hindrance.LINK})))
    world.lay(1)
    world.prove(*world.writes())
    (line,) = world.session.lines.values()
    assert (line.stage, line.trouble) == (Stage.DONE, Trouble.KEPT_FOR_LATER)


def test_link_lost_after_a_return_was_sent_keeps_it() -> None:
    world = returning()
    world.lay(1)
    world.prove(*world.writes())
    world.hear(events.NotDecided(world.submitted()[0].ref))
    assert world.states() == [LineState.DONE]


def test_a_foreign_book_is_neither_booked_nor_secured() -> None:
    world = returning()
    world.hear(events.TagsPlaced((uid(1),)))
    world.hear(events.TagRead(uid(1), TagReading(TagKind.FOREIGN, "1000000056")))
    assert world.submitted() == []
    assert world.writes() == []
    assert world.states() == [LineState.TROUBLE]


def test_incomplete_set_is_not_taken_back() -> None:
    world = returning()
    world.hear(events.TagsPlaced((uid(1),)), events.TagRead(uid(1), book(7, 1, 2)))
    assert world.submitted() == []
    world.hear(events.TagsPlaced((uid(2),)), events.TagRead(uid(2), book(7, 2, 2)))
    assert len(world.submitted()) == 1
    assert len(world.writes()) == 2


def test_book_left_on_the_pad_by_the_last_reader_is_returned_when_asked_for() -> None:
    world = World()
    world.lay(1)
    world.hear(intents.Leave())
    assert world.submitted() == []
    (read,) = world.hear(intents.ChooseReturn())
    world.hear(events.TagRead(read.uid, book(1)))  # type: ignore[union-attr]
    assert [s.act for s in world.submitted()] == [CheckIn("TK.00001")]


def test_unknown_or_parked_items_go_to_staff() -> None:
    world = returning()
    world.lay(1, 2)
    first, second = world.submitted()
    world.prove(*world.writes())
    world.hear(
        events.Answered(first.ref, Refused(RefusalCode.ITEM_UNKNOWN)),
        events.Answered(second.ref, Parked()),
    )
    assert world.states() == [LineState.REFUSED, LineState.TROUBLE]


def test_farewell_does_not_ask_to_take_returned_books_along() -> None:
    world = returning()
    world.lay(1)
    world.prove(*world.writes())
    world.hear(events.Answered(world.submitted()[0].ref, returned("TK.00001")))
    world.hear(intents.Finish())
    assert isinstance(world.session.phase, Farewell)
    view = world.view()
    assert isinstance(view, FarewellView)
    assert view.books_on_pad == 0
