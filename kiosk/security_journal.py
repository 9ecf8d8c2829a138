"""What follows when nobody waits for an operation any more: a crash, a time-out, a lifted book.

The table is docs/architecture.md, "After a crash". It was model-checked before it was built:
change no line of it without thinking through the traces that the tests are named after.
An old journal row never causes a tag write.
"""

from collections.abc import Iterable
from enum import StrEnum

from kiosk.outbox.records import NO_TAG, JournalRow, JournalState, OperationRecord
from service.protocol.operations import CheckIn, CheckOut, Renew
from service.protocol.replies import Lent


class Verdict(StrEnum):
    """What the store's rows ask for."""

    DROP = "drop"  # never sent: the row goes, nothing happened
    CANCEL = "cancel"  # its claim is taken away, the tag stays secured
    LIST = "list"  # it stands, with open lines on the staff's list
    STANDS = "stands"  # nothing is open


class TagProgress(StrEnum):
    """The journal rows of one operation in one word."""

    UNTOUCHED = "untouched"  # no row, or all WANTED: no frame can have left
    UNKNOWN = "unknown"  # a frame may have left, not every tag was read back
    PROVED = "proved"


def progress(rows: Iterable[JournalRow]) -> TagProgress:
    """Sum up an operation's journal rows."""
    states = {row.state for row in rows}
    if states <= {JournalState.WANTED}:
        return TagProgress.UNTOUCHED
    if states <= {JournalState.PROVED, JournalState.CLOSED}:
        return TagProgress.PROVED
    return TagProgress.UNKNOWN


CHECK_OUT_TABLE: dict[tuple[bool, TagProgress], Verdict] = {
    # (shown, tags) of a check-out that was sent, or granted, and not refused
    (False, TagProgress.UNTOUCHED): Verdict.CANCEL,
    (True, TagProgress.UNTOUCHED): Verdict.CANCEL,
    (False, TagProgress.UNKNOWN): Verdict.LIST,
    (True, TagProgress.UNKNOWN): Verdict.LIST,
    (False, TagProgress.PROVED): Verdict.LIST,
    (True, TagProgress.PROVED): Verdict.STANDS,
}


def verdict(record: OperationRecord, rows: Iterable[JournalRow]) -> Verdict:
    """What is to be done with an operation that nobody waits for."""
    act, tags = record.act, progress(rows)
    if isinstance(act, CheckOut):
        return _of_check_out(record, tags)
    if isinstance(act, CheckIn):
        told_and_proved = record.shown and tags is not TagProgress.UNKNOWN
        return Verdict.STANDS if told_and_proved else Verdict.LIST
    if isinstance(act, Renew):
        return _of_renewal(record)
    return Verdict.STANDS


def _of_check_out(record: OperationRecord, tags: TagProgress) -> Verdict:
    if record.answered and not isinstance(record.reply, Lent):
        return Verdict.STANDS
    if record.never_left and tags is TagProgress.UNTOUCHED:
        return Verdict.DROP
    return CHECK_OUT_TABLE[record.shown, tags]


def _of_renewal(record: OperationRecord) -> Verdict:
    if record.never_left:
        return Verdict.DROP
    return Verdict.STANDS if record.shown else Verdict.LIST


def open_tags(rows: Iterable[JournalRow]) -> list[JournalRow]:
    """Rows whose tag is still to be proved by some pad."""
    closed = {JournalState.PROVED, JournalState.CLOSED}
    return [row for row in rows if row.uid != NO_TAG and row.state not in closed]
