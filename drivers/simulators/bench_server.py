"""The bench's socket: each connection has its reader and its writer; one command at a time."""

import socketserver
from contextlib import suppress
from pathlib import Path
from queue import Full, Queue
from threading import Event as Signal
from threading import Lock, Thread

import msgspec

from drivers.simulators.bench_protocol import (
    LONGEST_LINE,
    Act,
    Add,
    AnyCommand,
    AskState,
    AskTags,
    ClearFaults,
    Done,
    Event,
    FrameSeen,
    Lay,
    Lift,
    PlanFault,
    Plug,
    Present,
    PutIn,
    Quit,
    Remove,
    Reply,
    Scan,
    SetChute,
    SetCover,
    SetPaper,
    State,
    Subscribe,
    Tags,
    TakeOut,
    Trouble,
    Unplug,
    Walk,
    command_from,
    line_of,
)
from drivers.simulators.desk import Desk
from drivers.simulators.placed_device import NotOnThisDesk

MOST_WAITING = 10_000
"""Messages a client may leave unread; one that does not keep up loses events."""

LAST_WORDS_SECONDS = 1.0


class Bulletin:
    """Takes events from any thread to those who subscribed."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._subscribers: tuple[_Conversation, ...] = ()

    def notice(self, event: Event) -> None:
        for subscriber in self._subscribers:
            if subscriber.wants_frames or not isinstance(event, FrameSeen):
                subscriber.notice(event)

    def add(self, subscriber: "_Conversation") -> None:
        with self._lock:
            self._subscribers = (*self._subscribers, subscriber)

    def remove(self, subscriber: "_Conversation") -> None:
        with self._lock:
            self._subscribers = tuple(one for one in self._subscribers if one is not subscriber)


class BenchServer(socketserver.ThreadingUnixStreamServer):
    """Commands of all clients are obeyed one after the other."""

    daemon_threads = True

    def __init__(self, path: Path, desk: Desk, bulletin: Bulletin) -> None:
        path.unlink(missing_ok=True)
        super().__init__(str(path), _Conversation)
        path.chmod(0o600)
        self.bulletin = bulletin
        self.stopped = Signal()
        self.quitting = False
        self._path = path
        self._desk = desk
        self._obeying = Lock()

    def serve_until_stopped(self) -> None:
        """Serve until `stopped` is set, by a signal or by the command to quit."""
        Thread(target=self.serve_forever, args=(0.1,), daemon=True).start()
        self.stopped.wait()
        self.shutdown()
        self._path.unlink(missing_ok=True)

    def answer(self, line: bytes, client: "_Conversation") -> Reply:
        """Carry a command out and say how it went."""
        try:
            command = command_from(line)
            with self._obeying:
                return self._obey(command, client)
        except msgspec.DecodeError as problem:
            return Trouble(reason=f"not a command: {problem}")
        except NotOnThisDesk as problem:
            return Trouble(reason=str(problem))

    def _obey(self, command: AnyCommand, client: "_Conversation") -> Reply:
        match command:
            case AskTags():
                return Tags(tags=self._desk.tags())
            case AskState():
                return State(devices=self._desk.devices.states(), items=self._desk.items())
            case Subscribe():
                client.wants_frames = command.frames
                self.bulletin.add(client)
            case Quit():
                self.quitting = True
            case _:
                _act(self._desk, command)
        return Done()


def _act(desk: Desk, command: Act) -> None:
    """What a hand does at the desk."""
    match command:
        case Lay():
            desk.lay(command.items, command.pad)
        case Lift():
            desk.lift(command.items)
        case Scan():
            desk.devices.scan(command.text, command.scanner)
        case Present():
            desk.present(command.item, command.reader)
        case Walk():
            desk.walk(command.items, command.gate, inwards=command.inwards)
        case Remove() | SetPaper() | SetCover() | PutIn() | TakeOut() | SetChute():
            desk.devices.handle(command)
        case Plug():
            desk.devices.plug(command.device, plugged=True)
        case Unplug():
            desk.devices.plug(command.device, plugged=False)
        case PlanFault():
            desk.devices.plan_fault(command.device, command.planned)
        case ClearFaults():
            desk.devices.clear_faults(command.device)
        case Add():
            desk.add(command.item)


class _Conversation(socketserver.StreamRequestHandler):
    """One client. Its own thread reads and obeys; a second one writes."""

    server: BenchServer

    def setup(self) -> None:
        super().setup()
        self.wants_frames = False
        self._outbox: Queue[Event | Reply | None] = Queue(MOST_WAITING)
        self._writer = Thread(target=self._write, daemon=True)
        self._writer.start()

    def handle(self) -> None:
        with suppress(ConnectionError):
            while not self.server.quitting and (line := self.rfile.readline(LONGEST_LINE)):
                self._outbox.put(self.server.answer(line, self))

    def finish(self) -> None:
        self.server.bulletin.remove(self)
        self._end_writer()
        super().finish()
        if self.server.quitting:
            self.server.stopped.set()

    def notice(self, event: Event) -> None:
        with suppress(Full):
            self._outbox.put_nowait(event)

    def _end_writer(self) -> None:
        """All that was said is written first."""
        self._outbox.put(None)
        self._writer.join(LAST_WORDS_SECONDS)

    def _write(self) -> None:
        with suppress(OSError):
            while (message := self._outbox.get()) is not None:
                self.wfile.write(line_of(message))
