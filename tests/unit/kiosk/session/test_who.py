"""Saying who one is: typed numbers, PINs, throttling, and a service that does not answer."""

import pytest

from drivers.facts import CardProblem, CardSeen
from kiosk import intents
from kiosk.recognition import TagKind, TagReading
from kiosk.session import events
from kiosk.session.codes import wants_codes
from kiosk.session.effects import AskForPatron
from kiosk.session.states import CLOSED, NOT_LENDING, Account, Borrowing, Idle, Who
from kiosk.views import Hindrance, WhoFor, WhoStep, WhoView
from service.protocol.operations import CheckOut
from service.protocol.refusals import RefusalCode
from service.protocol.replies import PatronAnswer, Refused
from tests.unit.kiosk.session.world import CARD, KNOWN, OTHER_CARD, World, of_kind, uid

ACCOUNT = PatronAnswer("V. A. MẪU", hindrance=None, open_loans=0, may_borrow=5, loans=())


def asks(world: World) -> list[AskForPatron]:
    return of_kind(world.wanted, AskForPatron)


def who(world: World) -> Who:
    assert isinstance(world.session.phase, Who)
    return world.session.phase


def refuse(world: World, code: RefusalCode) -> None:
    world.hear(events.PatronAnswered(world.session.asks, Refused(code)))


def at_the_pin() -> World:
    world = World()
    world.hear(intents.ChooseAccount(), events.CodeScanned(CARD))
    world.answer_card(KNOWN)
    assert who(world).step is WhoStep.TYPE_PIN
    return world


def typing() -> World:
    world = World()
    world.hear(intents.ChooseBorrow(), intents.ChooseTyping())
    return world


def test_typed_numbers_are_throttled_for_the_station_and_not_for_the_visit() -> None:
    world = typing()
    for _ in range(5):
        world.hear(intents.NumberTyped("11111111"))
        refuse(world, RefusalCode.PATRON_UNKNOWN)
    world.hear(intents.NumberTyped(CARD))
    assert len(asks(world)) == 5
    world.hear(intents.Leave(), intents.ChooseBorrow(), intents.ChooseTyping())
    world.hear(intents.NumberTyped(CARD))
    assert len(asks(world)) == 5
    view = world.view()
    assert isinstance(view, WhoView)
    assert view.wait_seconds == 60
    world.later(60)
    world.hear(intents.ChooseTyping(), intents.NumberTyped(CARD))
    assert len(asks(world)) == 6


def test_a_shown_card_is_taken_while_typing_is_closed() -> None:
    world = typing()
    for _ in range(5):
        world.hear(intents.NumberTyped("11111111"))
        refuse(world, RefusalCode.PATRON_UNKNOWN)
    world.hear(events.CodeScanned(CARD))
    assert who(world).step is WhoStep.ASKING


def test_guessing_a_pin_is_throttled_as_well() -> None:
    world = at_the_pin()
    for _ in range(5):
        world.hear(intents.PinTyped("0000"))
        refuse(world, RefusalCode.PIN_WRONG)
    asked = len(asks(world))
    world.hear(intents.PinTyped("4271"))
    assert len(asks(world)) == asked
    world.later(59)
    world.later(1)
    world.hear(intents.StayHere(), intents.PinTyped("4271"))
    assert len(asks(world)) == asked + 1


def test_old_mistakes_are_forgotten() -> None:
    world = typing()
    for _ in range(12):
        world.hear(intents.NumberTyped("11111111"))
        refuse(world, RefusalCode.PATRON_UNKNOWN)
        world.now += 76
        world.hear(intents.StayHere())
    assert len(asks(world)) == 12


def test_wrong_pin_stays_at_the_pin_and_a_locked_one_says_so() -> None:
    world = at_the_pin()
    for code in (RefusalCode.PIN_WRONG, RefusalCode.PIN_LOCKED, RefusalCode.PIN_NOT_SET):
        world.hear(intents.PinTyped("0000"))
        refuse(world, code)
        assert (who(world).step, who(world).problem) == (WhoStep.TYPE_PIN, code)
    world.hear(intents.PinTyped("4271"))
    world.answer_card(ACCOUNT)
    assert isinstance(world.session.phase, Account)


def test_no_answer_to_a_pin_asks_for_the_pin_again() -> None:
    world = at_the_pin()
    world.hear(intents.PinTyped("4271"))
    world.hear(events.PatronAnswered(world.session.asks, None))
    assert (who(world).step, who(world).not_answered) == (WhoStep.TYPE_PIN, True)


def test_another_card_at_the_pin_asks_about_that_card() -> None:
    world = at_the_pin()
    world.hear(events.CodeScanned(OTHER_CARD))
    assert [ask.card for ask in asks(world)] == [CARD, OTHER_CARD]
    world.answer_card(KNOWN)
    world.hear(intents.PinTyped("4279"))
    assert asks(world)[-1].card == OTHER_CARD


def test_an_account_answered_without_its_pin_stays_shut() -> None:
    world = at_the_pin()
    world.hear(intents.PinTyped("0000"))
    world.answer_card(KNOWN)
    assert who(world).step is WhoStep.TYPE_PIN
    assert world.session.patron is None


