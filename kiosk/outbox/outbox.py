"""The outbox in memory: the same rows as on disk, changed only after each commit.

Owner: the controller thread. What may be sent next follows from the rows alone.
"""

from collections.abc import Iterable, Iterator

from msgspec.structs import replace

from kiosk.outbox.changes import (
    AddOperation,
    Change,
    DropOperation,
    ForgetGateEvents,
    ForgetOperation,
    Journal,
    KeepGateEvent,
    KeepNewestGateEvents,
    KeepReply,
    MarkCancelled,
    MarkListed,
    MarkOver,
    MarkSent,
    MarkShown,
    SetValue,
)
from kiosk.outbox.records import JournalRow, OperationRecord
from kiosk.security_journal import open_tags
from service.protocol.operations import (
    Act,
    CancelCheckOut,
    CheckIn,
    CheckOut,
    Renew,
    ReportTag,
    ReportTold,
)
from service.protocol.replies import Lent

LAST_SEQUENCE = "last-sequence"
EPOCH = "epoch"


class Outbox:
    """All kept operations by key, with their journal rows and the station's values."""

    def __init__(
        self, records: Iterable[OperationRecord], rows: Iterable[JournalRow], last_sequence: int
    ) -> None:
        self._records = {record.key: record for record in records}
        self._journal: dict[str, dict[str, JournalRow]] = {}
        self.last_sequence = max(last_sequence, *(record.sequence for record in self), 0)
        for row in rows:
            self._journal.setdefault(row.operation, {})[row.uid] = row

    def __iter__(self) -> Iterator[OperationRecord]:
        return iter(self._records.values())

    def next_sequence(self) -> int:
        """The next place in the station's order; never given twice."""
        self.last_sequence += 1
        return self.last_sequence

    def __len__(self) -> int:
        return len(self._records)

    def get(self, operation: str) -> OperationRecord | None:
        """The record of this key, None when it is not kept any more."""
        return self._records.get(operation)

    def rows(self, operation: str) -> list[JournalRow]:
        """The journal rows of one operation."""
        return list(self._journal.get(operation, {}).values())

    def open_rows_of_tag(self, uid: str) -> list[JournalRow]:
        """Unproved rows that name this tag, of whichever operation."""
        every = (row for rows in self._journal.values() for row in rows.values())
        return [row for row in open_tags(every) if row.uid == uid]

    def unanswered(self) -> list[OperationRecord]:
        """What the service has not decided yet, in the station's order."""
        return [record for record in self if not record.answered]

    def busy_items(self) -> frozenset[str]:
        """Items with an operation under way: no pad asks about them or acts on answers."""
        items = (self.item_of(r.act) for r in self.unanswered() if _moves_a_loan(r.act))
        return frozenset(item for item in items if item is not None)

    def sendable(self) -> list[OperationRecord]:
        """Unanswered operations that may leave now, in order.

        The operations of one item leave one after the other, so a second try waits until the
        cancel of the first is answered. A row never marked as sent waits for its mark.
        """
        blocked: set[str] = set()
        free = []
        for record in self.unanswered():
            item = self.item_of(record.act)
            if item is None or item not in blocked:
                free.append(record)
            if item is not None:
                blocked.add(item)
        return free

    def item_of(self, act: Act) -> str | None:
        """The item an act belongs to; that of its check-out for a cancel."""
        if isinstance(act, CheckOut | CheckIn | Renew | ReportTag):
            return act.item
        origin = self.get(act.of)
        return self.item_of(origin.act) if origin is not None else None

    def confirmed_through(self, epoch: str | None) -> int:
        """The highest sequence up to which every operation is answered in `epoch`, or dropped."""
        waiting = [r.sequence for r in self if not r.answered or r.epoch != epoch]
        return min(waiting) - 1 if waiting else self.last_sequence

    def to_reoffer(self, epoch: str) -> list[OperationRecord]:
        """Kept operations that were answered in another epoch, with the reply they were given."""
        return [record for record in self if record.answered and record.epoch != epoch]

    def forgettable(self, safe_through: int) -> list[OperationRecord]:
        """Answered rows that no backup can lose any more and about which nothing is open.

        A check-out stays as long as its cancel waits: it tells which item the cancel belongs to.
        """
        wanted = {r.act.of for r in self.unanswered() if isinstance(r.act, CancelCheckOut)}
        return [
            record
            for record in self
            if record.sequence <= safe_through
            and record.key not in wanted
            and self._is_closed(record)
        ]

    def apply(self, change: Change) -> None:
        """Follow one change that was committed."""
        match change:
            case AddOperation(operation, body, sent):
                self._records[operation.operation] = OperationRecord(operation, body, sent)
                self.last_sequence = max(self.last_sequence, operation.sequence)
            case MarkSent(operation):
                self._set(operation, sent=True)
            case KeepReply(operation, reply, body, epoch):
                self._set(operation, reply=reply, reply_body=body, epoch=epoch)
            case MarkShown(operation):
                self._set(operation, shown=True)
            case MarkListed(operation):
                self._set(operation, listed=True)
            case MarkCancelled(operation):
                self._set(operation, cancelled=True)
            case MarkOver(operation):
                self._set(operation, over=True)
            case DropOperation(operation) | ForgetOperation(operation):
                self._records.pop(operation, None)
                self._journal.pop(operation, None)
            case Journal(operation, uid, item, state):
                rows = self._journal.setdefault(operation, {})
                rows[uid] = JournalRow(operation, uid, item, state)
            case SetValue() | KeepGateEvent() | ForgetGateEvents() | KeepNewestGateEvents():
                pass

    def _set(self, operation: str, **fields: object) -> None:
        record = self._records.get(operation)
        if record is not None:
            self._records[operation] = replace(record, **fields)

    def _is_closed(self, record: OperationRecord) -> bool:
        if not record.answered or (not record.over and not _is_report(record.act)):
            return False
        if open_tags(self.rows(record.key)) and not record.cancelled:
            return False
        if isinstance(record.act, CheckOut) and not isinstance(record.reply, Lent):
            return True
        return record.shown or record.listed or record.cancelled or _is_report(record.act)


def _is_report(act: Act) -> bool:
    return isinstance(act, CancelCheckOut | ReportTag | ReportTold)


def _moves_a_loan(act: Act) -> bool:
    return isinstance(act, CheckOut | CheckIn | CancelCheckOut)
