"""The other end of the bench's socket: commands out, replies and events in."""

import socket
from collections import deque
from pathlib import Path
from types import TracebackType
from typing import Self

from drivers.deadline import Deadline
from drivers.simulators.bench_protocol import (
    AnyCommand,
    AskState,
    AskTags,
    Done,
    Event,
    ItemTag,
    Reply,
    State,
    Tags,
    Trouble,
    line_of,
    message_from,
)


class BenchRefused(Exception):
    """The bench did not carry the command out; the text says why."""


class BenchGone(Exception):
    """The bench is not there, or says nothing any more."""


class BenchClient:
    """One connection. Owner: the thread that made it. Raises BenchGone from every call."""

    def __init__(self, path: Path, seconds: float = 5.0) -> None:
        self._path = path
        self._seconds = seconds
        self._buffer = b""
        self._events: deque[Event] = deque()
        self._socket = socket.socket(socket.AF_UNIX)
        try:
            self._socket.connect(str(path))
        except OSError as problem:
            self._socket.close()
            raise BenchGone(f"no bench at {path}: {problem}; start it first") from problem

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        _kind: type[BaseException] | None,
        _error: BaseException | None,
        _trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        self._socket.close()

    def ask(self, command: AnyCommand) -> Done | Tags | State:
        """Raises BenchRefused when the command was not carried out."""
        self._send(line_of(command))
        deadline = Deadline.after(self._seconds)
        while (message := self._next_message(deadline)) is not None:
            if isinstance(message, Trouble):
                raise BenchRefused(message.reason)
            if isinstance(message, Done | Tags | State):
                return message
            self._events.append(message)
        raise BenchGone(f"the bench at {self._path} does not answer")

    def tags(self) -> dict[str, ItemTag]:
        """All tags as they are now, by the name of their item."""
        reply = self.ask(AskTags())
        return {tag.item: tag for tag in reply.tags} if isinstance(reply, Tags) else {}

    def state(self) -> State:
        """Devices, items, and what lies where."""
        reply = self.ask(AskState())
        return reply if isinstance(reply, State) else State(devices=(), items=())

    def next_event(self, seconds: float) -> Event | None:
        """The next event for a subscriber, or None when none comes in time."""
        if self._events:
            return self._events.popleft()
        message = self._next_message(Deadline.after(seconds))
        return message if not isinstance(message, Done | Trouble | Tags | State) else None

    def _send(self, line: bytes) -> None:
        try:
            self._socket.settimeout(self._seconds)
            self._socket.sendall(line)
        except OSError as problem:
            raise BenchGone(f"the bench at {self._path} ended: {problem}") from problem

    def _next_message(self, deadline: Deadline) -> Reply | Event | None:
        while b"\n" not in self._buffer:
            if deadline.expired() or not self._receive(deadline):
                return None
        line, _, self._buffer = self._buffer.partition(b"\n")
        return message_from(line)

    def _receive(self, deadline: Deadline) -> bool:
        """False when nothing came before the deadline."""
        self._socket.settimeout(max(deadline.remaining(), 0.001))
        try:
            data = self._socket.recv(1 << 16)
        except TimeoutError:
            return False
        except OSError as problem:
            raise BenchGone(f"the bench at {self._path} ended: {problem}") from problem
        if not data:
            raise BenchGone(f"the bench at {self._path} ended")
        self._buffer += data
        return True
