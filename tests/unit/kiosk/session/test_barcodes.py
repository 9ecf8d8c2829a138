"""Scanner codes in every phase: cards, items with a tag or without, rubbish; no pad at all."""

import pytest
from msgspec.structs import replace

from kiosk import intents
from kiosk.session import events
from kiosk.session.effects import AskForItem, AskForPatron, NoteProved, Submit
from kiosk.session.states import Borrowing, Farewell, Idle, Policy, Returning, Who
from kiosk.views import Hindrance, LineState, Trouble
from service.protocol.operations import CheckIn, CheckOut
from service.protocol.refusals import RefusalCode
from service.protocol.replies import ItemAnswer, Refused
from tests.unit.kiosk.session.world import CARD, OTHER_CARD, World, book, of_kind, returning, uid

ITEM = "TK.00001"
ISBN = "9786041234567"


def known(*, tagged: bool, parts: int = 1) -> ItemAnswer:
    return ItemAnswer(ITEM, "Bếp lửa nhà sàn", "Yên Trầm", tagged, parts, on_loan=False)


def scan(world: World, answer: ItemAnswer | Refused | None) -> None:
    world.hear(events.CodeScanned(ITEM), events.ItemAnswered(ITEM, answer))


def borrowing(policy: Policy | None = None) -> World:
    world = World()
    world.session = replace(world.session, policy=policy or Policy())
    world.show_card()
    return world


def trouble(world: World) -> Trouble | None:
    return world.session.lines[ITEM].trouble


def test_an_untagged_book_is_lent_without_a_tag_write_and_noted_before_it_is_shown() -> None:
    world = borrowing()
    scan(world, known(tagged=False))
    assert [s.act for s in world.submitted()] == [CheckOut(ITEM, CARD)]
    noted = of_kind(world.grant(*world.submitted()), NoteProved)
    assert [note.uid for note in noted] == [""]
    assert world.writes() == []
    assert world.states() == [LineState.DONE]


def test_an_untagged_book_is_returned_without_a_tag_write() -> None:
    world = returning()
    scan(world, known(tagged=False))
    assert [s.act for s in world.submitted()] == [CheckIn(ITEM)]
    assert world.states() == [LineState.SECURING]
    world.book_in(*world.submitted())
    assert world.states() == [LineState.DONE]
    assert world.writes() == []


@pytest.mark.parametrize("home", [True, False])
def test_a_tagged_book_must_be_laid_down_and_then_goes_its_way(*, home: bool) -> None:
    world = returning() if home else borrowing()
    scan(world, known(tagged=True))
    assert world.states() == [LineState.LAY_ON_PAD]
    assert world.submitted() == []
    world.lay(1)
    assert len(world.submitted()) == 1
    assert len(world.session.lines) == 1


def test_a_book_scanned_twice_or_scanned_and_laid_down_is_one_line_and_one_operation() -> None:
    world = borrowing()
    world.hear(events.CodeScanned(ITEM), events.CodeScanned(ITEM))
    world.lay(1)
    world.hear(events.ItemAnswered(ITEM, known(tagged=True)), events.CodeScanned(ITEM))
    assert len(world.submitted()) == 1
    assert world.states() == [LineState.ASKING]


def test_a_book_said_to_have_no_tag_is_released_when_its_tag_turns_up() -> None:
    world = borrowing()
    scan(world, known(tagged=False))
    world.grant(*world.submitted())
    world.lay(1)
    assert world.states() == [LineState.RELEASING]
    world.prove(*world.writes())
    assert world.states() == [LineState.DONE]


def test_one_part_of_a_set_that_was_lent_as_untagged_is_released_whatever_its_number() -> None:
    world = borrowing()
    scan(world, known(tagged=False))
    world.grant(*world.submitted())
    world.hear(events.TagsPlaced((uid(2),)), events.TagRead(uid(2), book(1, 2, 3)))
    assert [write.uid for write in world.writes()] == [uid(2)]


def test_a_code_that_got_no_answer_may_be_scanned_again() -> None:
    for world in (borrowing(), returning()):
        scan(world, None)
        assert trouble(world) is Trouble.NOT_SENT
        scan(world, known(tagged=False))
        assert trouble(world) is None
        assert len(world.submitted()) == 1


def test_a_code_that_got_no_answer_may_be_laid_down_instead() -> None:
    world = borrowing()
    scan(world, None)
    world.lay(1)
    assert len(world.submitted()) == 1


def test_a_refused_book_without_tag_is_asked_for_again_when_it_is_scanned_again() -> None:
    world = borrowing()
    scan(world, known(tagged=False))
    refused = Refused(RefusalCode.BACKEND_SILENT)
    world.hear(events.Answered(world.submitted()[0].ref, refused), events.CodeScanned(ITEM))
    assert [s.ref.attempt for s in world.submitted()] == [1, 2]


