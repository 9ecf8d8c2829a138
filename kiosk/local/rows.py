"""Rows of the station's store as technicians see them: without cards and names. Pure."""

from datetime import datetime
from typing import Any

import msgspec

from kiosk.gate_book import GateLine
from kiosk.local.protocol import GateCounts, JournalLine, OutboxRow
from kiosk.outbox.outbox import Outbox
from kiosk.outbox.records import OperationRecord


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


def gate_counts(lines: list[GateLine], at_most: int) -> GateCounts:
    """Of lines that stand oldest first."""
    return GateCounts(
        alarms=sum(line.kind == "alarm" for line in lines),
        entered=sum(line.entered for line in lines),
        left=sum(line.left for line in lines),
        events=tuple(lines[-at_most:] if at_most else ()),
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
