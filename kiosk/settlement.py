"""From a verdict of the security journal to rows: what is dropped, withdrawn or listed. Pure."""

from collections.abc import Callable, Iterator

from kiosk.outbox.changes import (
    AddOperation,
    Change,
    DropOperation,
    MarkCancelled,
    MarkListed,
    MarkOver,
)
from kiosk.outbox.records import JournalRow, OperationRecord
from kiosk.security_journal import Verdict, open_tags, verdict
from service.protocol.operations import Act, CancelCheckOut, ReportTag, ReportTold

Born = Callable[[Act], AddOperation]
"""Gives an act its key, its sequence and its place in time."""


def settle(record: OperationRecord, rows: list[JournalRow], born: Born) -> Iterator[Change]:
    """The changes that end an operation which nobody waits for."""
    match verdict(record, rows):
        case Verdict.DROP:
            yield DropOperation(record.key)
        case Verdict.CANCEL:
            yield from withdraw(record, born)
            yield MarkOver(record.key)
        case Verdict.LIST:
            yield from _list(record, rows, born)
            yield MarkOver(record.key)
        case Verdict.STANDS:
            yield MarkOver(record.key)


def withdraw(record: OperationRecord, born: Born) -> Iterator[Change]:
    """Take the claim of a check-out away; its answer causes nothing any more."""
    if not record.cancelled:
        yield MarkCancelled(record.key)
        yield born(CancelCheckOut(of=record.key))


def _list(record: OperationRecord, rows: list[JournalRow], born: Born) -> Iterator[Change]:
    for row in open_tags(rows):
        yield born(ReportTag(row.item, row.uid, "unproved", of=record.key))
    if not record.shown:
        yield born(ReportTold(record.key, told=False))
    yield MarkListed(record.key)
