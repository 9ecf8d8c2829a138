"""What the station's store holds as technicians see it: without cards and names."""

from datetime import datetime
from typing import TYPE_CHECKING, Any

import msgspec

from kiosk.gate_book import line_from
from kiosk.local.protocol import GateCounts, JournalLine, OutboxRow
from kiosk.outbox.outbox import Outbox
from kiosk.outbox.records import OperationRecord

if TYPE_CHECKING:  # the technician's commands start without a database
    from kiosk.station_store import StationStore


def outbox_rows(outbox: Outbox) -> tuple[OutboxRow, ...]:
    """All that is kept, in the station's order."""
    return tuple(map(_row, outbox))


def journal_lines(outbox: Outbox) -> tuple[JournalLine, ...]:
    """All tags of what is kept, in the same order."""
    rows = (row for record in outbox for row in outbox.rows(record.key))
    return tuple(
        JournalLine(operation=row.operation, uid=row.uid, item=row.item, state=row.state)
        for row in rows
    )


def gate_counts(store: "StationStore", hours: float, at_most: int, now: float) -> GateCounts:
    """What gates told in the last so many hours before `now`, a time of day, and the newest."""
    since_ms = int((now - hours * 3600) * 1000)
    totals = store.gate_totals(since_ms)
    return GateCounts(
        alarms=totals.alarms,
        entered=totals.entered,
        left=totals.left,
        events=tuple(map(line_from, store.gate_events(since_ms, at_most))),
    )


def born_at(record: OperationRecord) -> str:
    """When the act was done, by the station's wall clock."""
    at = datetime.fromtimestamp(record.operation.wall_ms / 1000).astimezone()
    return at.isoformat(timespec="seconds")


def _row(record: OperationRecord) -> OutboxRow:
    act: dict[str, Any] = msgspec.to_builtins(record.act)
    reply: dict[str, Any] = msgspec.to_builtins(record.reply) or {}
    return OutboxRow(
        sequence=record.sequence,
        operation=record.key,
        act=str(act.get("act", "")),
        item=str(act.get("item", "")),
        born=born_at(record),
        sent=record.sent,
        reply=reply.get("reply"),
        shown=record.shown,
        listed=record.listed,
        cancelled=record.cancelled,
        over=record.over,
    )
