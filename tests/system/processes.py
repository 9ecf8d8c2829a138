"""The product's real processes, as a rig starts, kills and watches them."""

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from threading import Thread
from typing import Any

import msgspec

from tests.waiting import eventually

BIN = Path(sys.executable).parent
START_SECONDS = 20.0


def run(*words: str) -> str:
    """Run one of our commands to its end; its output, or AssertionError with all it said."""
    done = subprocess.run(words, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, f"{words}: {done.stdout}{done.stderr}"
    return done.stdout


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _environment(crash_at: str | None) -> dict[str, str]:
    environment = os.environ | {"PYTHONUNBUFFERED": "1"}
    environment.pop("MUONTRA_CRASH_AT", None)
    return environment | ({"MUONTRA_CRASH_AT": crash_at} if crash_at else {})


class ServiceProcess:
    """`muontra-service run` on a state folder and a port that stay the same over restarts."""

    def __init__(self, state: Path, port: int) -> None:
        self.state, self.port = state, port
        self.database = f"sqlite:///{state / 'service.db'}"
        self._process: subprocess.Popen[bytes] | None = None
        self._mourned: subprocess.Popen[bytes] | None = None
        self.deaths = 0
        self.log = state / "service.log"

    def start(self, crash_at: str | None = None) -> None:
        words = [
            str(BIN / "muontra-service"),
            "run",
            "--listen",
            f"tcp://127.0.0.1:{self.port}",
            "--state",
            str(self.state),
            "--database",
            self.database,
        ]
        if crash_at:
            self.deaths = 0
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                words, stdout=log, stderr=log, env=_environment(crash_at)
            )

    @property
    def died(self) -> bool:
        """It ended by itself; each death counts once."""
        assert self._process is not None
        if self._process.poll() is None:
            return False
        self.deaths += self._process is not self._mourned
        self._mourned = self._process
        return True

    def kill(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.wait()

    def stop(self) -> None:
        if self._process is not None:
            self._process.terminate()
            self._process.wait(20)


class StationProcess:
    """tests.system.scripted_station, and all frames that it ever showed."""

    def __init__(self, config: Path) -> None:
        self._config = config
        self.planted: tuple[str, ...] = ()
        self._process: subprocess.Popen[bytes] | None = None
        self._reader: Thread | None = None
        self.frames: list[dict[str, Any]] = []
        self.since_start = 0
        self.log = config.with_suffix(".log")

    def start(self, crash_at: str | None = None) -> None:
        words = [sys.executable, "-m", "tests.system.scripted_station", str(self._config)]
        words += self.planted
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                words,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,
                env=_environment(crash_at),
            )
        self.since_start = len(self.frames)
        self._reader = Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        assert self._process is not None
        assert self._process.stdout is not None
        for line in self._process.stdout:
            if line.endswith(b"\n"):
                self.frames.append(msgspec.json.decode(line))

    @property
    def died(self) -> bool:
        assert self._process is not None
        return self._process.poll() is not None

    @property
    def cut(self) -> bool:
        """It killed itself at the point for which it was armed."""
        assert self._process is not None
        return self._process.poll() == -signal.SIGKILL

    def kill(self) -> None:
        if self._process is not None:
            self._process.kill()
            self.wait_end()

    def stop(self) -> None:
        self.do("stop")
        self.wait_end()

    def drain(self) -> None:
        """Stop once every operation is answered."""
        self.do("drain")
        self.wait_end()

    def wait_end(self) -> None:
        assert self._process is not None
        assert self._reader is not None
        self._process.wait(30)
        self._reader.join(10)
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                with suppress(BrokenPipeError):
                    pipe.close()

    def do(self, intent: str, **fields: str) -> None:
        assert self._process is not None
        assert self._process.stdin is not None
        try:
            line = msgspec.json.encode({"do": intent, "fields": fields}) + b"\n"
            self._process.stdin.write(line)
            self._process.stdin.flush()
        except BrokenPipeError:
            return

    @property
    def view(self) -> dict[str, Any]:
        """The newest view since the start, with its kind; empty before the first."""
        if len(self.frames) == self.since_start:
            return {"kind": ""}
        newest = self.frames[-1]
        view: dict[str, Any] = newest["frame"]["view"]
        return view | {
            "kind": newest["kind"],
            "online": newest["frame"]["online"],
        }

    def until(self, condition: Callable[[dict[str, Any]], bool], seconds: float, what: str) -> bool:
        """Wait until the view is so; False when the process died before."""
        try:
            eventually(lambda: self.died or condition(self.view), seconds, what)
        except AssertionError as problem:
            raise AssertionError(f"{problem}; the screen shows {self.view}") from None
        return condition(self.view)
