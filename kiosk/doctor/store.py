"""The station's database: whole or not, what waits in it, and tags that no pad has proved."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from kiosk.doctor.patient import Patient
from kiosk.doctor.results import Result, broken, good, look_after, not_looked_at
from kiosk.outbox.outbox import Outbox
from kiosk.security_journal import open_tags

LONG_SECONDS = 24 * 3600.0
SECONDS_AN_HOUR = 3600

SEND = "Mend the way to the service; `muontra outbox list` shows them."
PROVE = "Lay these books on a pad of a station that is online; `muontra journal list` names them."


def store(patient: Patient) -> Iterator[Result]:
    """Through the running station, or in a copy of the database of one that does not run."""
    if patient.status is not None:
        told = patient.status.store
        yield not_looked_at("the database is in use; stop the station to have it tested", "whole")
        yield from _waiting(told.waiting, told.oldest_waiting)
        yield _tags(told.open_tags)
    elif patient.config is not None:
        yield from _stopped(patient, Path(patient.config.station.state_folder))


def _stopped(patient: Patient, state: Path) -> Iterator[Result]:
    seen = patient.store
    if seen.trouble:
        yield broken(
            f"{state / 'station.db'} is damaged: {seen.trouble}",
            "Do not delete it: it holds acts that are nowhere else. Copy the whole folder away and"
            " ask for help.",
            "whole",
        )
    elif seen.outbox is not None:
        yield good("the database is whole", "whole")
        yield from _kept(seen.outbox)
    elif seen.held:
        yield not_looked_at("a process holds the database")
    else:
        yield not_looked_at(seen.unseen or "there is no database yet: the station never ran")


def _kept(outbox: Outbox) -> Iterator[Result]:
    waiting = outbox.unanswered()
    oldest = min((record.operation.wall_ms for record in waiting), default=None)
    since = None if oldest is None else datetime.fromtimestamp(oldest / 1000, UTC).isoformat()
    yield from _waiting(len(waiting), since)
    yield _tags(len(open_tags(row for record in outbox for row in outbox.rows(record.key))))


def _waiting(count: int, oldest: str | None) -> Iterator[Result]:
    since = datetime.now(UTC) - datetime.fromisoformat(oldest) if oldest else None
    seconds = since.total_seconds() if since else 0.0
    if seconds > LONG_SECONDS:
        hours = round(seconds / SECONDS_AN_HOUR)
        yield look_after(f"{count} operations wait, the oldest for {hours} hours", SEND, "outbox")
    else:
        yield good(f"{count} operations wait for the service", "outbox")


def _tags(count: int) -> Result:
    if count:
        return look_after(f"{count} tags were written and not proved", PROVE, "journal")
    return good("every tag that was written was read back", "journal")
