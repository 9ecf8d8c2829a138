"""A real central service for tests: its own process, state folder, port and sample library."""

import atexit
import os
import re
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from copy import copy
from datetime import date
from functools import cache
from pathlib import Path
from shutil import copyfile, rmtree
from tempfile import mkdtemp
from types import TracebackType
from typing import Self

import msgspec
from typer.testing import CliRunner

from service.administration import AddStation, Answer, Command, Done, ReadStatus, Status
from service.cli import app
from service.control import ask
from service.crash_points import CrashPoint
from service.database.engine import open_engine
from service.database.migrate import upgrade_engine
from service.sample.fill import fill
from service.sample.points import ROOT
from service.sample.size import Sample
from service.service_key import ServiceKey, service_key
from tests.station_client import KeyPair, StationClient
from tests.system.processes import Forked, patched_service
from tests.waiting import eventually

START_SECONDS = 30.0
FREE_ITEMS = """
SELECT number FROM items i JOIN item_types t ON t.code = i.item_type
WHERE i.item_type = 'book' AND NOT (not_for_loan OR withdrawn OR lost)
AND NOT EXISTS (SELECT 1 FROM loans l WHERE l.item = i.id AND l.state = 'open')
AND NOT EXISTS (SELECT 1 FROM holds h WHERE h.title = i.title) ORDER BY number
"""


@cache
def sample_database(copies: int) -> Path:
    """A filled SQLite file, made once in each test process; to be copied."""
    folder = mkdtemp(prefix="muontra-sample-")
    atexit.register(rmtree, folder)
    path = Path(folder) / "service.db"
    engine = open_engine(f"sqlite:///{path}")
    upgrade_engine(engine)
    fill(engine, Sample(copies, seed=1, as_of=date.today()), lambda _rows: None)  # noqa: DTZ011
    engine.dispose()
    return path


class ServiceProcess:
    """Started, killed and started again on the same port; stopped and removed at exit."""

    def __init__(self, *, copies: int = 200, url: str = "") -> None:
        """With a `url` the database is there already; else it is a fresh SQLite file."""
        # A socket's path may not be longer than 107 bytes: pytest's own folders are.
        self.state = Path(mkdtemp(prefix="muontra-"))
        self.database = self.state / "service.db"
        self.url = url or f"sqlite:///{self.database}"
        if not url:
            copyfile(sample_database(copies), self.database)
        self.key: ServiceKey = service_key(self.state)
        self.log = self.state / "log.jsonl"
        self.log.touch()
        self.port = 0
        self.process = Forked(self.log)

    def twin(self) -> "ServiceProcess":
        """A second service on the same folder and database, not started."""
        twin = copy(self)
        twin.port, twin.log = 0, self.state / "twin.jsonl"
        twin.log.touch()
        twin.process = Forked(twin.log)
        return twin

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        problem: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.remove()

    def remove(self) -> None:
        """Killed, and nothing is left of it."""
        self.kill()
        rmtree(self.state)

    @property
    def _place(self) -> list[str]:
        return ["--state", str(self.state), "--database", self.url]

    @property
    def endpoint(self) -> str:
        return f"tcp://127.0.0.1:{self.port}"

    def start(
        self, crash_at: CrashPoint | str = "", patches: Mapping[str, object] | None = None
    ) -> None:
        """Returns when stations can connect. `patches` are planted faults or other sizes."""
        seen = len(self.log.read_text().splitlines())
        self.launch(crash_at, patches)
        eventually(lambda: self.listens(seen), START_SECONDS, "listening service")

    def launch(
        self, crash_at: CrashPoint | str = "", patches: Mapping[str, object] | None = None
    ) -> None:
        """Returns at once."""
        words = ["run", "--listen", self.endpoint, *self._place]
        patches = dict(patches or {})
        self.process.fork(patched_service, dict(os.environ), patches, words, crash_at=str(crash_at))

    def kill(self) -> None:
        """As a power cut does, to this process alone."""
        self.process.kill()

    def stop(self) -> int | None:
        """As systemd stops it; returns the exit code."""
        self.process.terminate()
        return self.process.exit_code

    def wait_for_crash(self) -> None:
        """Until the crash point was reached."""
        self.process.wait_end()
        assert self.process.cut

    @property
    def is_dead(self) -> bool:
        return self.process.died

    def command(self, *words: str, code: int = 0) -> str:
        """What `muontra-service` says, run in this process; `code` is how it must end."""
        done = CliRunner().invoke(app, [*words, *self._place])
        assert done.exit_code == code, f"{done.output}{done.exception!r}"
        return done.output

    def order(self, command: Command) -> Answer:
        """An administrator's command to the running service."""
        return ask(self.state, command)

    def status(self) -> Status:
        status = self.order(ReadStatus())
        assert isinstance(status, Status)
        return status

    def enrol(self, name: str, point: str = ROOT) -> KeyPair:
        """A new key, known to the running service."""
        keys = KeyPair.make()
        answer = self.order(AddStation(name, point, keys.public, actor="test"))
        assert isinstance(answer, Done), answer
        return keys

    def station(self, name: str, keys: KeyPair | None = None) -> StationClient:
        """A connected station that has not said Hello; enrolled unless it brings keys."""
        return StationClient(self.endpoint, self.key.public, keys or self.enrol(name))

    def rows(self, query: str, *values: object) -> list[tuple[object, ...]]:
        """What stands in the database, read beside the service."""
        engine = open_engine(f"sqlite:///{self.database}")
        with closing(engine.raw_connection()) as connection:
            found: list[tuple[object, ...]] = connection.cursor().execute(query, values).fetchall()
        engine.dispose()
        return found

    def free_items(self, count: int) -> list[str]:
        """Numbers of items that anybody may borrow now."""
        found = [str(number) for (number,) in self.rows(FREE_ITEMS)][:count]
        assert len(found) == count
        return found

    @contextmanager
    def locked_database(self) -> Iterator[None]:
        """As a disk that hangs: nothing can be written, everything read."""
        with closing(sqlite3.connect(self.database, isolation_level=None)) as connection:
            connection.execute("BEGIN IMMEDIATE")
            yield
            connection.execute("ROLLBACK")

    def damage(self, statement: str, *values: object) -> None:
        """Change the database as no program of ours does."""
        with closing(sqlite3.connect(self.database)) as connection, connection:
            connection.execute(statement, values)

    def logged(self) -> list[dict[str, object]]:
        lines = self.log.read_text().splitlines()
        return [msgspec.json.decode(line) for line in lines if line.startswith("{")]

    def has_said(self, event: str) -> bool:
        return any(line["event"] == event for line in self.logged())

    def listens(self, seen: int = 0) -> bool:
        """Whether it said so after so many lines of its log."""
        text = self.log.read_text()
        assert not self.is_dead, text
        for line in text.splitlines()[seen:]:
            if found := re.search(r'"endpoint": "tcp://.*:(\d+)"', line):
                self.port = int(found[1])
                return True
        return False
