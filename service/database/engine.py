"""Connections that keep what they acknowledge (docs/database.md, Settings).

SQLite: WAL and synchronous=FULL are set and read back on every connection; a connection that
does not hold them is refused. PostgreSQL: synchronous_commit is read back likewise.
"""

import sqlite3

from sqlalchemy import URL, Engine, create_engine, event, make_url
from sqlalchemy.engine.interfaces import DBAPIConnection

SQLITE = "sqlite"
BUSY_MS = 5_000

# What a connection must answer after it was set: full power-cut safety, checked references,
# no memory mapping. `journal_mode` first: it decides what `synchronous` means.
SQLITE_SETTINGS: dict[str, tuple[str, object]] = {
    "journal_mode": ("WAL", "wal"),
    "synchronous": ("FULL", 2),
    "foreign_keys": ("ON", 1),
    "busy_timeout": (str(BUSY_MS), BUSY_MS),
    "mmap_size": ("0", 0),
}

DURABLE_COMMITS = {"on", "remote_write", "remote_apply", "local"}

# First fixed release, and what to know when running an older one.
SQLITE_FAULTS = (
    (
        (3, 51, 3),
        "WAL-reset fault: two connections that write at the same moment can damage the file; "
        "the service writes through one connection only and cannot meet it",
    ),
)


class DatabaseUnsafe(Exception):
    """The database does not hold what it acknowledges; the text names the setting."""


def open_engine(url: str) -> Engine:
    """An engine whose every connection is proved durable."""
    place = make_url(url)
    if place.get_backend_name() != SQLITE:
        return _postgresql(place)
    engine = _sqlite(place)
    event.listen(engine, "connect", _prove_sqlite)
    event.listen(engine, "begin", lambda connection: connection.exec_driver_sql("BEGIN IMMEDIATE"))
    return engine


def open_reading_engine(url: str) -> Engine:
    """An engine whose connections can only read; they never tidy the file either."""
    place = make_url(url)
    if place.get_backend_name() != SQLITE:
        return _postgresql(place, options="-c default_transaction_read_only=on")
    engine = _sqlite(place)
    event.listen(engine, "connect", _only_read)
    return engine


def _sqlite(place: URL) -> Engine:
    if place.database in {None, "", ":memory:"}:
        raise DatabaseUnsafe("the service needs a database file: sqlite:////path/to/service.db")
    return create_engine(place, connect_args={"isolation_level": None})


def _postgresql(place: URL, **connecting: str) -> Engine:
    engine = create_engine(place.set(drivername="postgresql+psycopg"), connect_args=connecting)
    event.listen(engine, "connect", _prove_postgresql)
    return engine


def _only_read(connection: sqlite3.Connection, _record: object) -> None:
    for setting in ("query_only = ON", "wal_autocheckpoint = 0", f"busy_timeout = {BUSY_MS}"):
        connection.execute(f"PRAGMA {setting}")


def _prove_sqlite(connection: sqlite3.Connection, _record: object) -> None:
    for name, (value, expected) in SQLITE_SETTINGS.items():
        connection.execute(f"PRAGMA {name} = {value}")
        # A library without memory mapping answers nothing about it.
        (found,) = connection.execute(f"PRAGMA {name}").fetchone() or (expected,)
        if found != expected:
            connection.close()
            raise DatabaseUnsafe(f"SQLite keeps {name} at {found!r}, {expected!r} is needed")


def _prove_postgresql(connection: DBAPIConnection, _record: object) -> None:
    cursor = connection.cursor()
    cursor.execute("SELECT current_setting('synchronous_commit'), current_setting('fsync')")
    commit, fsync = cursor.fetchone() or ("?", "?")
    connection.rollback()
    if commit not in DURABLE_COMMITS or fsync != "on":
        connection.close()
        raise DatabaseUnsafe(
            f"PostgreSQL has synchronous_commit={commit}, fsync={fsync}; turn both on"
        )


def describe(engine: Engine) -> str:
    """The database library and its version, for the first line of the log."""
    if engine.dialect.name == SQLITE:
        return f"SQLite {sqlite3.sqlite_version}"
    with engine.connect() as connection:
        version = connection.exec_driver_sql("SHOW server_version").scalar_one()
    return f"PostgreSQL {version}"


def known_faults(
    engine: Engine, version: tuple[int, int, int] = sqlite3.sqlite_version_info
) -> list[str]:
    """What is known to be wrong with this SQLite library; said at start."""
    if engine.dialect.name != SQLITE:
        return []
    return [words for fixed, words in SQLITE_FAULTS if version < fixed]
