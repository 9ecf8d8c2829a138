"""The product's real processes, as a rig starts, kills and watches them.

They are forked from a process that has imported the product and done nothing yet: a kill is as
real as any, a start costs a twentieth.
"""

import os
import signal
import socket
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from importlib import import_module
from multiprocessing import get_context
from multiprocessing.connection import Connection
from multiprocessing.context import ForkServerProcess
from pathlib import Path
from threading import Thread
from time import monotonic
from typing import Any

import msgspec

from service.cli import app as service_command
from tests.system import scripted_station
from tests.system.planted_faults import plant
from tests.waiting import eventually

END_SECONDS = 30.0

NURSERY = get_context("forkserver")
NURSERY.set_forkserver_preload(["pytest", __name__])


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@dataclass(frozen=True, slots=True)
class Upbringing:
    """What makes a forked process one of its kind: log, where it is to die, planted faults."""

    log: Path
    crash_at: str
    planted: tuple[str, ...]

    def lead_to(self, target: Callable[..., None], *args: object) -> None:
        handle = os.open(self.log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        for stream in (1, 2):
            os.dup2(handle, stream)
        os.environ["MUONTRA_CRASH_AT"] = self.crash_at
        plant(self.planted)
        target(*args)


def patched_service(
    environment: Mapping[str, str], patches: Mapping[str, object], words: list[str]
) -> None:
    """`muontra-service` with planted faults or other sizes, by the full names of what they are."""
    os.environ.update(environment)
    for name, value in patches.items():
        module, _, attribute = name.rpartition(".")
        setattr(import_module(module), attribute, value)
    service_command(words)


class Forked:
    """A process that may be killed at any moment and started again."""

    def __init__(self, log: Path) -> None:
        self.log = log
        self.planted: tuple[str, ...] = ()
        self._process: ForkServerProcess | None = None
        self._killed = False

    def fork(self, target: Callable[..., None], *args: object, crash_at: str | None = None) -> None:
        self._killed = False
        upbringing = Upbringing(self.log, crash_at or "", self.planted)
        self._process = NURSERY.Process(
            target=upbringing.lead_to, args=(target, *args), daemon=True
        )
        self._process.start()

    @property
    def was_started(self) -> bool:
        return self._process is not None

    @property
    def died(self) -> bool:
        """It runs no more."""
        return self._process is None or self._process.exitcode is not None

    @property
    def exit_code(self) -> int | None:
        return None if self._process is None else self._process.exitcode

    @property
    def cut(self) -> bool:
        """It killed itself at the point for which it was armed."""
        return self.exit_code == -signal.SIGKILL and not self._killed

    def kill(self) -> None:
        """As a power cut does, to this process alone."""
        if self._process is not None and not self.died:
            self._killed = True
            self._process.kill()
            self._process.join(END_SECONDS)

    def terminate(self) -> None:
        """As systemd stops it."""
        if self._process is not None:
            self._process.terminate()
            self.wait_end()

    def wait_end(self) -> None:
        assert self._process is not None
        self._process.join(END_SECONDS)
        assert self.died, f"the process did not end within {END_SECONDS} s"


class ServiceProcess(Forked):
    """`muontra-service run` on a state folder and a port that stay the same over restarts."""

    def __init__(self, state: Path, port: int) -> None:
        super().__init__(state / "service.log")
        self.state, self.port = state, port
        self.database = state / "service.db"
        self.where = ("--state", str(state), "--database", f"sqlite:///{self.database}")
        self._earlier_cuts = 0

    def start(self, crash_at: str | None = None) -> None:
        """Returns when stations can connect."""
        self._earlier_cuts = 0 if crash_at else self.cuts
        said = self._said_that_it_listens()
        words = ["run", "--listen", f"tcp://127.0.0.1:{self.port}", *self.where]
        self.fork(service_command, words, crash_at=crash_at)
        eventually(lambda: self._said_that_it_listens() > said, 20, "listening service")

    def _said_that_it_listens(self) -> int:
        return self.log.read_bytes().count(b'"listening"') if self.log.exists() else 0

    def command(self, *words: str) -> str:
        """Run `muontra-service` beside it; what it said, or AssertionError."""
        said = self.state / "command.log"
        said.unlink(missing_ok=True)
        command = Forked(said)
        command.fork(service_command, [*words, *self.where])
        command.wait_end()
        assert command.exit_code == 0, said.read_text(encoding="utf-8")
        return said.read_text(encoding="utf-8")

    @property
    def cuts(self) -> int:
        """How often it killed itself since it was armed last."""
        return self._earlier_cuts + self.cut


class StationProcess(Forked):
    """tests.system.scripted_station, and the frames that it showed since it was started."""

    def __init__(self, config: Path, hear: Callable[[dict[str, Any]], None]) -> None:
        super().__init__(config.with_suffix(".log"))
        self._config = config
        self._hear = hear
        self.frames: list[dict[str, Any]] = []
        self._pipe: Connection[bytes, bytes] | None = None
        self._reader: Thread | None = None

    def start(self, crash_at: str | None = None) -> None:
        self.frames = []
        self._pipe, far = NURSERY.Pipe()
        main = scripted_station.main
        self.fork(main, self._config, far, crash_at=crash_at)
        far.close()
        self._reader = Thread(target=self._read, args=(self._pipe, self.frames), daemon=True)
        self._reader.start()

    def _read(self, pipe: "Connection[bytes, bytes]", frames: list[dict[str, Any]]) -> None:
        """Until the process ends, however it does."""
        with suppress(EOFError, ConnectionResetError):
            while True:
                frame = msgspec.json.decode(pipe.recv_bytes()) | {"at": monotonic()}
                frames.append(frame)
                self._hear(frame)

    def kill(self) -> None:
        super().kill()
        self._hear_all()

    def stop(self) -> None:
        """End the session and the process as the product does."""
        self.do("stop")
        self.wait_end()

    def drain(self) -> None:
        """Stop once every operation is answered."""
        self.do("drain")
        self.wait_end()

    def wait_end(self) -> None:
        super().wait_end()
        self._hear_all()

    def _hear_all(self) -> None:
        if self._reader is not None and self._pipe is not None:
            self._reader.join(END_SECONDS)
            self._pipe.close()

    def do(self, intent: str, **fields: str) -> None:
        """Somebody touches the screen; nobody hears it when the process is dead."""
        assert self._pipe is not None
        with suppress(BrokenPipeError, ConnectionResetError):
            self._pipe.send_bytes(msgspec.json.encode({"do": intent, "fields": fields}))

    @property
    def view(self) -> dict[str, Any]:
        """The newest view, with its kind; empty before the first."""
        if not self.frames:
            return {"kind": "", "online": False}
        newest = self.frames[-1]
        view: dict[str, Any] = newest["frame"]["view"]
        return view | {"kind": newest["kind"], "online": newest["frame"]["online"]}

    def until(self, condition: Callable[[dict[str, Any]], bool], seconds: float, what: str) -> bool:
        """Wait until the view is so; False when the process died before."""
        try:
            eventually(lambda: self.died or condition(self.view), seconds, what)
        except AssertionError as problem:
            raise AssertionError(f"{problem}; the screen shows {self.view}") from None
        return condition(self.view)