def test_an_unknown_item_is_refused_and_looked_up_again_when_it_is_scanned_again() -> None:
    world = borrowing()
    scan(world, Refused(RefusalCode.ITEM_UNKNOWN))
    assert world.states() == [LineState.REFUSED]
    scan(world, known(tagged=False))
    assert [s.act for s in world.submitted()] == [CheckOut(ITEM, CARD)]


def test_finish_waits_for_the_word_about_a_scanned_book() -> None:
    world = borrowing()
    world.lend(2)
    world.hear(events.CodeScanned(ITEM), intents.Finish())
    assert isinstance(world.session.phase, Borrowing)
    world.hear(events.ItemAnswered(ITEM, known(tagged=True)))
    assert isinstance(world.session.phase, Farewell)


def test_a_tagged_book_scanned_while_the_pad_is_out_is_taken_once_it_can_be_laid_down() -> None:
    world = borrowing()
    world.hear(events.HindrancesChanged(frozenset({Hindrance.PAD})))
    scan(world, known(tagged=True))
    assert trouble(world) is Trouble.STAFF_WILL_HELP
    world.hear(events.HindrancesChanged(frozenset()))
    world.lay(1)
    assert len(world.submitted()) == 1


def test_station_without_pad_sends_tagged_books_to_staff() -> None:
    world = borrowing(Policy(has_pad=False))
    scan(world, known(tagged=True))
    assert trouble(world) is Trouble.STAFF_WILL_HELP
    assert world.submitted() == []


def test_station_without_pad_lends_tagged_books_where_the_library_says_so() -> None:
    world = borrowing(Policy(has_pad=False, lend_tagged_without_pad=True))
    scan(world, known(tagged=True))
    world.grant(*world.submitted())
    assert world.states() == [LineState.DONE]


def test_offline_nobody_knows_of_a_scanned_book_whether_it_has_a_tag_so_it_is_not_done() -> None:
    world = returning()
    world.hear(events.HindrancesChanged(frozenset({Hindrance.LINK})))
    scan(world, None)
    assert world.submitted() == []
    assert world.states() == [LineState.TROUBLE]


def test_an_item_scanned_in_an_idle_kiosk_wakes_it_and_is_lent_after_the_card() -> None:
    world = World()
    scan(world, known(tagged=False))
    assert isinstance(world.session.phase, Who)
    world.show_card()
    assert [s.act for s in world.submitted()] == [CheckOut(ITEM, CARD)]


def test_a_code_in_the_farewell_begins_the_next_visit() -> None:
    for code in (ITEM, OTHER_CARD):
        world = borrowing()
        world.lend(2)
        world.hear(intents.Finish(), events.CodeScanned(code))
        assert isinstance(world.session.phase, Who)
        assert world.session.patron is None


def test_a_card_scanned_among_returned_books_asks_nobody() -> None:
    world = returning()
    world.lay(1)
    world.hear(events.CodeScanned(CARD))
    assert isinstance(world.session.phase, Returning)
    assert world.every(AskForPatron) == []


@pytest.mark.parametrize(
    "rubbish",
    ["", ISBN, "TK.0000", "\x00" * 8, "x" * 10_000, "TK.00001\t", "https://example.org/x"],
)
def test_rubbish_changes_nothing_in_any_phase(rubbish: str) -> None:
    idle, who, back, lend = World(), World(), returning(), borrowing()
    who.hear(intents.ChooseBorrow())
    done = borrowing()
    done.lend(1)
    done.hear(intents.Finish())
    for world in (idle, who, back, lend, done):
        before = world.session
        assert world.hear(events.CodeScanned(rubbish)) == []
        assert replace(world.session, last_act=before.last_act) == before
    assert isinstance(idle.session.phase, Idle)


def test_a_scanned_code_too_long_for_any_message_never_becomes_one() -> None:
    """With a generous pattern, its row would be in the outbox for ever."""
    world = World()
    policy = Policy(card_pattern="C.*", item_pattern="T.*")
    world.session = replace(world.session, policy=policy)
    world.hear(events.CodeScanned("C" + "1" * 64), events.CodeScanned("T" + "1" * 64))
    world.hear(events.CodeScanned("T\t1"), events.CodeScanned("C\x001"))
    for kind in (AskForPatron, AskForItem, Submit):
        assert world.every(kind) == []
    world.hear(events.CodeScanned("T" + "1" * 63))
    assert len(world.every(AskForItem)) == 1
