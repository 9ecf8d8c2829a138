"""The station's own database: outbox, security journal, a few values. SQLite, WAL, FULL.

The standard library's sqlite3 and not SQLAlchemy: a commit must cost little more than its sync
(docs/architecture.md, "Storage"). One process owns the file (a lock beside it), one connection
writes and checkpoints, and that connection belongs to the controller thread.
"""

import fcntl
import os
import sqlite3
from collections.abc import Callable, Iterable
from pathlib import Path
from types import TracebackType
from typing import Any, NamedTuple, Self

import structlog

from drivers.uid import Uid
from kiosk.ballast import Ballast
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
from kiosk.outbox.records import JournalRow, JournalState, OperationRecord
from service.protocol.codec import ProtocolError, decode_operation, decode_outcome

log = structlog.get_logger()

SCHEMA = """
CREATE TABLE IF NOT EXISTS outbox (
    sequence INTEGER PRIMARY KEY,
    operation TEXT NOT NULL UNIQUE,
    body BLOB NOT NULL,
    sent INTEGER NOT NULL,
    reply BLOB,
    epoch TEXT,
    shown INTEGER NOT NULL DEFAULT 0,
    listed INTEGER NOT NULL DEFAULT 0,
    cancelled INTEGER NOT NULL DEFAULT 0,
    over INTEGER NOT NULL DEFAULT 0
);
CREATE TABLE IF NOT EXISTS journal (
    operation TEXT NOT NULL,
    uid TEXT NOT NULL,
    item TEXT NOT NULL,
    state TEXT NOT NULL,
    PRIMARY KEY (operation, uid)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS gate_events (
    id INTEGER PRIMARY KEY,
    at_ms INTEGER NOT NULL,
    device TEXT NOT NULL,
    kind TEXT NOT NULL,
    mark TEXT UNIQUE,
    people_in INTEGER NOT NULL,
    people_out INTEGER NOT NULL,
    fact BLOB NOT NULL
);
CREATE INDEX IF NOT EXISTS gate_events_to_count
    ON gate_events (at_ms, kind, people_in, people_out);
CREATE TABLE IF NOT EXISTS station (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
"""

STATEMENTS: dict[type[Change], tuple[str, Callable[[Any], tuple[Any, ...]]]] = {
    AddOperation: (
        "INSERT INTO outbox (sequence, operation, body, sent) VALUES (?, ?, ?, ?)",
        lambda c: (c.operation.sequence, c.operation.operation, c.body, c.sent),
    ),
    MarkSent: ("UPDATE outbox SET sent = 1 WHERE operation = ?", lambda c: (c.operation,)),
    KeepReply: (
        "UPDATE outbox SET reply = ?, epoch = ? WHERE operation = ?",
        lambda c: (c.body, c.epoch, c.operation),
    ),
    MarkShown: ("UPDATE outbox SET shown = 1 WHERE operation = ?", lambda c: (c.operation,)),
    MarkListed: ("UPDATE outbox SET listed = 1 WHERE operation = ?", lambda c: (c.operation,)),
    MarkCancelled: (
        "UPDATE outbox SET cancelled = 1 WHERE operation = ?",
        lambda c: (c.operation,),
    ),
    MarkOver: ("UPDATE outbox SET over = 1 WHERE operation = ?", lambda c: (c.operation,)),
    DropOperation: ("DELETE FROM outbox WHERE operation = ?", lambda c: (c.operation,)),
    ForgetOperation: ("DELETE FROM outbox WHERE operation = ?", lambda c: (c.operation,)),
    Journal: (
        "INSERT INTO journal (operation, uid, item, state) VALUES (?, ?, ?, ?)"
        " ON CONFLICT (operation, uid) DO UPDATE SET state = excluded.state",
        lambda c: (c.operation, c.uid, c.item, c.state),
    ),
    SetValue: (
        "INSERT INTO station (name, value) VALUES (?, ?)"
        " ON CONFLICT (name) DO UPDATE SET value = excluded.value",
        lambda c: (c.name, c.value),
    ),
    KeepGateEvent: (
        "INSERT OR IGNORE INTO gate_events"
        " (at_ms, device, kind, mark, people_in, people_out, fact) VALUES (?, ?, ?, ?, ?, ?, ?)",
        lambda c: (c.at_ms, c.device, c.kind, c.mark, c.entered, c.left, c.fact),
    ),
    ForgetGateEvents: ("DELETE FROM gate_events WHERE at_ms < ?", lambda c: (c.before_ms,)),
    KeepNewestGateEvents: (
        "DELETE FROM gate_events WHERE id <= (SELECT max(id) FROM gate_events) - ?",
        lambda c: (c.at_most,),
    ),
}

FORGET_JOURNAL = "DELETE FROM journal WHERE operation = ?"

PRAGMAS: tuple[tuple[str, str], ...] = (
    ("locking_mode", "exclusive"),  # first: then no file of shared memory is made that could fill
    ("journal_mode", "wal"),
    ("synchronous", "2"),  # FULL: NORMAL loses acknowledged commits at a power cut
    ("mmap_size", "0"),
)

WAL_RESET_MENDED = (3, 51, 3)
"""Before it, two connections that write or checkpoint at one moment can damage the file."""


class GateTotals(NamedTuple):
    """Alarms, and people who came in and went out."""

    alarms: int
    entered: int
    left: int


class StoreUnsafe(Exception):
    """The file cannot be used safely; the text says why and what to do."""


class StoreFull(Exception):
    """Nothing was written: the disk is full."""


