"""Why an act is refused. Each list is read from the top; the first guard that speaks decides.

Before any guard is asked the patron and the item must be known at all (service.circulation.decide).
A guard answers with a refusal, or None when it has nothing against the act. Check-in has no
guards: a book that lies on the pad is back.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Protocol, TypeVar

from msgspec import Struct

from service.circulation.facts import Hold, Item, Loan, Patron
from service.circulation.holds import first_claimant
from service.circulation.rules import Policy, Rule
from service.circulation.words import CardState
from service.protocol.refusals import RefusalCode

Refusal = RefusalCode | None
Subject = TypeVar("Subject")


class Asking(Protocol):
    """A patron who asks to borrow, whatever it is. `today`: where the question is asked."""

    @property
    def patron(self) -> Patron: ...

    @property
    def open_loans(self) -> Mapping[tuple[str, str], int]: ...

    @property
    def today(self) -> date: ...


class Lending(Struct, frozen=True):
    """A patron, an item and all that bears on lending the one to the other.

    `open_loans`: how many open loans the patron has, by (home point, item type) of their items.
    `holds`: the open holds on the item's title, oldest first. `today`: at the item's point.
    """

    patron: Patron
    item: Item
    loan: Loan | None
    holds: Sequence[Hold]
    open_loans: Mapping[tuple[str, str], int]
    rule: Rule | None
    policy: Policy
    today: date


def refuse_when_card_lost(asking: Asking) -> Refusal:
    """Also a card that was replaced: whoever shows it is not the patron any more."""
    good = asking.patron.card_state is CardState.ACTIVE
    return None if good else RefusalCode.CARD_LOST


def refuse_when_patron_expired(asking: Asking) -> Refusal:
    return RefusalCode.PATRON_EXPIRED if asking.patron.expires < asking.today else None


def refuse_when_borrowing_blocked(asking: Asking) -> Refusal:
    return RefusalCode.PATRON_BLOCKED if asking.patron.may_not_borrow else None


def refuse_when_over_the_category_limit(asking: Asking) -> Refusal:
    """Every open loan counts."""
    taken = sum(asking.open_loans.values())
    return RefusalCode.LIMIT_REACHED if taken >= asking.patron.max_loans else None


def refuse_when_renewing_blocked(lending: Lending) -> Refusal:
    return RefusalCode.PATRON_BLOCKED if lending.patron.may_not_renew else None


def refuse_when_item_withdrawn(lending: Lending) -> Refusal:
    return RefusalCode.ITEM_WITHDRAWN if lending.item.withdrawn else None


def refuse_when_item_lost(lending: Lending) -> Refusal:
    return RefusalCode.ITEM_LOST if lending.item.lost else None


def refuse_when_not_for_loan(lending: Lending) -> Refusal:
    by_rule = lending.rule is not None and not lending.rule.for_loan
    return RefusalCode.NOT_FOR_LOAN if lending.item.not_for_loan or by_rule else None


def refuse_when_on_loan_to_another(lending: Lending) -> Refusal:
    lent = lending.loan is not None and lending.loan.patron != lending.patron.id
    return RefusalCode.ON_LOAN_TO_ANOTHER if lent else None


def refuse_when_held_for_another(lending: Lending) -> Refusal:
    waiting = first_claimant(lending.holds, lending.item)
    other = waiting is not None and waiting.patron != lending.patron.id
    return RefusalCode.HELD_FOR_ANOTHER if other else None


def refuse_when_no_rule(lending: Lending) -> Refusal:
    return RefusalCode.NO_RULE if lending.rule is None else None


def refuse_when_over_the_rule_limit(lending: Lending) -> Refusal:
    """Loans of the rule's own point and item type count."""
    rule, policy = lending.rule, lending.policy
    full = rule is not None and policy.left_under(rule, lending.open_loans) <= 0
    return RefusalCode.LIMIT_REACHED if full else None


def refuse_when_not_on_loan_to_patron(lending: Lending) -> Refusal:
    own = lending.loan is not None and lending.loan.patron == lending.patron.id
    return None if own else RefusalCode.NOT_ON_LOAN_TO_PATRON


def refuse_when_renewals_used_up(lending: Lending) -> Refusal:
    used = lending.loan.renewals if lending.loan else 0
    allowed = lending.rule.renewals if lending.rule else 0
    return RefusalCode.RENEWALS_USED_UP if used >= allowed else None


def refuse_when_overdue(lending: Lending) -> Refusal:
    late = lending.loan is not None and lending.loan.due < lending.today
    allowed = lending.rule is not None and lending.rule.renew_overdue
    return RefusalCode.OVERDUE if late and not allowed else None


def refuse_when_too_soon(lending: Lending) -> Refusal:
    if lending.loan is None or lending.rule is None:
        return None
    days = lending.rule.renew_from_days_before_due
    too_soon = days is not None and (lending.loan.due - lending.today).days > days
    return RefusalCode.TOO_SOON_TO_RENEW if too_soon else None


Guard = Callable[[Lending], Refusal]

# Asked first; past it a patron's own open loan is granted again as "already yours".
TO_BORROW_AGAIN: tuple[Guard, ...] = (refuse_when_card_lost,)

TO_BORROW: tuple[Guard, ...] = (
    refuse_when_patron_expired,
    refuse_when_borrowing_blocked,
    refuse_when_item_withdrawn,
    refuse_when_item_lost,
    refuse_when_no_rule,
    refuse_when_not_for_loan,
    refuse_when_on_loan_to_another,
    refuse_when_held_for_another,
    refuse_when_over_the_category_limit,
    refuse_when_over_the_rule_limit,
)

# Whether a card may borrow at all, before any item is seen.
TO_HAVE_STANDING: tuple[Callable[[Asking], Refusal], ...] = (
    refuse_when_card_lost,
    refuse_when_patron_expired,
    refuse_when_borrowing_blocked,
    refuse_when_over_the_category_limit,
)

TO_RENEW: tuple[Guard, ...] = (
    refuse_when_card_lost,
    refuse_when_not_on_loan_to_patron,
    refuse_when_patron_expired,
    refuse_when_renewing_blocked,
    refuse_when_item_lost,
    refuse_when_no_rule,
    refuse_when_held_for_another,
    refuse_when_renewals_used_up,
    refuse_when_overdue,
    refuse_when_too_soon,
)


def first_refusal(asked: Sequence[Callable[[Subject], Refusal]], subject: Subject) -> Refusal:
    """What the first guard says that has something against the act."""
    for guard in asked:
        if code := guard(subject):
            return code
    return None
