"""What gates told, as rows of the station's store and as lines for technicians. Pure.

A row holds tag, time and gate – never a patron (docs/protocols/gates.md, "Privacy").
"""

from collections.abc import Iterator

import msgspec
from msgspec import Struct

from drivers.facts import AlarmsLost, ContactFault, GateEvent, GateTold, Passage, TagAlarm
from drivers.uid import Uid
from kiosk.outbox.changes import Change, ForgetGateEvents, KeepGateEvent, KeepNewestGateEvents

DAY_MS = 86_400_000

MOST_KEPT = 500_000
"""Some 100 MB; a busy library's gate tells half of it in 90 days."""


class GateLine(Struct, frozen=True, kw_only=True):
    """One event with the time of day (milliseconds since 1970) and its gate."""

    at_ms: int
    device: str
    kind: str
    uid: Uid | None = None
    afi: int | None = None
    antenna: int | None = None
    reader_time: str | None = None
    seconds: float | None = None
    entered: int = 0
    left: int = 0
    contact: str = ""


def changes_for(told: GateTold, ahead_ms: float) -> Iterator[Change]:
    """Rows to write. `ahead_ms`: how far the time of day is ahead of the monotonic clock."""
    for event in told.events:
        line = _line(told.device, event, int(event.at * 1000 + ahead_ms))
        yield KeepGateEvent(
            device=told.device,
            kind=line.kind,
            at_ms=line.at_ms,
            mark=_mark(line),
            entered=line.entered,
            left=line.left,
            fact=msgspec.json.encode(line),
        )
    yield KeepNewestGateEvents(MOST_KEPT)


def forget_old(now_ms: int, keep_days: int) -> ForgetGateEvents:
    """Only for a time of day that the service told: a clock that jumps must not empty the book."""
    return ForgetGateEvents(now_ms - keep_days * DAY_MS)


def line_from(fact: bytes) -> GateLine:
    """A row as it was written."""
    return msgspec.json.decode(fact, type=GateLine)


def _line(device: str, event: GateEvent, at_ms: int) -> GateLine:
    match event:
        case TagAlarm():
            return GateLine(
                at_ms=at_ms,
                device=device,
                kind="alarm",
                uid=event.uid,
                afi=event.afi,
                antenna=event.antenna,
                reader_time=event.reader_time,
                seconds=event.seconds,
            )
        case Passage():
            return GateLine(
                at_ms=at_ms, device=device, kind="passage", entered=event.entered, left=event.left
            )
        case ContactFault():
            kind = "stuck" if event.stuck else "free"
            return GateLine(at_ms=at_ms, device=device, kind=kind, contact=event.contact)
        case AlarmsLost():
            return GateLine(at_ms=at_ms, device=device, kind="alarms-lost")


def _mark(line: GateLine) -> str | None:
    """A gate with a clock of its own may tell an event again after a power cut."""
    if line.reader_time is None:
        return None
    return f"{line.device} {line.uid} {line.reader_time}"
