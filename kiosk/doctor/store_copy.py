"""The database of a station that does not run: looked at as a copy, so that nothing changes."""

import fcntl
import os
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from kiosk.outbox.outbox import EPOCH, LAST_SEQUENCE, Outbox
from kiosk.station_store import StationStore, StoreUnsafe

DATABASE, LOCK = "station.db", "lock"
FILES = (DATABASE, f"{DATABASE}-wal")


@dataclass(frozen=True, slots=True)
class StoreSeen:
    """`trouble`: what keeps the database from being used. `held`: a process has it open.
    `unseen`: why nothing could be looked at. `outbox` is None when there is any of them, or no
    database yet.
    """

    trouble: str = ""
    held: bool = False
    unseen: str = ""
    outbox: Outbox | None = None
    epoch: str | None = None


NOT_SEEN = StoreSeen()


class _Held(Exception):
    """A process has the folder."""


def look_at_store(state: Path) -> StoreSeen:
    """Copy, test and read; the copy is gone afterwards."""
    try:
        if not (state / DATABASE).exists():
            return NOT_SEEN
        with TemporaryDirectory(prefix="muontra-doctor-") as folder:
            with _nobody_else_in(state):
                for name in FILES:
                    if (state / name).exists():
                        shutil.copyfile(state / name, Path(folder) / name)
            return _seen(Path(folder))
    except _Held:
        return StoreSeen(held=True)
    except OSError as problem:
        return StoreSeen(unseen=f"{state} cannot be looked at: {problem.strerror}")


@contextmanager
def _nobody_else_in(state: Path) -> Iterator[None]:
    """For the moment of copying: a station that wrote meanwhile would leave a torn copy.

    A lock that is not there is not made: it would belong to whoever looks.
    """
    try:
        handle = os.open(state / LOCK, os.O_RDWR | os.O_CLOEXEC)
    except FileNotFoundError:
        yield
        return
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield
    except BlockingIOError as problem:
        raise _Held from problem
    finally:
        os.close(handle)


def _seen(copy: Path) -> StoreSeen:
    try:
        with closing(sqlite3.connect(copy / DATABASE)) as database:
            said = database.execute("PRAGMA quick_check(3)").fetchall()
        if said != [("ok",)]:
            return StoreSeen(trouble=f"{len(said)} faults, as {_words(said[0][0])!r}")
        with StationStore(copy) as store:
            last = int(store.value(LAST_SEQUENCE) or 0)
            outbox = Outbox(store.records(), store.journal(), last)
            return StoreSeen(outbox=outbox, epoch=store.value(EPOCH))
    except sqlite3.DatabaseError as problem:
        return StoreSeen(trouble=str(problem))
    except StoreUnsafe as problem:
        return StoreSeen(trouble=str(problem).replace(str(copy / DATABASE), DATABASE))


def _words(said: str) -> str:
    """The first fault; SQLite names the database in a line of its own."""
    lines = [line for line in str(said).splitlines() if not line.startswith("***")]
    return lines[0] if lines else str(said)
