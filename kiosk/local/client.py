"""The other end of a station's local socket, for the technician's commands."""

import socket
from collections import deque
from pathlib import Path
from types import TracebackType
from typing import Self

import msgspec

from drivers.deadline import Deadline
from kiosk.local.protocol import (
    Answer,
    AnyRequest,
    AskStatus,
    Event,
    FrameTold,
    Message,
    Status,
    Told,
    Trouble,
    line_of,
    message_from,
)


class StationRefused(Exception):
    """The station did not carry the request out; the text says why."""


class StationGone(Exception):
    """No station runs there, or it says nothing any more."""


class StationClient:
    """One connection. Owner: the thread that made it. Raises StationGone from every call."""

    def __init__(self, path: Path, seconds: float = 12.0) -> None:
        self._path = path
        self._seconds = seconds
        self._buffer = b""
        self._events: deque[Event] = deque()
        self._socket = socket.socket(socket.AF_UNIX)
        try:
            self._socket.connect(str(path))
        except OSError as problem:
            self._socket.close()
            raise StationGone(
                f"no station answers at {path}: {problem.strerror or problem}"
            ) from problem

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
        """Devices that were paused go back to the station."""
        self._socket.close()

    def ask(self, request: AnyRequest) -> Answer:
        """Raises StationRefused when it was not carried out."""
        self._send(line_of(request))
        deadline = Deadline.after(self._seconds)
        while (message := self._next_message(deadline)) is not None:
            if isinstance(message, Trouble):
                raise StationRefused(message.reason)
            if isinstance(message, Told | FrameTold):
                self._events.append(message)
            else:
                return message
        raise StationGone(f"the station at {self._path} does not answer")

    def status(self) -> Status:
        """The whole station in one value."""
        answer = self.ask(AskStatus())
        if not isinstance(answer, Status):
            raise StationGone(f"{self._path} is served by another program")
        return answer

    def next_event(self, seconds: float) -> Event | None:
        """The next event for one who watches, or None when none comes in time."""
        if self._events:
            return self._events.popleft()
        message = self._next_message(Deadline.after(seconds))
        return message if isinstance(message, Told | FrameTold) else None

    def _send(self, line: bytes) -> None:
        try:
            self._socket.settimeout(self._seconds)
            self._socket.sendall(line)
        except OSError as problem:
            raise StationGone(f"the station at {self._path} ended: {problem}") from problem

    def _next_message(self, deadline: Deadline) -> Message | None:
        while b"\n" not in self._buffer:
            if deadline.expired() or not self._receive(deadline):
                return None
        line, _, self._buffer = self._buffer.partition(b"\n")
        try:
            return message_from(line)
        except msgspec.DecodeError as problem:
            raise StationGone(
                f"{self._path} speaks another version: {problem}; use the `muontra` of the station"
            ) from problem

    def _receive(self, deadline: Deadline) -> bool:
        """False when nothing came before the deadline."""
        self._socket.settimeout(max(deadline.remaining(), 0.001))
        try:
            data = self._socket.recv(1 << 16)
        except TimeoutError:
            return False
        except OSError as problem:
            raise StationGone(f"the station at {self._path} ended: {problem}") from problem
        if not data:
            raise StationGone(f"the station at {self._path} ended")
        self._buffer += data
        return True