class StationStore:
    """Owner: the controller thread (`check_same_thread` stays on)."""

    def __init__(self, folder: Path, *, ballast_bytes: int = 1 << 20) -> None:
        """Take the folder's lock and open its database; raises StoreUnsafe."""
        self._folder = folder
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._lock = _take_lock(folder / "lock")
        try:
            self._database = _open(folder / "station.db")
        except BaseException:
            os.close(self._lock)
            raise
        self._ballast = Ballast(folder, ballast_bytes)
        self.commits = 0
        self.relay_ballast()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        problem: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Give file and lock back."""
        self._database.close()
        os.close(self._lock)

    def commit(self, changes: Iterable[Change]) -> None:
        """Write all of them in one durable transaction, or none and raise StoreFull.

        On a full disk the ballast is given up once, so that returns can go on for a while.
        """
        written = tuple(changes)
        try:
            self._write(written)
        except StoreFull:
            if not self._ballast.give_up():
                raise
            self._write(written)

    def records(self) -> list[OperationRecord]:
        """All operations that are kept, in the station's order; raises StoreUnsafe."""
        rows = self._database.execute(
            "SELECT body, sent, reply, epoch, shown, listed, cancelled, over"
            " FROM outbox ORDER BY sequence"
        )
        return [_record(*row) for row in rows]

    def journal(self) -> list[JournalRow]:
        """All journal rows."""
        rows = self._database.execute("SELECT operation, uid, item, state FROM journal")
        return [JournalRow(o, Uid(uid), item, JournalState(s)) for o, uid, item, s in rows]

    def value(self, name: str) -> str | None:
        """A named value of the station."""
        row = self._database.execute("SELECT value FROM station WHERE name = ?", (name,)).fetchone()
        return row[0] if row else None

    def gate_events(self, since_ms: int, at_most: int) -> list[bytes]:
        """What gates told since then, the newest `at_most` of it, oldest first."""
        rows = self._database.execute(
            "SELECT fact FROM gate_events WHERE at_ms >= ? ORDER BY id DESC LIMIT ?",
            (since_ms, at_most),
        )
        return [fact for (fact,) in rows][::-1]

    def gate_totals(self, since_ms: int) -> GateTotals:
        """All that gates told since then, in numbers."""
        row = self._database.execute(
            "SELECT count(*) FILTER (WHERE kind = 'alarm'),"
            " coalesce(sum(people_in), 0), coalesce(sum(people_out), 0)"
            " FROM gate_events WHERE at_ms >= ?",
            (since_ms,),
        ).fetchone()
        return GateTotals(*row)

    def free_bytes(self) -> int:
        """What the disk can still take, the ballast not counted."""
        disk = os.statvfs(self._folder)
        return disk.f_bavail * disk.f_frsize

    def relay_ballast(self) -> bool:
        """Lay the ballast again once the disk has room for it twice; True if it lies there."""
        return self._ballast.lay(self.free_bytes())

    def _write(self, changes: tuple[Change, ...]) -> None:
        run = self._database.execute
        try:
            run("BEGIN IMMEDIATE")
            for change in changes:
                statement, values = STATEMENTS[type(change)]
                run(statement, values(change))
                if isinstance(change, DropOperation | ForgetOperation):
                    run(FORGET_JOURNAL, (change.operation,))
            run("COMMIT")
        except Exception as problem:
            if self._database.in_transaction:
                run("ROLLBACK")
            if _means_full(problem):
                raise StoreFull("the disk of this station is full; make room on it") from problem
            raise
        self.commits += 1


def _means_full(problem: Exception) -> bool:
    if not isinstance(problem, sqlite3.OperationalError):
        return False
    return problem.sqlite_errorcode & 0xFF == sqlite3.SQLITE_FULL


def _take_lock(path: Path) -> int:
    handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as problem:
        os.close(handle)
        raise StoreUnsafe(
            f"{path.parent} belongs to a station that is running; stop it first"
        ) from problem
    return handle


def _open(path: Path) -> sqlite3.Connection:
    """Nobody but the station's own user may read it: it holds card numbers."""
    os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600))
    database = sqlite3.connect(path, isolation_level=None)
    try:
        for name, value in PRAGMAS:
            _set_and_read_back(database, name, value)
        database.executescript(SCHEMA)
    except sqlite3.DatabaseError as problem:
        database.close()
        raise StoreUnsafe(
            f"{path} cannot be used: {problem}; its acts are in no other place, "
            "so keep the file and ask for help"
        ) from problem
    except BaseException:
        database.close()
        raise
    log.info(
        "station store open",
        sqlite=sqlite3.sqlite_version,
        one_writer_only=sqlite3.sqlite_version_info < WAL_RESET_MENDED,
    )
    return database


def _set_and_read_back(database: sqlite3.Connection, name: str, value: str) -> None:
    database.execute(f"PRAGMA {name} = {value}").fetchall()
    found = database.execute(f"PRAGMA {name}").fetchone()
    unknown_here = found is None and name == "mmap_size"  # SQLite was built without mmap
    if not unknown_here and (found is None or str(found[0]).lower() != value):
        raise StoreUnsafe(f"SQLite keeps {name} = {found} instead of {value}; acts could be lost")


def _record(
    body: bytes,
    sent: int,
    reply: bytes | None,
    epoch: str | None,
    shown: int,
    listed: int,
    cancelled: int,
    over: int,
) -> OperationRecord:
    try:
        operation = decode_operation(body)
        outcome = decode_outcome(reply) if reply is not None else None
    except ProtocolError as problem:
        raise StoreUnsafe(
            f"an operation in the outbox cannot be read: {problem}; install the version of"
            " muontra that wrote it"
        ) from problem
    return OperationRecord(
        operation=operation,
        body=body,
        sent=bool(sent),
        reply=outcome,
        reply_body=reply,
        epoch=epoch,
        shown=bool(shown),
        listed=bool(listed),
        cancelled=bool(cancelled),
        over=bool(over),
    )
