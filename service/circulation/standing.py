"""Whether a card may borrow, and how much, before any item is seen."""

from collections.abc import Mapping
from datetime import date

from msgspec import Struct

from service.circulation.facts import Patron
from service.circulation.guards import TO_HAVE_STANDING, Refusal, first_refusal
from service.circulation.rules import Policy

ANY_OTHER = ""


class Standing(Struct, frozen=True):
    """A patron at a point today. `open_loans` by (home point, item type) of the items."""

    patron: Patron
    open_loans: Mapping[tuple[str, str], int]
    point: str
    policy: Policy
    today: date

    @property
    def hindrance(self) -> Refusal:
        """Why nothing can be borrowed with this card, None when something can."""
        return first_refusal(TO_HAVE_STANDING, self)

    @property
    def may_borrow(self) -> int:
        """How many more items of this point, of the item type that leaves most."""
        if self.hindrance:
            return 0
        left = self.patron.max_loans - sum(self.open_loans.values())
        item_types = {rule.item_type or ANY_OTHER for rule in self.policy.rules.values()}
        return max(0, min(left, max(map(self._left_of, item_types | {ANY_OTHER}))))

    def _left_of(self, item_type: str) -> int:
        rule = self.policy.rule_for(self.point, self.patron.category, item_type)
        if rule is None or not rule.for_loan:
            return 0
        return self.policy.left_under(rule, self.open_loans)
