"""What a driver of a foreign library system must be able to do.

Calls block, each for as long as the driver's own deadline. None has a key: a call that was
repeated is done twice, and a call that brought no answer may have been done.
"""

from datetime import date
from typing import Protocol

from msgspec import Struct

from service.protocol.refusals import RefusalCode
from service.protocol.replies import Destination, PatronAnswer


class SystemSilent(Exception):
    """No answer came; whether anything was done is not known."""


class ItemSeen(Struct, frozen=True):
    """`tagged` and `parts` as in `service.protocol.replies.ItemAnswer`."""

    title: str
    author: str
    tagged: bool = True
    parts: int = 1


class LoanSeen(Struct, frozen=True):
    """An open loan; some systems tell no date."""

    patron_card: str
    due: date | None


class Placed(Struct, frozen=True):
    """Where a returned item goes, as in `service.protocol.replies.Returned`."""

    destination: Destination
    place: str


class LibrarySystem(Protocol):
    """Every call may raise SystemSilent. A refusal means that nothing was done."""

    def item(self, number: str) -> ItemSeen | None: ...

    def loan_of(self, number: str) -> LoanSeen | None: ...

    def check_out(self, number: str, patron_card: str) -> RefusalCode | None:
        """Of an item that the patron has already this may be a renewal."""

    def check_in(self, number: str, point: str) -> Placed: ...

    def renew(self, number: str, patron_card: str) -> RefusalCode | None: ...

    def patron(self, patron_card: str, pin: str | None) -> PatronAnswer | RefusalCode:
        """With loans only when the PIN was given and is right."""
