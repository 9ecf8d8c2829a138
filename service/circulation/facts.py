"""What the rules know of the world: frozen records, one a row of the database.

Times are UTC milliseconds, days are local dates. References are the database's numbers; points,
categories and item types are their codes.
"""

from datetime import date

from msgspec import Struct

from service.circulation.words import AttentionKind, CardState, HoldState, LoanState
from service.protocol.operations import Act


class Patron(Struct, frozen=True, gc=False):
    """Who a card belongs to, as far as lending asks. `max_loans` is the category's limit."""

    id: int
    category: str
    max_loans: int
    expires: date
    may_not_borrow: bool
    may_not_renew: bool
    card_state: CardState


class Item(Struct, frozen=True, gc=False):
    """One copy with what people read of its title."""

    id: int
    number: str
    title_id: int
    title: str
    author: str
    item_type: str
    home_point: str
    shelf_mark: str
    not_for_loan: bool
    withdrawn: bool
    lost: bool


class Loan(Struct, frozen=True, gc=False):
    """An item in a patron's hands, now or once. `rule` is the one it was granted by."""

    id: int
    item: int
    patron: int | None
    state: LoanState
    opened_at_ms: int
    due: date
    closed_at_ms: int | None
    renewals: int
    rule: int
    category: str
    item_type: str
    point: str


class Claim(Struct, frozen=True, gc=False):
    """One granted check-out on a loan."""

    operation: str
    loan: int
    station: int
    sequence: int
    at_ms: int
    cancelled_at_ms: int | None = None


class CheckedIn(Struct, frozen=True, gc=False):
    """One check-in, whether it closed a loan or not."""

    operation: str
    item: int
    station: int
    sequence: int
    at_ms: int


class Hold(Struct, frozen=True, gc=False):
    """A patron's place in the queue for a title, or for one item of it."""

    id: int
    title: int
    item: int | None
    patron: int
    pickup_point: str
    state: HoldState
    placed_at_ms: int
    trapped: int | None
    filled_by: int | None
    closed_at_ms: int | None


class Withdrawal(Struct, frozen=True, gc=False):
    """A cancel that was here before its check-out."""

    operation: str
    station: int
    cancelled_at_ms: int


class Line(Struct, frozen=True, gc=False):
    """A line on the staff's list. `id` is None until it is written."""

    id: int | None
    kind: AttentionKind
    item_number: str | None
    uid: str | None
    operation: str | None
    station: int
    detail: str
    opened_at_ms: int
    closed_at_ms: int | None = None
    closed_by: str | None = None


class Deed(Struct, frozen=True, gc=False):
    """One operation at its place and time: what the rules are asked to decide."""

    operation: str
    station: int
    sequence: int
    point: str
    at_ms: int
    act: Act
