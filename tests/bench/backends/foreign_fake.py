"""A library system of somebody else, with everything that such systems do to their callers.

Slow, silent after the deed, no due dates, repeats become renewals, and it forgets.
"""

import threading
from collections import Counter
from datetime import date, timedelta

from service.backends.foreign.library_system import ItemSeen, LoanSeen, Placed, SystemSilent
from service.protocol.refusals import RefusalCode
from service.protocol.replies import Destination, PatronAnswer
from tests.bench.ledger.library import CARDS, ITEMS, TODAY


class ForeignFake:
    """Its faults are switches; `done` counts what it was made to do."""

    def __init__(self) -> None:
        self.loans: dict[str, LoanSeen] = {}
        self.done: Counter[str] = Counter()
        self.tells_dates = True
        self.is_silent = False
        self.answers_to_lose = 0
        self.open_gate = threading.Event()
        self.open_gate.set()

    def forget(self, number: str) -> None:
        """Its own database was restored: it knows nothing of a loan that it granted."""
        self.loans.pop(number, None)

    def item(self, number: str) -> ItemSeen | None:
        self._listen()
        known = number in ITEMS
        return ItemSeen(f"Sách {ITEMS.index(number) + 1}", "A") if known else None

    def loan_of(self, number: str) -> LoanSeen | None:
        self._listen()
        return self.loans.get(number)

    def check_out(self, number: str, patron_card: str) -> RefusalCode | None:
        self._listen()
        if patron_card not in CARDS:
            return RefusalCode.PATRON_UNKNOWN
        loan = self.loans.get(number)
        if loan is not None and loan.patron_card != patron_card:
            return RefusalCode.ON_LOAN_TO_ANOTHER
        self._do("renewal" if loan else "check-out")
        self.loans[number] = LoanSeen(patron_card, self._due())
        self._answer()
        return None

    def check_in(self, number: str, point: str) -> Placed:
        self._listen()
        self._do("check-in")
        self.loans.pop(number, None)
        self._answer()
        return Placed(Destination.SHELF, point)

    def renew(self, number: str, patron_card: str) -> RefusalCode | None:
        self._listen()
        self._do("renewal")
        self.loans[number] = LoanSeen(patron_card, self._due(later=7))
        self._answer()
        return None

    def patron(self, patron_card: str, pin: str | None) -> PatronAnswer | RefusalCode:
        self._listen()
        if patron_card not in CARDS:
            return RefusalCode.PATRON_UNKNOWN
        mine = sum(loan.patron_card == patron_card for loan in self.loans.values())
        return PatronAnswer("V. A. MẪU", None, mine, 5, () if pin else None)

    def _due(self, later: int = 0) -> date | None:
        return TODAY + timedelta(days=14 + later) if self.tells_dates else None

    def _listen(self) -> None:
        if not self.open_gate.wait(30) or self.is_silent:
            raise SystemSilent

    def _do(self, deed: str) -> None:
        self.done[deed] += 1

    def _answer(self) -> None:
        """The deed is done; the answer may be lost all the same."""
        if self.answers_to_lose:
            self.answers_to_lose -= 1
            raise SystemSilent
