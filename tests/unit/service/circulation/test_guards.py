"""Every guard refuses its own case, lets the usual case pass, and stands in its list."""

from collections import Counter
from collections.abc import Callable
from datetime import date, timedelta

import pytest
from msgspec.structs import replace

from service.circulation import guards
from service.circulation.facts import Loan
from service.circulation.guards import Lending
from service.circulation.words import CardState, HoldState, LoanState
from service.protocol.refusals import RefusalCode
from tests.unit.service.circulation.small_library import (
    ADULT,
    BOOK,
    CHILD,
    FALLBACK,
    HOLD,
    NOON,
    NOON_MS,
    policy_of,
)

LOAN = Loan(
    id=7,
    item=BOOK.id,
    patron=ADULT.id,
    state=LoanState.OPEN,
    opened_at_ms=NOON_MS,
    due=NOON + timedelta(days=1),
    closed_at_ms=None,
    renewals=0,
    rule=FALLBACK.id,
    category="adult",
    item_type="book",
    point="SK",
)
TO_BORROW = Lending(
    patron=ADULT,
    item=BOOK,
    loan=None,
    holds=(),
    open_loans=Counter(),
    rule=FALLBACK,
    policy=policy_of(),
    today=NOON,
)
TO_RENEW = replace(TO_BORROW, loan=LOAN)
SET_ASIDE = replace(HOLD, state=HoldState.ON_SHELF, trapped=BOOK.id)

Case = tuple[Callable[[Lending], object], RefusalCode, Lending]


def patron(**changes: object) -> Lending:
    return replace(TO_BORROW, patron=replace(ADULT, **changes))


def item(**changes: object) -> Lending:
    return replace(TO_BORROW, item=replace(BOOK, **changes))


def loan(**changes: object) -> Lending:
    return replace(TO_RENEW, loan=replace(LOAN, **changes))


def rule(lending: Lending = TO_BORROW, **changes: object) -> Lending:
    return replace(lending, rule=replace(FALLBACK, **changes))


REFUSED: list[Case] = [
    (guards.refuse_when_card_lost, RefusalCode.CARD_LOST, patron(card_state=CardState.LOST)),
    (guards.refuse_when_card_lost, RefusalCode.CARD_LOST, patron(card_state=CardState.REPLACED)),
    (
        guards.refuse_when_patron_expired,
        RefusalCode.PATRON_EXPIRED,
        patron(expires=NOON - timedelta(days=1)),
    ),
    (
        guards.refuse_when_borrowing_blocked,
        RefusalCode.PATRON_BLOCKED,
        patron(may_not_borrow=True),
    ),
    (
        guards.refuse_when_over_the_category_limit,
        RefusalCode.LIMIT_REACHED,
        replace(TO_BORROW, open_loans=Counter({("SK", "book"): 3, ("SK.01", "disc"): 2})),
    ),
    (
        guards.refuse_when_over_the_rule_limit,
        RefusalCode.LIMIT_REACHED,
        replace(TO_BORROW, open_loans=Counter({("SK", "book"): 3})),
    ),
    (guards.refuse_when_item_withdrawn, RefusalCode.ITEM_WITHDRAWN, item(withdrawn=True)),
    (guards.refuse_when_item_lost, RefusalCode.ITEM_LOST, item(lost=True)),
    (guards.refuse_when_not_for_loan, RefusalCode.NOT_FOR_LOAN, item(not_for_loan=True)),
    (guards.refuse_when_not_for_loan, RefusalCode.NOT_FOR_LOAN, rule(for_loan=False)),
    (
        guards.refuse_when_on_loan_to_another,
        RefusalCode.ON_LOAN_TO_ANOTHER,
        loan(patron=CHILD.id),
    ),
    (
        guards.refuse_when_held_for_another,
        RefusalCode.HELD_FOR_ANOTHER,
        replace(TO_BORROW, holds=(HOLD,)),
    ),
    (
        guards.refuse_when_held_for_another,
        RefusalCode.HELD_FOR_ANOTHER,
        replace(TO_BORROW, holds=(SET_ASIDE,)),
    ),
    (guards.refuse_when_no_rule, RefusalCode.NO_RULE, replace(TO_BORROW, rule=None)),
    (
        guards.refuse_when_not_on_loan_to_patron,
        RefusalCode.NOT_ON_LOAN_TO_PATRON,
        loan(patron=CHILD.id),
    ),
    (guards.refuse_when_not_on_loan_to_patron, RefusalCode.NOT_ON_LOAN_TO_PATRON, TO_BORROW),
    (guards.refuse_when_renewing_blocked, RefusalCode.PATRON_BLOCKED, patron(may_not_renew=True)),
    (guards.refuse_when_renewals_used_up, RefusalCode.RENEWALS_USED_UP, loan(renewals=2)),
    (guards.refuse_when_overdue, RefusalCode.OVERDUE, loan(due=NOON - timedelta(days=1))),
    (
        guards.refuse_when_too_soon,
        RefusalCode.TOO_SOON_TO_RENEW,
        rule(loan(due=NOON + timedelta(days=4)), renew_from_days_before_due=3),
    ),
]

