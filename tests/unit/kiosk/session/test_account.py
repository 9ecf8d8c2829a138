"""The account: renewals answered late, never, twice, or while books are laid down."""

from datetime import date

from kiosk import intents
from kiosk.session import events
from kiosk.session.effects import Settle, Submit
from kiosk.session.picture import chime_between
from kiosk.session.states import Account, Borrowing, Farewell, Idle
from kiosk.views import AccountView, Hindrance, RenewState
from service.protocol.operations import Renew
from service.protocol.refusals import RefusalCode
from service.protocol.replies import LoanLine, PatronAnswer, Refused, Renewed
from tests.unit.kiosk.session.world import CARD, KNOWN, TODAY, World, of_kind

LATER = date(2026, 12, 16)
OFFLINE = events.HindrancesChanged(frozenset({Hindrance.LINK}))
ONLINE = events.HindrancesChanged(frozenset())


def loan(number: int, *, renewable: bool = True) -> LoanLine:
    return LoanLine(f"TK.{number:05d}", "Mùa mận", "Mộc Khê", TODAY, renewable)


def account(*loans: LoanLine) -> World:
    world = World()
    world.hear(intents.ChooseAccount(), events.CodeScanned(CARD))
    world.answer_card(KNOWN)
    world.hear(intents.PinTyped("4271"))
    world.answer_card(PatronAnswer("V. A. MẪU", None, len(loans), 5, loans))
    assert isinstance(world.session.phase, Account)
    return world


def renewals(world: World) -> list[Submit]:
    return [s for s in world.submitted() if isinstance(s.act, Renew)]


def states(world: World) -> list[RenewState]:
    view = world.view()
    assert isinstance(view, AccountView)
    return [line.renew for line in view.lines]


def test_an_account_without_loans_renews_nothing() -> None:
    world = account()
    world.hear(intents.RenewAll(), intents.RenewOne("TK.00001"))
    assert world.submitted() == []


def test_a_second_tap_does_not_renew_twice() -> None:
    world = account(loan(1), loan(2, renewable=False))
    world.hear(intents.RenewAll(), intents.RenewAll(), intents.RenewOne("TK.00001"))
    assert [s.act for s in renewals(world)] == [Renew("TK.00001", CARD)]
    world.hear(events.Answered(renewals(world)[0].ref, Renewed("TK.00001", LATER)))
    world.hear(intents.RenewOne("TK.00001"))
    assert len(renewals(world)) == 1
    assert states(world) == [RenewState.RENEWED, RenewState.NONE]


def test_offline_a_renewal_says_so_at_once_and_may_be_tried_again() -> None:
    world = account(loan(1))
    world.hear(OFFLINE, intents.RenewAll())
    assert states(world) == [RenewState.NOT_SENT]
    assert world.submitted() == []
    world.hear(ONLINE, intents.RenewAll())
    assert states(world) == [RenewState.ASKING]
    assert len(renewals(world)) == 1


def test_a_renewal_lost_with_the_link_may_be_tried_again_under_another_name() -> None:
    world = account(loan(1))
    world.hear(intents.RenewAll())
    first = renewals(world)[0]
    world.hear(OFFLINE, events.NotDecided(first.ref), ONLINE)
    view = world.view()
    assert isinstance(view, AccountView)
    assert view.lines[0].renewable
    world.hear(intents.RenewOne("TK.00001"))
    second = renewals(world)[1]
    assert first.ref != second.ref
    world.hear(events.Answered(first.ref, Renewed("TK.00001", LATER)))
    world.hear(events.Answered(second.ref, Refused(RefusalCode.TOO_SOON_TO_RENEW)))
    assert states(world) == [RenewState.RENEWED]


def test_refused_renewal_says_why_and_is_not_offered_again() -> None:
    world = account(loan(1))
    world.hear(intents.RenewAll())
    refused = Refused(RefusalCode.HELD_FOR_ANOTHER)
    world.hear(events.Answered(renewals(world)[0].ref, refused), intents.RenewAll())
    assert states(world) == [RenewState.REFUSED]
    assert len(renewals(world)) == 1


def test_books_laid_down_while_renewals_are_asked_for_are_lent_beside_them() -> None:
    world = account(loan(1))
    world.hear(intents.RenewAll())
    world.lay(2)
    assert isinstance(world.session.phase, Borrowing)
    world.grant(*world.submitted()[1:])
    world.hear(events.Answered(renewals(world)[0].ref, Renewed("TK.00001", LATER)))
    world.prove(*world.writes())
    world.hear(intents.Finish())
    assert isinstance(world.session.phase, Farewell)


def test_every_try_of_a_renewal_is_settled_at_the_end() -> None:
    world = account(loan(1), loan(2))
    world.hear(intents.RenewAll())
    world.hear(OFFLINE, *(events.NotDecided(s.ref) for s in renewals(world)), ONLINE)
    world.hear(intents.RenewAll(), intents.Finish())
    assert isinstance(world.session.phase, Idle)
    settled = {ref for settle in of_kind(world.wanted, Settle) for ref in settle.refs}
    assert len(renewals(world)) == 4
    assert {s.ref for s in renewals(world)} <= settled


def test_answer_to_a_renewal_after_the_patron_left_is_not_the_next_ones() -> None:
    world = account(loan(1))
    world.hear(intents.RenewAll(), intents.Leave())
    ref = renewals(world)[0].ref
    world.hear(events.Answered(ref, Renewed("TK.00001", LATER)), events.NotDecided(ref))
    assert world.session.renewals == {}


def test_no_loan_of_the_account_is_left_after_it() -> None:
    world = account(loan(1))
    world.hear(intents.Back())
    assert isinstance(world.session.phase, Idle)
    assert world.session.patron is None


def test_the_way_from_an_account_to_any_other_screen_makes_no_sound_and_no_fault() -> None:
    world = account(loan(1))
    before = world.view()
    world.hear(intents.Leave())
    assert chime_between(before, world.view()) is None
    assert chime_between(world.view(), before) is None
