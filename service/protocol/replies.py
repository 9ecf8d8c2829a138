"""Replies. `OutcomeReply` ends an operation and is stored; `LinkReply` never is."""

from datetime import date
from enum import StrEnum
from typing import Literal

from msgspec import Struct

from service.protocol.identifiers import ItemNumber, OperationId, ShortText
from service.protocol.refusals import RefusalCode


class Destination(StrEnum):
    """Where a returned item goes next."""

    SHELF = "shelf"
    HOLD_SHELF = "hold-shelf"
    OTHER_POINT = "other-point"
    DESK = "desk"


class Lent(Struct, frozen=True, forbid_unknown_fields=True, tag_field="reply", tag="lent/1"):
    """The check-out is granted and durable. `already_yours`: the loan was open and is unchanged."""

    item: ItemNumber
    title: ShortText
    author: ShortText
    due: date
    already_yours: bool = False


class Returned(
    Struct, frozen=True, forbid_unknown_fields=True, tag_field="reply", tag="returned/1"
):
    """The check-in is booked. `place` names the point or shelf mark to read out, may be empty."""

    item: ItemNumber
    title: ShortText
    author: ShortText
    destination: Destination
    place: ShortText
    was_on_loan: bool


class Renewed(Struct, frozen=True, forbid_unknown_fields=True, tag_field="reply", tag="renewed/1"):
    """The loan runs longer."""

    item: ItemNumber
    due: date


class Cancelled(
    Struct, frozen=True, forbid_unknown_fields=True, tag_field="reply", tag="cancelled/1"
):
    """The claim of `of` is gone, or its operation will be answered Withdrawn when it comes."""

    of: OperationId


class Noted(Struct, frozen=True, forbid_unknown_fields=True, tag_field="reply", tag="noted/1"):
    """A report was taken."""


class Refused(Struct, frozen=True, forbid_unknown_fields=True, tag_field="reply", tag="refused/1"):
    """The rules say no."""

    code: RefusalCode


class Withdrawn(
    Struct, frozen=True, forbid_unknown_fields=True, tag_field="reply", tag="withdrawn/1"
):
    """A cancel of this operation was there first: nothing was done."""


class Settled(Struct, frozen=True, forbid_unknown_fields=True, tag_field="reply", tag="settled/1"):
    """Applied and confirmed before; the reply is no longer kept. Nothing was done again."""


class Parked(Struct, frozen=True, forbid_unknown_fields=True, tag_field="reply", tag="parked/1"):
    """Could not be applied; it stands on the staff's list and changed no loan."""


OutcomeReply = (
    Lent | Returned | Renewed | Cancelled | Noted | Refused | Withdrawn | Settled | Parked
)


class Welcome(Struct, frozen=True, forbid_unknown_fields=True, tag_field="reply", tag="welcome/1"):
    """The station is known. `reoffer`: this is a new epoch, offer what you keep."""

    station: ShortText
    point: ShortText
    reoffer: bool


class Alive(Struct, frozen=True, forbid_unknown_fields=True, tag_field="reply", tag="alive/1"):
    """Answer to a heartbeat."""


class LoanLine(Struct, frozen=True, forbid_unknown_fields=True):
    """One open loan as its patron sees it."""

    item: ItemNumber
    title: ShortText
    author: ShortText
    due: date
    renewable: bool


class PatronAnswer(
    Struct, frozen=True, forbid_unknown_fields=True, tag_field="reply", tag="patron/1"
):
    """Standing of a card. `hindrance` is None when borrowing is allowed.

    `loans` is None unless the right PIN came with the question. `short_name` like "V. A. MẪU".
    """

    short_name: ShortText
    hindrance: RefusalCode | None
    open_loans: int
    may_borrow: int
    loans: tuple[LoanLine, ...] | None = None


class LastMove(Struct, frozen=True, forbid_unknown_fields=True):
    """The station that lent an item or took it back last: the last one that wrote its tags."""

    act: Literal["lent", "returned"]
    station: ShortText
    at_ms: int


class ItemAnswer(
    Struct,
    frozen=True,
    forbid_unknown_fields=True,
    omit_defaults=True,
    tag_field="reply",
    tag="item/1",
):
    """What an item is. `on_loan` is None while a restored service does not know yet.

    `tagged`: the catalogue says that it carries RFID tags, `parts` of them. `listed`: the staff's
    list has an open line about one of its tags, so a pad's proof is worth reporting.
    `since_ms` (of the open loan) and `last_move` are told to those alone who ask closely.
    """

    item: ItemNumber
    title: ShortText
    author: ShortText
    tagged: bool
    parts: int
    on_loan: bool | None
    listed: bool = False
    since_ms: int | None = None
    last_move: LastMove | None = None


class HelloFirst(
    Struct, frozen=True, forbid_unknown_fields=True, tag_field="reply", tag="hello-first/1"
):
    """The message belongs to another epoch or an unknown connection: say Hello."""


class SecondInstance(
    Struct, frozen=True, forbid_unknown_fields=True, tag_field="reply", tag="second-instance/1"
):
    """Another live process uses this station's key: was the card copied?"""


class ProtocolMismatch(
    Struct, frozen=True, forbid_unknown_fields=True, tag_field="reply", tag="protocol-mismatch/1"
):
    """The service cannot read this version, field or act; the row waits and is shown."""

    problem: ShortText


class BodyDiffers(
    Struct, frozen=True, forbid_unknown_fields=True, tag_field="reply", tag="body-differs/1"
):
    """This operation id was used with another body: a fault of the station, nothing was done."""


class ForeignOperation(
    Struct, frozen=True, forbid_unknown_fields=True, tag_field="reply", tag="foreign-operation/1"
):
    """This operation id belongs to another station: nothing was done."""


class TryLater(
    Struct, frozen=True, forbid_unknown_fields=True, tag_field="reply", tag="try-later/1"
):
    """The service cannot decide now (its store is down); send the same body again."""


AnswerReply = Welcome | Alive | PatronAnswer | ItemAnswer
LinkReply = (
    HelloFirst | SecondInstance | ProtocolMismatch | BodyDiffers | ForeignOperation | TryLater
)
Reply = OutcomeReply | AnswerReply | LinkReply
