"""Real databases for tests: SQLite files, and a PostgreSQL cluster of our own where one can be."""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path

import psycopg

from service.database.migrate import upgrade

UNPRIVILEGED = "postgres"
_numbers = count(1)


def postgresql_programs() -> Path | None:
    """Where initdb and postgres are, the newest first."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), reverse=True)
    on_path = shutil.which("initdb")
    initdb = found[0] if found else Path(on_path) if on_path else None
    return initdb.parent if initdb else None


def fast_folder() -> str | None:
    """Where thousands of databases may be made, in memory where it can be."""
    return "/dev/shm" if os.access("/dev/shm", os.W_OK) else None


class PostgreSQL:
    """A cluster that listens on a socket file only."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._admin = psycopg.connect(self._dsn("postgres"), autocommit=True)
        self._admin.execute("CREATE DATABASE library")
        upgrade(self.url("library"))

    def url(self, database: str) -> str:
        return f"postgresql+psycopg://{UNPRIVILEGED}@/{database}?host={self.folder}"

    def copy(self, database: str = "library") -> str:
        """The URL of a new database with the same content. Nobody may be connected to it."""
        name = f"copy_{next(_numbers)}"
        self._admin.execute(f"CREATE DATABASE {name} TEMPLATE {database}")
        return self.url(name)

    def close(self) -> None:
        self._admin.close()

    def _dsn(self, database: str) -> str:
        return f"host={self.folder} user={UNPRIVILEGED} dbname={database}"


@contextmanager
def postgresql(programs: Path) -> Iterator[PostgreSQL]:
    """A new cluster, gone afterwards; in memory where it can be, for a database a test is made."""
    folder = Path(tempfile.mkdtemp(prefix="muontra-pg-", dir=fast_folder()))
    user = UNPRIVILEGED if os.geteuid() == 0 else None
    if user:
        shutil.chown(folder, user)
    data = folder / "data"

    def run(program: str, *arguments: str | Path) -> None:
        command = [programs / program, "-D", data, *arguments]
        subprocess.run(command, user=user, check=True, stdout=subprocess.DEVNULL)

    run("initdb", "-A", "trust", "-U", UNPRIVILEGED, "--no-sync")
    run("pg_ctl", "-w", "-l", folder / "log", "-o", f"-k {folder} -c listen_addresses=", "start")
    try:
        cluster = PostgreSQL(folder)
        yield cluster
        cluster.close()
    finally:
        run("pg_ctl", "-w", "-m", "immediate", "stop")
        shutil.rmtree(folder, ignore_errors=True)
