"""What comes in, entry by entry, whatever file it came from; and what became of it.

`at` is the record or the line in the file. None in an entry means that the file does not tell: what
the library knows stays, and a new row gets the usual.
"""

from datetime import date

from msgspec import Struct

from service.catalogue.marc.record import MarcRecord


class ItemEntry(Struct, frozen=True):
    """One copy by its accession number."""

    number: str
    item_type: str | None = None
    home_point: str | None = None
    shelf_mark: str | None = None
    tagged: bool | None = None
    parts: int | None = None
    not_for_loan: bool | None = None
    withdrawn: bool | None = None
    lost: bool | None = None


class TitleEntry(Struct, frozen=True):
    """A title and those of its copies that the record tells of."""

    at: int
    title: str
    author: str
    ddc: str | None = None
    control_number: str | None = None
    isbns: tuple[str, ...] | None = None
    items: tuple[ItemEntry, ...] = ()
    record: MarcRecord | None = None


class PatronEntry(Struct, frozen=True):
    """A patron by their cards. `guardian_card` "" says that there is none."""

    at: int
    card: str | None
    older_cards: tuple[tuple[str, str], ...] | None
    full_name: str
    category: str
    point: str
    expires: date
    short_name: str | None = None
    may_not_borrow: bool | None = None
    may_not_renew: bool | None = None
    guardian_card: str | None = None


class LoanEntry(Struct, frozen=True):
    """A loan that is open in the system it comes from.

    `opened` is an ISO moment, with its offset from UTC or in the time of the item's point.
    """

    at: int
    number: str
    card: str
    opened: str
    due: date
    renewals: int = 0


class Problem(Struct, frozen=True):
    """Something in the file that needs a person. `taken`: the entry is in all the same.

    `what` names the part of the entry, never a person.
    """

    at: int
    what: str
    text: str
    taken: bool = False


class Count(Struct, frozen=True):
    """What became of rows of one kind."""

    added: int = 0
    changed: int = 0
    unchanged: int = 0

    @property
    def writes(self) -> bool:
        return bool(self.added or self.changed)

    def plus(self, other: "Count") -> "Count":
        return Count(
            self.added + other.added,
            self.changed + other.changed,
            self.unchanged + other.unchanged,
        )
