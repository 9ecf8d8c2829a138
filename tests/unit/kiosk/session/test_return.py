"""Returning, hazard by hazard, on the pure session."""

from datetime import date

from kiosk import intents
from kiosk.recognition import TagKind, TagReading
from kiosk.session import events
from kiosk.session.effects import Submit, WriteSecurity
from kiosk.session.picture import item_line, view_of
from kiosk.session.states import Farewell, Stage
from kiosk.views import FarewellView, Hindrance, LineState, Trouble
from service.protocol.operations import CheckIn
from service.protocol.refusals import RefusalCode
from service.protocol.replies import Destination, Parked, Refused, Returned
from tests.unit.kiosk.session.world import World, book, of_kind, uid


def returning() -> World:
    world = World()
    world.hear(intents.ChooseReturn())
    return world


def returned(item: str) -> Returned:
    return Returned(item, "Bếp lửa nhà sàn", "Yên Trầm", Destination.SHELF, "895.92", True)


def submitted(world: World) -> list[Submit]:
    return of_kind(world.wanted, Submit)


def writes(world: World) -> list[WriteSecurity]:
    return of_kind(world.wanted, WriteSecurity)


def states(world: World) -> list[LineState]:
    return [item_line(world.session, line).state for line in world.session.lines.values()]


def test_tag_is_secured_at_once_while_the_service_is_asked() -> None:
    world = returning()
    world.lay(1)
    assert [s.act for s in submitted(world)] == [CheckIn("TK.00001")]
    assert [w.released for w in writes(world)] == [False]
    assert states(world) == [LineState.SECURING]


def test_done_only_when_answer_and_proof_are_in_whichever_comes_first() -> None:
    for answer_first in (True, False):
        world = returning()
        world.lay(1)
        (asked,), (write,) = submitted(world), writes(world)
        answer = events.Answered(asked.ref, returned("TK.00001"))
        proof = events.SecurityProved(write.ref, write.uid)
        first, second = (answer, proof) if answer_first else (proof, answer)
        world.hear(first)
        assert states(world) == [LineState.SECURING]
        world.hear(second)
        assert states(world) == [LineState.DONE]


def test_offline_return_is_received_and_booked_later() -> None:
    world = returning()
    world.hear(events.HindrancesChanged(frozenset({Hindrance.LINK})))
    world.lay(1)
    world.prove(*writes(world))
    (line,) = world.session.lines.values()
    assert (line.stage, line.trouble) == (Stage.DONE, Trouble.KEPT_FOR_LATER)


def test_link_lost_after_a_return_was_sent_keeps_it() -> None:
    world = returning()
    world.lay(1)
    world.prove(*writes(world))
    world.hear(events.NotDecided(submitted(world)[0].ref))
    assert states(world) == [LineState.DONE]


def test_a_foreign_book_is_neither_booked_nor_secured() -> None:
    world = returning()
    world.hear(events.TagsPlaced((uid(1),)))
    world.hear(events.TagRead(uid(1), TagReading(TagKind.FOREIGN, "1000000056")))
    assert submitted(world) == []
    assert writes(world) == []
    assert states(world) == [LineState.TROUBLE]


def test_incomplete_set_is_not_taken_back() -> None:
    world = returning()
    world.hear(events.TagsPlaced((uid(1),)), events.TagRead(uid(1), book(7, 1, 2)))
    assert submitted(world) == []
    world.hear(events.TagsPlaced((uid(2),)), events.TagRead(uid(2), book(7, 2, 2)))
    assert len(submitted(world)) == 1
    assert len(writes(world)) == 2


def test_book_left_on_the_pad_by_the_last_reader_is_returned_when_asked_for() -> None:
    world = World()
    world.lay(1)
    world.hear(intents.Leave())
    assert submitted(world) == []
    (read,) = world.hear(intents.ChooseReturn())
    world.hear(events.TagRead(read.uid, book(1)))  # type: ignore[union-attr]
    assert [s.act for s in submitted(world)] == [CheckIn("TK.00001")]


def test_unknown_or_parked_items_go_to_staff() -> None:
    world = returning()
    world.lay(1, 2)
    first, second = submitted(world)
    world.prove(*writes(world))
    world.hear(
        events.Answered(first.ref, Refused(RefusalCode.ITEM_UNKNOWN)),
        events.Answered(second.ref, Parked()),
    )
    assert states(world) == [LineState.REFUSED, LineState.TROUBLE]


def test_farewell_does_not_ask_to_take_returned_books_along() -> None:
    world = returning()
    world.lay(1)
    world.prove(*writes(world))
    world.hear(events.Answered(submitted(world)[0].ref, returned("TK.00001")))
    world.hear(intents.Finish())
    assert isinstance(world.session.phase, Farewell)
    view = view_of(world.session, world.now, date(2026, 11, 18), "")
    assert isinstance(view, FarewellView)
    assert view.books_on_pad == 0
