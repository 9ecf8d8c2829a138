"""Somebody on the line who understands every message: answers lost, doubled, late, exchanged.

It holds both secret keys, so towards the station it is the service and towards the service the
station. Only a test can have it; bytes are otherwise what they are.
"""

import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from threading import Thread
from typing import Literal

import msgspec
import zmq

from service.protocol import codec
from service.protocol.headers import ServiceHeader, StationHeader
from service.protocol.operations import Operation
from service.protocol.questions import Question
from service.protocol.replies import HelloFirst, Reply
from tests.waiting import eventually

Content = Operation | Question | Reply
Handling = Literal["drop", "double", "hold"]


@dataclass(frozen=True, slots=True)
class Message:
    """One message with its content; `rewritten` gives another header or body."""

    frames: tuple[bytes, ...]
    header: StationHeader | ServiceHeader
    content: Content

    @property
    def comes_down(self) -> bool:
        """It is the service's."""
        return isinstance(self.header, ServiceHeader)

    @property
    def subject(self) -> object:
        """What it is about: an operation's act, else the content itself."""
        return self.content.act if isinstance(self.content, Operation) else self.content

    @property
    def asked(self) -> str:
        """The message that this one answers."""
        assert isinstance(self.header, ServiceHeader)
        return self.header.in_reply_to

    def rewritten(self, *, body: bytes | None = None, **header: object) -> "Message":
        changed = msgspec.structs.replace(self.header, **header)
        magic, _, old, *more = self.frames
        return understood((magic, codec.encode(changed), body or old, *more), down=self.comes_down)


@dataclass(slots=True)
class Rule:
    """What becomes of the next `times` messages about something of a kind; None: of all."""

    kind: type | tuple[type, ...]
    handling: Handling
    times: int | None = 1

    def applies(self, message: Message) -> bool:
        return self.times != 0 and isinstance(message.subject, self.kind)

    def used(self) -> None:
        if self.times is not None:
            self.times -= 1


class GoBetween(Thread):
    """Owner of the sockets: this thread. Tests change rules and release what is held.

    `passed`: everything that was let through, in order.
    """

    def __init__(
        self, service_port: int, service_keys: tuple[str, str], station_keys: tuple[str, str]
    ) -> None:
        super().__init__(name="go-between", daemon=True)
        self._service = f"tcp://127.0.0.1:{service_port}"
        self._service_keys = service_keys
        self._station_keys = station_keys
        self._context: zmq.Context[zmq.Socket[bytes]] = zmq.Context()
        self._near = self._context.socket(zmq.ROUTER)
        self._near.curve_server = True
        self._near.curve_secretkey = service_keys[1].encode("ascii")
        self.port = self._near.bind_to_random_port("tcp://127.0.0.1")
        self._far = self._dial()
        self._station: bytes | None = None
        self._bell = os.eventfd(0, os.EFD_NONBLOCK | os.EFD_CLOEXEC)
        self._errands: deque[Callable[[], None]] = deque()
        self._stopping = False
        self.rules: list[Rule] = []
        self.held: list[Message] = []
        self.passed: list[Message] = []
        self.start()

    def drop(self, *kinds: type, times: int | None = 1) -> None:
        """These never arrive."""
        self.rules.append(Rule(kinds, "drop", times))

    def double(self, *kinds: type) -> None:
        """The next of these arrives twice."""
        self.rules.append(Rule(kinds, "double"))

    @contextmanager
    def holding(self, *kinds: type, times: int | None = 1) -> Iterator[list[Message]]:
        """These wait in the list that is given, until `deliver`."""
        rule = Rule(kinds, "hold", times)
        self.rules.append(rule)
        yield self.held
        self.rules.remove(rule)

    def wait_for_held(self, count: int = 1, seconds: float = 10.0) -> list[Message]:
        """The held messages, once so many are there."""
        eventually(lambda: len(self.held) >= count, seconds, f"{count} held messages")
        return list(self.held)

    def wait_for_passed(self, kind: type, count: int = 1, seconds: float = 10.0) -> list[Message]:
        """The messages of this kind that went through, once so many did."""
        eventually(lambda: len(self.about(kind)) >= count, seconds, f"{count} {kind.__name__}")
        return self.about(kind)

    def about(self, kind: type) -> list[Message]:
        return [message for message in tuple(self.passed) if isinstance(message.subject, kind)]

    def deliver(self, messages: Iterable[Message]) -> None:
        """Let these go on now, whatever the rules say."""
        wanted = list(messages)
        self._errands.append(lambda: self._deliver(wanted))
        os.eventfd_write(self._bell, 1)

    def say_hello_again(self) -> None:
        """Tell the station that the service does not know this connection."""
        self._errands.append(self._ask_for_hello)
        os.eventfd_write(self._bell, 1)

    def close(self) -> None:
        """Harmless a second time."""
        if self.is_alive():
            self._stopping = True
            os.eventfd_write(self._bell, 1)
            self.join(10)
            self._context.destroy(linger=0)
            os.close(self._bell)

    def run(self) -> None:
        """Pass messages on until closed."""
        while not self._stopping:
            poller = zmq.Poller()
            for source in (self._near, self._far, self._bell):
                poller.register(source, zmq.POLLIN)
            ready = dict(poller.poll())
            if self._bell in ready:
                self._run_errands()
            if self._far in ready:
                self._handle(understood(tuple(self._far.recv_multipart()), down=True))
            if self._near in ready:
                sender, *frames = self._near.recv_multipart()
                self._follow(sender)
                self._handle(understood(tuple(frames), down=False))

    def _run_errands(self) -> None:
        os.eventfd_read(self._bell)
        while self._errands:
            self._errands.popleft()()

    def _ask_for_hello(self) -> None:
        newest = next(message for message in reversed(self.passed) if message.comes_down)
        first = newest.rewritten(in_reply_to="0" * 32, body=codec.encode(HelloFirst()))
        self._deliver([first])

    def _follow(self, sender: bytes) -> None:
        """A new connection of the station is a new connection of ours."""
        if sender != self._station:
            self._far.close()
            self._far = self._dial()
            self._station = sender

    def _dial(self) -> "zmq.Socket[bytes]":
        far = self._context.socket(zmq.DEALER)
        far.linger = 0
        far.curve_serverkey = self._service_keys[0].encode("ascii")
        far.curve_publickey = self._station_keys[0].encode("ascii")
        far.curve_secretkey = self._station_keys[1].encode("ascii")
        far.reconnect_ivl = 50
        far.connect(self._service)
        return far

    def _handle(self, message: Message) -> None:
        rule = next((rule for rule in tuple(self.rules) if rule.applies(message)), None)
        if rule is None:
            self._deliver([message])
            return
        rule.used()
        if rule.handling == "hold":
            self.held.append(message)
        elif rule.handling == "double":
            self._deliver([message, message])

    def _deliver(self, messages: Iterable[Message]) -> None:
        for message in messages:
            if message in self.held:
                self.held.remove(message)
            self.passed.append(message)
            if not message.comes_down:
                self._far.send_multipart(message.frames)
            elif self._station is not None:
                self._near.send_multipart((self._station, *message.frames))


def understood(frames: tuple[bytes, ...], *, down: bool) -> Message:
    """Frames with what they say. Raises ProtocolError."""
    if down:
        return Message(
            frames, codec.decode_service_header(frames[1]), codec.decode_reply(frames[2])
        )
    header = codec.decode_station_header(frames[1])
    if header.kind in {"operation", "reoffer"}:
        return Message(frames, header, codec.decode_operation(frames[2]))
    return Message(frames, header, codec.decode_question(frames[2]))
