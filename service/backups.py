"""Copies of the database that can be put back, and putting one back (docs/administration.md).

SQLite is copied by its own online backup, PostgreSQL by pg_dump; both read one moment of the
database while the service goes on writing.
"""

import os
import shutil
import sqlite3
import subprocess
from contextlib import closing, suppress
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import URL, make_url

SUFFIXES = {"sqlite": ".sqlite3", "postgresql": ".pgdump"}


class BackupProblem(Exception):
    """The text says what was not copied or put back, and what to do."""


def file_name(url: str, now_ms: int) -> str:
    """Sorted by name, backups are sorted by time."""
    moment = datetime.fromtimestamp(now_ms / 1000, UTC)
    return f"muontra-{moment:%Y%m%dT%H%M%S}-{now_ms % 1000:03d}Z{SUFFIXES[_kind(make_url(url))]}"


def copy_to(url: str, target: Path) -> None:
    """Whole, checked and synced under its final name, or not at all."""
    place, draft = make_url(url), target.with_suffix(".part")
    try:
        target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        handle = os.open(draft, os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600)
        (_copy_sqlite if _kind(place) == "sqlite" else _dump_postgresql)(place, draft)
        os.fsync(handle)
        os.close(handle)
        draft.replace(target)
        _sync_folder(target.parent)
    except (OSError, sqlite3.Error) as problem:
        with suppress(OSError):
            draft.unlink()
        raise BackupProblem(f"no backup was made in {target.parent}: {problem}") from problem


def put_back(source: Path, url: str, now_ms: int) -> Path | None:
    """The SQLite backup becomes the database; returns where the former one was moved to.

    No service may run meanwhile, and nothing of the former database may be open.
    """
    place = make_url(url)
    if _kind(place) != "sqlite":
        raise BackupProblem(
            "put the PostgreSQL backup back with pg_restore, then call restore without a file"
        )
    try:
        _check_sqlite(source)
        return _swap(source, Path(place.database or ""), now_ms)
    except (OSError, sqlite3.Error) as problem:
        raise BackupProblem(f"{source} was not put back: {problem}") from problem


def _copy_sqlite(place: URL, draft: Path) -> None:
    with closing(sqlite3.connect(place.database or "")) as live:
        live.execute("PRAGMA query_only = 1")
        with closing(sqlite3.connect(draft)) as copy:
            live.backup(copy)
    _check_sqlite(draft)


def _check_sqlite(path: Path) -> None:
    """Raises sqlite3.Error or OSError unless this is a sound database of ours."""
    if not path.exists():
        raise FileNotFoundError(f"there is no {path}")
    with closing(sqlite3.connect(f"file:{path}?mode=ro&immutable=1", uri=True)) as database:
        (verdict,) = database.execute("PRAGMA integrity_check(1)").fetchone()
        if verdict != "ok":
            raise sqlite3.DatabaseError(verdict)
        database.execute("SELECT version_num FROM alembic_version").fetchone()


def _dump_postgresql(place: URL, draft: Path) -> None:
    """The password travels in the environment, where other users cannot read it."""
    shown = place.set(drivername="postgresql", password=None).render_as_string()
    secret = {"PGPASSWORD": str(place.password)} if place.password else {}
    command = ["pg_dump", "--format=custom", f"--file={draft}", f"--dbname={shown}"]
    done = subprocess.run(
        command, check=False, env=os.environ | secret, capture_output=True, text=True
    )
    if done.returncode != 0:
        raise OSError(done.stderr.strip())


def _swap(source: Path, database: Path, now_ms: int) -> Path | None:
    draft = database.with_name(f"{database.name}.restoring")
    shutil.copyfile(source, draft)
    draft.chmod(0o600)
    with draft.open("rb+") as file:
        os.fsync(file.fileno())
    former = _move_aside(database, now_ms)
    draft.replace(database)
    _sync_folder(database.parent)
    return former


def _move_aside(database: Path, now_ms: int) -> Path | None:
    """With its journal: together they are the former database, perhaps needed to see what was."""
    former = database.with_name(f"{database.name}.before-{now_ms}")
    for part in ("-wal", "-shm", ""):
        with suppress(FileNotFoundError):
            Path(f"{database}{part}").rename(f"{former}{part}")
    return former if former.exists() else None


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    os.fsync(handle)
    os.close(handle)


def _kind(place: URL) -> str:
    return place.get_backend_name()