@pytest.mark.parametrize("number", ["", "1" * 65, "1\t"])
def test_a_typed_number_that_no_card_has_is_not_asked_about(number: str) -> None:
    world = typing()
    world.hear(intents.NumberTyped(number))
    assert asks(world) == []
    assert who(world).step is WhoStep.TYPE_NUMBER


def test_a_blocked_patron_is_told_at_once_and_the_books_wait_for_another_card() -> None:
    world = World()
    world.lay(1)
    world.hear(events.CodeScanned(CARD))
    world.answer_card(PatronAnswer("X", RefusalCode.PATRON_EXPIRED, 0, 5))
    assert who(world).problem is RefusalCode.PATRON_EXPIRED
    assert world.session.patron is None
    world.show_card(OTHER_CARD)
    assert [s.act for s in world.submitted()] == [CheckOut("TK.00001", OTHER_CARD)]


@pytest.mark.parametrize("hindrance", sorted(NOT_LENDING - CLOSED))
def test_no_loan_begins_by_card_or_book_either_while_lending_is_closed(
    hindrance: Hindrance,
) -> None:
    world = World()
    world.hear(events.HindrancesChanged(frozenset({hindrance})))
    world.hear(intents.ChooseBorrow(), intents.ChooseAccount())
    assert isinstance(world.session.phase, Idle)
    world.lay(1)
    world.hear(events.CodeScanned(CARD))
    assert asks(world) == []
    assert who(world).not_answered
    world.hear(intents.ChooseTyping(), intents.NumberTyped(CARD))
    assert (who(world).step, who(world).not_answered) == (WhoStep.TYPE_NUMBER, True)
    world.hear(intents.ChooseReturn())
    assert [s.act.item for s in world.submitted()] == ["TK.00001"]


def test_a_visit_that_began_goes_on_when_the_disk_runs_low() -> None:
    world = World()
    world.show_card()
    world.hear(events.HindrancesChanged(frozenset({Hindrance.DISK})))
    world.lay(1)
    assert len(world.submitted()) == 1


def test_a_second_card_while_the_first_is_asked_about_is_not_asked_about() -> None:
    world = World()
    world.hear(events.CodeScanned(CARD), events.CodeScanned(OTHER_CARD))
    assert [ask.card for ask in asks(world)] == [CARD]


def test_back_leads_out_one_step_at_a_time_and_drops_the_answer_on_its_way() -> None:
    world = typing()
    world.hear(intents.NumberTyped(CARD), intents.Back())
    world.answer_card(KNOWN)
    assert who(world).step is WhoStep.SHOW_CARD
    world.hear(intents.Back())
    assert isinstance(world.session.phase, Idle)


def test_a_card_laid_down_with_the_books_lends_them() -> None:
    world = World()
    world.lay(1)
    card = TagReading(TagKind.PATRON_CARD, CARD)
    world.hear(events.TagsPlaced((uid(9),)), events.TagRead(uid(9), card))
    world.answer_card(KNOWN)
    assert isinstance(world.session.phase, Borrowing)
    assert len(world.submitted()) == 1


def test_no_secret_stands_in_what_is_logged() -> None:
    world = at_the_pin()
    world.hear(intents.PinTyped("4271"))
    assert not {CARD, "4271"} & set(repr((who(world), asks(world))).replace("'", " ").split())
    assert "4271" not in repr(intents.PinTyped("4271"))
    assert who(world).why is WhoFor.ACCOUNT


def held(number: str, problem: CardProblem | None = None) -> events.CardShown:
    return events.CardShown(CardSeen("iso14443a", number, problem))


def test_a_contactless_card_is_asked_about_like_a_scanned_one() -> None:
    world = World()
    world.hear(held(CARD))
    assert [ask.card for ask in asks(world)] == [CARD]


@pytest.mark.parametrize("problem", CardProblem)
def test_a_card_that_is_nobodys_identity_leads_to_the_other_ways(problem: CardProblem) -> None:
    world = World()
    world.hear(held("", problem))
    view = world.view()
    assert isinstance(view, WhoView)
    assert view.card_unusable
    assert asks(world) == []
    world.hear(held(CARD))
    assert [ask.card for ask in asks(world)] == [CARD]


def test_a_card_that_is_nobodys_identity_disturbs_no_visit() -> None:
    world = at_the_pin()
    before = world.session.phase
    world.hear(held("", CardProblem.RANDOM_UID))
    assert world.session.phase == before


def test_a_number_from_a_card_that_no_number_can_be_is_no_number() -> None:
    world = World()
    world.hear(held("0427\n1936"))
    assert asks(world) == []


def test_scanners_are_off_where_a_code_would_mean_nothing() -> None:
    world = World()
    assert wants_codes(world.session)
    world = at_the_pin()
    assert not wants_codes(world.session)
    world.hear(intents.PinTyped("1234"))
    world.answer_card(ACCOUNT)
    assert isinstance(world.session.phase, Account)
    assert not wants_codes(world.session)
    world.hear(intents.Leave())
    assert wants_codes(world.session)
