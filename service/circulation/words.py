"""The words in which the ledger is kept: states and kinds, as they stand in the database."""

from enum import StrEnum


class LoanState(StrEnum):
    """Where a loan stands; only OPEN lets an item be out of the library."""

    OPEN = "open"
    RETURNED = "returned"
    LOST = "lost"
    CLAIMED_RETURNED = "claimed-returned"
    VOID = "void"


class HoldState(StrEnum):
    """Where a hold stands. A TRAVELLING or WAITING_ON_SHELF hold has an item of its own."""

    QUEUED = "queued"
    TRAVELLING = "travelling"
    ON_SHELF = "on-shelf"
    FILLED = "filled"
    CANCELLED = "cancelled"
    EXPIRED = "expired"


class CardState(StrEnum):
    """A patron has one active card; older ones are kept so that they are recognised."""

    ACTIVE = "active"
    REPLACED = "replaced"
    LOST = "lost"


class PointKind(StrEnum):
    """What stands at a point of the library."""

    LIBRARY = "library"
    BRANCH = "branch"
    BUS = "bus"
    SCHOOL = "school"
    BOX = "box"


class DueMode(StrEnum):
    """How closed days count for a due date."""

    SKIP_CLOSED = "skip-closed"
    NEXT_OPEN = "next-open"
    IGNORE = "ignore"


class AttentionKind(StrEnum):
    """Why a line stands on the staff's list."""

    TAG_UNPROVED = "tag-unproved"
    LENT_STILL_SECURED = "lent-still-secured"
    LENT_NOBODY_TOLD = "lent-nobody-told"
    RETURNED_NOBODY_TOLD = "returned-nobody-told"
    CONFLICT = "conflict"
    PARKED = "parked"
    RULE_FAILED = "rule-failed"
