"""One service owns a database; a second one waits until the first is gone.

SQLite: a lock on a file beside the database, which ends with the process. PostgreSQL: an advisory
lock of the writing connection itself, so that who loses the connection may not write any more.
"""

import fcntl
from pathlib import Path
from typing import IO

from psycopg.errors import LockNotAvailable

from service.database.connection import Writer
from service.database.engine import SQLITE

ADVISORY_KEY = int.from_bytes(b"muontra", "big")

# PostgreSQL's lock_timeout in milliseconds; it takes a moment to see that a connection was closed.
FOR_EVER, AT_ONCE, UNTIL_OUR_OLD_CONNECTION_IS_GONE = 0, 1, 5_000


class NotOwner(Exception):
    """Another service owns the database."""


class Ownership:
    """The right to write through this writer. Owner: the thread of the writer."""

    def __init__(self, writer: Writer) -> None:
        self._writer = writer
        self._file: IO[bytes] | None = None

    def take(self, *, wait: bool) -> None:
        """Raise NotOwner when another has it, or wait until it has gone."""
        if self._writer.dialect == SQLITE:
            self._file = hold_file(self._writer.engine.url.database or "", wait=wait)
        else:
            self._take_advisory_lock(FOR_EVER if wait else AT_ONCE)

    def take_again(self) -> None:
        """After the writer was reopened; raises NotOwner when another was quicker."""
        if self._writer.dialect != SQLITE:
            self._take_advisory_lock(UNTIL_OUR_OLD_CONNECTION_IS_GONE)

    def _take_advisory_lock(self, limit_ms: int) -> None:
        self._writer.execute(f"SET lock_timeout = {limit_ms}")
        try:
            self._writer.execute("SELECT pg_advisory_lock(?)", ADVISORY_KEY)
        except LockNotAvailable as busy:
            raise NotOwner("another service owns this PostgreSQL database") from busy
        self._writer.execute("SET lock_timeout = 0")

    def release(self) -> None:
        """Let the next one have it; closing the writer does the same for PostgreSQL."""
        if self._file is not None:
            self._file.close()
            self._file = None


def hold_file(database: str, *, wait: bool) -> IO[bytes]:
    """Own an SQLite database without opening it, until the file is closed; may raise NotOwner."""
    file = Path(f"{database}.lock").open("ab")  # noqa: SIM115 - open as long as it is owned
    try:
        fcntl.flock(file, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
    except BlockingIOError as busy:
        file.close()
        raise NotOwner(f"another service owns {database}") from busy
    return file
