"""Which loan rule applies: nearest point first, then category, then item type, then any."""

from collections.abc import Mapping
from datetime import date
from itertools import product

from msgspec import Struct, field

from service.circulation.opening_days import Calendar
from service.circulation.words import DueMode

Scope = tuple[str | None, str | None, str | None]


class Point(Struct, frozen=True):
    """A place of the library in the tree of places."""

    code: str
    parent: str | None
    name: str
    time_zone: str


class Rule(Struct, frozen=True):
    """One row of the rules; None in its scope means any."""

    id: int
    point: str | None
    category: str | None
    item_type: str | None
    for_loan: bool
    loan_days: int
    due_mode: DueMode
    max_loans: int
    renewals: int
    renew_from_days_before_due: int | None
    renew_overdue: bool
    due_by_card_expiry: bool

    @property
    def scope(self) -> Scope:
        return self.point, self.category, self.item_type


class Policy(Struct, frozen=True):
    """What the library decided: its points, rules and opening days.

    The two memories keep answers that cannot change while the policy stands.
    """

    points: Mapping[str, Point]
    rules: Mapping[Scope, Rule]
    calendar: Calendar
    ends_of_term: dict[tuple[int, str, date], date] = field(default_factory=dict)
    found_rules: dict[tuple[str, str, str], Rule | None] = field(default_factory=dict)

    def way_up(self, point: str) -> tuple[str, ...]:
        """The point and those above it, nearest first; a circle is left where it closes."""
        way: list[str] = []
        at: str | None = point
        while at is not None and at in self.points and at not in way:
            way.append(at)
            at = self.points[at].parent
        return tuple(way)

    def rule_for(self, point: str, category: str, item_type: str) -> Rule | None:
        """The rule that decides; None only where even the fallback row was taken away."""
        asked = point, category, item_type
        if asked not in self.found_rules:
            self.found_rules[asked] = self._look_up(*asked)
        return self.found_rules[asked]

    def _look_up(self, point: str, category: str, item_type: str) -> Rule | None:
        scopes = product((*self.way_up(point), None), (category, None), (item_type, None))
        return next((self.rules[scope] for scope in scopes if scope in self.rules), None)

    def numbered(self, number: int) -> Rule | None:
        """The rule that a running loan was granted by, if it still stands."""
        return next((rule for rule in self.rules.values() if rule.id == number), None)

    def left_under(self, rule: Rule, open_loans: Mapping[tuple[str, str], int]) -> int:
        """How many loans the rule's limit leaves; below zero after a limit was lowered.

        `open_loans`: how many a patron has, by (home point, item type) of the items.
        """
        return rule.max_loans - sum(
            taken for kind, taken in open_loans.items() if self._counts_under(rule, *kind)
        )

    def _counts_under(self, rule: Rule, point: str, item_type: str) -> bool:
        return (rule.item_type in {None, item_type}) and (
            rule.point is None or rule.point in self.way_up(point)
        )