PASSED: list[tuple[Callable[[Lending], object], Lending]] = [
    (guards.refuse_when_patron_expired, patron(expires=NOON)),
    (
        guards.refuse_when_over_the_rule_limit,
        replace(TO_BORROW, open_loans=Counter({("S", "b"): 2})),
    ),
    (
        guards.refuse_when_over_the_rule_limit,
        replace(rule(item_type="disc", max_loans=1), open_loans=Counter({("SK", "book"): 4})),
    ),
    (
        guards.refuse_when_over_the_rule_limit,
        replace(rule(point="SK.01", max_loans=1), open_loans=Counter({("SK", "book"): 4})),
    ),
    (
        guards.refuse_when_held_for_another,
        replace(TO_BORROW, holds=(replace(HOLD, patron=ADULT.id),)),
    ),
    (guards.refuse_when_held_for_another, replace(TO_BORROW, holds=(replace(HOLD, item=11),))),
    (
        guards.refuse_when_held_for_another,
        replace(TO_BORROW, holds=(replace(SET_ASIDE, trapped=11),)),
    ),
    (guards.refuse_when_overdue, rule(loan(due=date(2026, 1, 1)), renew_overdue=True)),
    (guards.refuse_when_overdue, loan(due=NOON)),
    (
        guards.refuse_when_too_soon,
        rule(loan(due=NOON + timedelta(days=3)), renew_from_days_before_due=3),
    ),
]


@pytest.mark.parametrize(("guard", "code", "lending"), REFUSED)
def test_guard_refuses_its_case(
    guard: Callable[[Lending], object], code: RefusalCode, lending: Lending
) -> None:
    assert guard(lending) is code


@pytest.mark.parametrize(("guard", "lending"), PASSED)
def test_guard_lets_pass_what_is_not_its_case(
    guard: Callable[[Lending], object], lending: Lending
) -> None:
    assert guard(lending) is None


def test_nothing_is_said_against_the_usual_case() -> None:
    lists = (guards.TO_BORROW_AGAIN, guards.TO_BORROW)
    assert all(guards.first_refusal(each, TO_BORROW) is None for each in lists)
    assert guards.first_refusal(guards.TO_RENEW, TO_RENEW) is None
    assert guards.first_refusal(guards.TO_HAVE_STANDING, TO_BORROW) is None


def test_every_guard_is_asked_and_tested() -> None:
    written = {name for name in vars(guards) if name.startswith("refuse_when_")}
    lists = (guards.TO_BORROW_AGAIN, guards.TO_BORROW, guards.TO_RENEW)
    asked = {guard.__name__ for each in lists for guard in each}
    assert written == asked
    assert written == {guard.__name__ for guard, _, _ in REFUSED}


def test_of_two_hindrances_the_first_in_the_list_is_told() -> None:
    both = replace(item(lost=True), patron=replace(ADULT, expires=date(2020, 1, 1)))
    assert guards.first_refusal(guards.TO_BORROW, both) is RefusalCode.PATRON_EXPIRED
