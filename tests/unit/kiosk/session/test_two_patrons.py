"""One patron after the other: nothing of the first is the second's, and nothing is lost between."""

from kiosk import intents
from kiosk.recognition import TagKind, TagReading
from kiosk.session import events
from kiosk.session.effects import AskForPatron, ReadTag, Settle
from kiosk.session.states import Borrowing, Farewell, Idle, Returning, Who
from kiosk.views import LineState, WhoFor, WhoStep
from service.protocol.operations import CheckIn, CheckOut
from tests.unit.kiosk.session.world import CARD, OTHER_CARD, World, book, of_kind, uid

CARD_TAG = uid(900)


def lay_card(world: World, number: str = CARD) -> None:
    world.hear(events.TagsPlaced((CARD_TAG,)))
    world.hear(events.TagRead(CARD_TAG, TagReading(TagKind.PATRON_CARD, number)))


def visited(*books: int) -> World:
    """A patron has borrowed these, which lie there still, and reads the farewell."""
    world = World()
    world.show_card()
    world.lend(*books)
    world.hear(intents.Finish())
    assert isinstance(world.session.phase, Farewell)
    return world


def test_a_card_forgotten_on_the_pad_lends_nothing_to_who_comes_to_return() -> None:
    world = World()
    lay_card(world)
    world.hear(intents.Leave())
    asked = world.every(AskForPatron)
    world.hear(intents.ChooseReturn())
    world.hear(events.TagRead(CARD_TAG, TagReading(TagKind.PATRON_CARD, CARD)))
    assert isinstance(world.session.phase, Returning)
    assert world.every(AskForPatron) == asked


def test_card_and_books_laid_down_together_in_the_last_ones_farewell_belong_together() -> None:
    world = visited(1)
    world.hear(events.TagsPlaced((CARD_TAG, uid(2))))
    world.hear(events.TagRead(CARD_TAG, TagReading(TagKind.PATRON_CARD, OTHER_CARD)))
    world.hear(events.TagRead(uid(2), book(2)))
    world.answer_card()
    assert world.submitted()[-1].act == CheckOut("TK.00002", OTHER_CARD)


def test_books_laid_down_in_a_farewell_are_borrowed_by_who_touches_borrow() -> None:
    world = visited(1)
    world.hear(events.TagsPlaced((uid(2),)), intents.ChooseBorrow())
    world.hear(events.TagRead(uid(2), book(2)))
    world.show_card(OTHER_CARD)
    assert world.submitted()[-1].act == CheckOut("TK.00002", OTHER_CARD)


def test_each_tag_is_read_once_when_a_farewell_turns_into_a_return() -> None:
    world = visited(1)
    start = len(world.wanted)
    world.hear(events.TagsPlaced((uid(2),)), intents.ChooseReturn())
    read = of_kind(world.wanted[start:], ReadTag)
    assert sorted(each.uid for each in read) == [uid(1), uid(2)]


def test_taking_the_books_away_over_the_pad_does_not_cut_the_farewell_short() -> None:
    world = visited(1, 2)
    world.lift(1, 2)
    world.lay(1)
    assert isinstance(world.session.phase, Farewell)
    world.later(13)
    assert isinstance(world.session.phase, Idle)
    assert world.session.lines == {}
    assert world.session.tags[uid(1)] == book(1), "the pad may still repair it"


def test_a_book_laid_down_at_the_moment_of_leaving_does_not_cut_the_farewell_short() -> None:
    world = World()
    world.show_card()
    world.lend(1)
    world.hear(events.TagsPlaced((uid(2),)), intents.Leave())
    world.hear(events.TagRead(uid(2), book(2)))
    assert isinstance(world.session.phase, Farewell)


def test_another_book_in_a_farewell_begins_the_next_visit() -> None:
    world = visited(1)
    world.lay(2)
    assert isinstance(world.session.phase, Who)
    assert list(world.session.lines) == ["TK.00002"]
    assert world.session.patron is None


def test_answer_to_the_first_ones_card_opens_nothing_for_the_second() -> None:
    world = World()
    world.hear(events.CodeScanned(CARD), intents.Leave())
    first = world.session.asks
    world.hear(events.CodeScanned(OTHER_CARD))
    world.answer_card(ask=first)
    assert world.session.patron is None
    world.answer_card()
    assert world.session.patron is not None
    assert world.session.patron.card == OTHER_CARD


def test_a_card_shown_and_a_tile_touched_at_the_same_moment_are_one_visit() -> None:
    for tile, opened in ((intents.ChooseBorrow(), True), (intents.ChooseAccount(), False)):
        world = World()
        lay_card(world)
        world.hear(tile)
        assert isinstance(world.session.phase, Who)
        assert world.session.phase.step is WhoStep.ASKING
        world.answer_card()
        assert isinstance(world.session.phase, Borrowing) is opened


def test_account_asked_for_while_the_card_was_looked_up_wants_the_pin_first() -> None:
    world = World()
    lay_card(world)
    world.hear(intents.ChooseAccount())
    world.answer_card()
    phase = world.session.phase
    assert isinstance(phase, Who)
    assert (phase.why, phase.step) == (WhoFor.ACCOUNT, WhoStep.TYPE_PIN)


def test_a_touch_on_a_tile_that_is_no_longer_there_moves_no_running_visit() -> None:
    world = World()
    world.show_card()
    world.lay(1)
    for late in (intents.ChooseAccount(), intents.ChooseReturn(), intents.ChooseBorrow()):
        world.hear(late)
        assert isinstance(world.session.phase, Borrowing)
    back = World()
    back.hear(intents.ChooseReturn())
    back.lay(1)
    for late in (intents.ChooseAccount(), intents.ChooseBorrow()):
        back.hear(late)
        assert isinstance(back.session.phase, Returning)
    assert [s.act for s in back.submitted()] == [CheckIn("TK.00001")]


def test_borrow_touched_after_return_by_mistake_is_followed_while_no_book_lies_there() -> None:
    world = World()
    world.hear(intents.ChooseReturn(), intents.ChooseBorrow())
    assert isinstance(world.session.phase, Who)


def test_every_try_of_a_visit_is_settled_once_it_is_over() -> None:
    world = World()
    world.show_card()
    world.lay(1, 2)
    world.later(61)
    world.later(21)
    assert isinstance(world.session.phase, Idle)
    settled = {ref for settle in of_kind(world.wanted, Settle) for ref in settle.refs}
    assert {s.ref for s in world.submitted()} <= settled


def test_a_stranger_who_lifts_the_last_ones_book_finds_it_unlent() -> None:
    world = World()
    world.show_card()
    world.lay(1)
    world.hear(intents.Leave())
    world.lift(1)
    world.lay(1)
    world.show_card(OTHER_CARD)
    assert world.states() == [LineState.ASKING]
    assert [s.ref.session for s in world.submitted()] == [1, 2]
