"""Serves a station's local socket: each connection has a thread that answers and one that tells.

Who does not read is not answered further: answers are never queued, events are dropped.
What only the controller knows is asked of it, and waited for with a deadline; frames and events
are read here. A station whose socket cannot be made works all the same.
"""

import socket
import socketserver
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from queue import Empty, Full, Queue
from threading import BoundedSemaphore, Lock, Thread

import msgspec
import structlog

from drivers.frame_trace import FrameTrace
from kiosk.local.bulletin import Bulletin, frame_of
from kiosk.local.protocol import (
    LONGEST_LINE,
    Answer,
    AnyRequest,
    AskFrames,
    Done,
    Event,
    Frames,
    Message,
    Pause,
    Resume,
    Trouble,
    Unmask,
    Watch,
    line_of,
    request_from,
)

MOST_WAITING = 10_000
"""Events that somebody may leave unread; who does not keep up loses more."""

MOST_CLIENTS = 16
"""Technicians' commands at one time. A program that forgets to close must not cost the station."""

ANSWER_SECONDS = 10.0
LAST_WORDS_SECONDS = 1.0

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class LocalAsk:
    """A request on its way to the controller; `answer` may be called once, from its thread.

    `asker`: the same object for all requests of one connection.
    """

    request: AnyRequest
    asker: object
    answer: Callable[[Answer], None]


class LocalServer(socketserver.ThreadingUnixStreamServer):
    """`ask` takes a request to the controller."""

    daemon_threads = True

    def __init__(
        self,
        path: Path,
        ask: Callable[[LocalAsk], None],
        traces: Mapping[str, FrameTrace],
        bulletin: Bulletin,
    ) -> None:
        """Raises OSError when the socket cannot be made there."""
        self._path = path
        self._remove_left_over()
        super().__init__(str(path), _Conversation)
        self.places = BoundedSemaphore(MOST_CLIENTS)
        self.bulletin = bulletin
        self.traces = traces
        self._ask = ask

    def server_bind(self) -> None:
        """Nobody can connect yet when its mode is set."""
        super().server_bind()
        self._path.chmod(0o660)

    def start(self) -> None:
        """Serve in a thread of its own."""
        Thread(target=self.serve_forever, args=(0.2,), name="local socket", daemon=True).start()

    def stop(self) -> None:
        """No more connections; those that stand end with their clients."""
        self.shutdown()
        self.server_close()
        self._path.unlink(missing_ok=True)

    def _remove_left_over(self) -> None:
        """A dead socket is removed; a living one, or what is no socket at all, never."""
        if not self._path.is_socket():
            return
        with socket.socket(socket.AF_UNIX) as other:
            if other.connect_ex(str(self._path)) == 0:
                raise OSError(f"another station answers at {self._path}; name a socket of its own")
        self._path.unlink()

    def ask_controller(self, request: AnyRequest, asker: object) -> Answer:
        """What the controller says, or that it says nothing."""
        answers: Queue[Answer] = Queue(1)

        def answer(given: Answer) -> None:
            with suppress(Full):
                answers.put_nowait(given)

        self._ask(LocalAsk(request, asker, answer))
        try:
            return answers.get(timeout=ANSWER_SECONDS)
        except Empty:
            return Trouble(reason="the station does not answer; look into its log")


class _Conversation(socketserver.StreamRequestHandler):
    """One client. Its own thread reads, asks and answers; a second one tells events."""

    server: LocalServer

    def setup(self) -> None:
        super().setup()
        self._paused: set[str] = set()
        self._unmasked: set[str] = set()
        self._events: Queue[Event | None] = Queue(MOST_WAITING)
        self._one_at_a_time = Lock()
        self._teller = Thread(target=self._tell_events, daemon=True)
        self._teller.start()

    def handle(self) -> None:
        with suppress(OSError):
            if not self.server.places.acquire(blocking=False):
                self._write(Trouble(reason="too many connections; end one of the other commands"))
                return
            try:
                self._converse()
            finally:
                self.server.places.release()

    def _converse(self) -> None:
        while line := self.rfile.readline(LONGEST_LINE):
            if line.endswith(b"\n"):
                self._write(self._answer(line))
            elif len(line) == LONGEST_LINE:
                self._skip_line()
                self._write(Trouble(reason=f"a request longer than {LONGEST_LINE} bytes is none"))

    def _skip_line(self) -> None:
        """The rest of it is no request of its own, whatever stands there."""
        while (rest := self.rfile.readline(LONGEST_LINE)) and not rest.endswith(b"\n"):
            pass

    def finish(self) -> None:
        """A technician who is gone holds no device any more, and sees nothing."""
        self.server.bulletin.remove(self._notice)
        for device in self._paused:
            self.server.ask_controller(Resume(device=device), self)
        for device in self._unmasked:
            self.server.ask_controller(Unmask(device=device, seconds=0), self)
        with suppress(Full):
            self._events.put_nowait(None)
        self._teller.join(LAST_WORDS_SECONDS)
        with suppress(OSError):
            super().finish()

    def _answer(self, line: bytes) -> Answer:
        try:
            request = request_from(line)
        except msgspec.DecodeError as problem:
            return Trouble(reason=f"not a request: {problem}")
        match request:
            case AskFrames(device=device):
                return self._frames(device)
            case Watch(frames=frames):
                self.server.bulletin.add(self._notice, frames=frames)
                return Done()
            case Pause(device=device):
                self._paused.add(device)
            case Resume(device=device):
                self._paused.discard(device)
            case Unmask(device=device):
                self._unmasked.add(device)
            case _:
                pass
        return self.server.ask_controller(request, self)

    def _frames(self, device: str) -> Answer:
        trace = self.server.traces.get(device)
        if trace is None:
            known = ", ".join(sorted(self.server.traces)) or "none"
            return Trouble(reason=f"there is no device {device} at this station; there are {known}")
        return Frames(frames=tuple(frame_of(frame) for frame in trace.frames()))

    def _notice(self, event: Event) -> None:
        with suppress(Full):
            self._events.put_nowait(event)

    def _tell_events(self) -> None:
        with suppress(OSError):
            while (event := self._events.get()) is not None:
                self._write(event)

    def _write(self, message: Message) -> None:
        with self._one_at_a_time:
            self.wfile.write(line_of(message))
