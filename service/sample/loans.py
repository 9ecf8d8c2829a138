"""Open loans and holds, as the library's own rules would have given them."""

from collections.abc import Iterator, Sequence
from datetime import date, datetime, time, timedelta
from random import Random
from zoneinfo import ZoneInfo

from service.circulation.due_dates import due_day
from service.circulation.facts import Claim, Hold, Loan
from service.circulation.opening_days import ONE_DAY
from service.circulation.rules import Policy, Rule
from service.circulation.words import HoldState, LoanState
from service.sample import known
from service.sample.collection import Copy
from service.sample.points import ROOT, TIME_ZONE
from service.sample.readers import Patron

OLD_DESK = 1  # the number of the station that lent everything
_LENT_SHARE = 0.04
_QUEUED_SHARE = 0.06  # of the titles that are lent
_MONTH = timedelta(days=30)


class Circulation:
    """What is out of the library on the day `as_of`, decided copy by copy."""

    def __init__(
        self, policy: Policy, as_of: date, patrons: Sequence[Patron], chance: Random
    ) -> None:
        self.loans: list[Loan] = []
        self.claims: list[Claim] = []
        self.holds: list[Hold] = []
        self._policy = policy
        self._as_of = as_of
        self._chance = chance
        self._by_card = {patron.card: patron for patron in patrons}
        self._borrowers = _queue_of_borrowers(patrons, as_of, chance)
        self._met: set[tuple[int, int]] = set()  # title and patron
        self._known = {item.number: item for item in known.ITEMS}

    def take(self, copies: Sequence[Copy]) -> None:
        """Lend and keep what the known items say, and a few of the others; all of one title."""
        for copy in copies:
            if copy.number in self._known:
                self._take_known(copy, self._known[copy.number])
            elif self._chance.random() < _LENT_SHARE:
                self._lend_to_anyone(copy)

    def _take_known(self, copy: Copy, item: known.KnownItem) -> None:
        if item.lent_to:
            patron = self._by_card[item.lent_to]
            rule = self._rule(copy, patron)
            due = self._open_day(copy, self._as_of + timedelta(days=item.due_in_days))
            opened = min(due - timedelta(days=rule.loan_days), self._as_of - ONE_DAY)
            self._lend(copy, patron, rule, opened, due)
        if item.kept_for:
            self._hold(copy, self._by_card[item.kept_for], HoldState.ON_SHELF)
        if item.queued_by:
            self._hold(copy, self._by_card[item.queued_by], HoldState.QUEUED)

    def _open_day(self, copy: Copy, day: date) -> date:
        """Forward from today on, backward before: a loan that is overdue stays overdue."""
        way_up, calendar = self._policy.way_up(copy.home_point), self._policy.calendar
        if day < self._as_of:
            return calendar.last_open(way_up, day - _MONTH, day)
        return calendar.next_open(way_up, day)

    def _lend_to_anyone(self, copy: Copy) -> None:
        patron = self._somebody_new_to(copy)
        if patron is None or copy.not_for_loan or copy.withdrawn or copy.lost:
            return
        rule = self._rule(copy, patron)
        if not rule.for_loan:
            return
        ago = timedelta(days=self._chance.randint(1, rule.loan_days * 8 // 7))
        opened = self._open_day(copy, self._as_of - ago)
        due = due_day(self._policy, rule, copy.home_point, opened, patron.expires)
        self._lend(copy, patron, rule, opened, due)
        if self._chance.random() < _QUEUED_SHARE and (waiting := self._somebody_new_to(copy)):
            self._hold(copy, waiting, HoldState.QUEUED)

    def _somebody_new_to(self, copy: Copy) -> Patron | None:
        """The next in the queue, if the title is not theirs or awaited by them already."""
        patron = next(self._borrowers, None)
        return patron if patron and (copy.title.id, patron.id) not in self._met else None

    def _rule(self, copy: Copy, patron: Patron) -> Rule:
        rule = self._policy.rule_for(copy.home_point, patron.category, copy.item_type)
        if rule is None:
            raise LookupError("the sample's rules lack their fallback row")
        return rule

    def _lend(self, copy: Copy, patron: Patron, rule: Rule, opened: date, due: date) -> None:
        at_ms = self._moment(opened)
        loan = Loan(
            id=len(self.loans) + 1,
            item=copy.id,
            patron=patron.id,
            state=LoanState.OPEN,
            opened_at_ms=at_ms,
            due=due,
            closed_at_ms=None,
            renewals=0,
            rule=rule.id,
            category=patron.category,
            item_type=copy.item_type,
            point=copy.home_point,
        )
        operation = f"{self._chance.getrandbits(128):032x}"
        self._met.add((copy.title.id, patron.id))
        self.loans.append(loan)
        self.claims.append(Claim(operation, loan.id, OLD_DESK, loan.id, at_ms))

    def _hold(self, copy: Copy, patron: Patron, state: HoldState) -> None:
        self._met.add((copy.title.id, patron.id))
        self.holds.append(
            Hold(
                id=len(self.holds) + 1,
                title=copy.title.id,
                item=None,
                patron=patron.id,
                pickup_point=ROOT,
                state=state,
                placed_at_ms=self._moment(self._as_of - timedelta(days=3)),
                trapped=copy.id if state is HoldState.ON_SHELF else None,
                filled_by=None,
                closed_at_ms=None,
            )
        )

    def _moment(self, day: date) -> int:
        """Some time in the opening hours."""
        at = time(self._chance.randint(8, 16), self._chance.randint(0, 59))
        return int(datetime.combine(day, at, ZoneInfo(TIME_ZONE)).timestamp() * 1000)


def _queue_of_borrowers(patrons: Sequence[Patron], as_of: date, chance: Random) -> Iterator[Patron]:
    """Invented people come twice at most, institutions ten times: nobody reaches a limit."""
    invented = patrons[len(known.PATRONS) :]
    queue = [
        patron
        for patron in invented
        if patron.expires >= as_of and not patron.may_not_borrow
        for _ in range(10 if patron.category == "institution" else 2)
    ]
    chance.shuffle(queue)
    return iter(queue)
