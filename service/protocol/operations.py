"""Operations: acts that change the ledger, each applied once. Bodies never change once born.

The tag carries the version of each act. The service accepts every version that a station in the
field may still hold: a change makes a new class with a new number and keeps the old one.
"""

from typing import Literal

from msgspec import Struct

from service.protocol.identifiers import (
    BootId,
    CardNumber,
    ItemNumber,
    OperationId,
    Sequence,
    TagUid,
)


class CheckOut(Struct, frozen=True, forbid_unknown_fields=True, tag_field="act", tag="check-out/1"):
    """A patron wants to take an item home."""

    item: ItemNumber
    patron_card: CardNumber


class CheckIn(Struct, frozen=True, forbid_unknown_fields=True, tag_field="act", tag="check-in/1"):
    """An item was given back; never refused because of the patron."""

    item: ItemNumber


class Renew(Struct, frozen=True, forbid_unknown_fields=True, tag_field="act", tag="renew/1"):
    """A patron wants to keep an item longer."""

    item: ItemNumber
    patron_card: CardNumber


class CancelCheckOut(
    Struct, frozen=True, forbid_unknown_fields=True, tag_field="act", tag="cancel-check-out/1"
):
    """Takes away the claim of the check-out `of` alone. It may arrive before that check-out."""

    of: OperationId


TagFinding = Literal["released-proved", "secured-proved", "unproved", "lent-still-secured"]


class ReportTag(Struct, frozen=True, forbid_unknown_fields=True, tag_field="act", tag="tag/1"):
    """What a pad knows of one tag. A proof closes the item's line on the list, whoever opened it.

    `of` is the operation that the line belongs to, None for a tag met without one.
    """

    item: ItemNumber
    uid: TagUid
    finding: TagFinding
    of: OperationId | None = None


class ReportTold(Struct, frozen=True, forbid_unknown_fields=True, tag_field="act", tag="told/1"):
    """Whether a person was shown the outcome of `of`; False opens a line on the list."""

    of: OperationId
    told: bool


Act = CheckOut | CheckIn | Renew | CancelCheckOut | ReportTag | ReportTold


class Operation(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One act with its key and its place in the station's own order.

    `boot` and `monotonic_ms` let a wrong wall clock be corrected later.
    """

    operation: OperationId
    sequence: Sequence
    boot: BootId
    monotonic_ms: int
    wall_ms: int
    act: Act
