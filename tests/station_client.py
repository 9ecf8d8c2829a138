"""A small station for tests: DEALER with CURVE, speaking the wire contract without any store.

Everything waits with a deadline; what does not come raises AssertionError.
"""

from dataclasses import dataclass, field
from time import monotonic, time_ns
from types import TracebackType
from typing import Self

import zmq
from zmq.utils.monitor import recv_monitor_message

from service.protocol.codec import decode_reply, decode_service_header, encode
from service.protocol.headers import MAGIC, Kind, ServiceHeader, StationHeader
from service.protocol.identifiers import Epoch, MessageId, new_identifier
from service.protocol.operations import Act, Operation
from service.protocol.questions import Hello, Question
from service.protocol.replies import OutcomeReply, Reply, Welcome

Frames = tuple[bytes, ...]


class NoAnswer(AssertionError):
    """What was waited for did not come in time."""


@dataclass(frozen=True, slots=True)
class KeyPair:
    """CURVE keys as Z85 text."""

    public: str
    secret: str

    @classmethod
    def make(cls) -> "KeyPair":
        public, secret = zmq.curve_keypair()
        return cls(public.decode("ascii"), secret.decode("ascii"))


def curve_dealer(
    context: "zmq.Context[zmq.Socket[bytes]]", service_key: str, keys: KeyPair
) -> "zmq.Socket[bytes]":
    """A station's socket, not connected yet."""
    socket = context.socket(zmq.DEALER)
    socket.linger = 0
    socket.immediate = True
    socket.curve_serverkey = service_key.encode("ascii")
    socket.curve_publickey = keys.public.encode("ascii")
    socket.curve_secretkey = keys.secret.encode("ascii")
    return socket


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back for one message."""

    header: ServiceHeader
    reply: Reply
    body: bytes


@dataclass
class StationClient:
    """One process of a station, as the service sees it."""

    endpoint: str
    service_key: str
    keys: KeyPair
    instance: str = field(default_factory=new_identifier)
    boot: str = field(default_factory=new_identifier)
    epoch: Epoch | None = None
    last_sequence: int = 0
    confirmed: int = 0

    def __post_init__(self) -> None:
        self.context: zmq.Context[zmq.Socket[bytes]] = zmq.Context()
        self._answers: dict[MessageId, list[Answer]] = {}
        self.connect()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        problem: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.context.destroy(linger=0)

    def connect(self, **options: int | bytes) -> None:
        """A new connection, as after a cut cable; call `hello` afterwards."""
        self.socket = curve_dealer(self.context, self.service_key, self.keys)
        for name, value in options.items():
            setattr(self.socket, name, value)
        self.monitor = self.socket.get_monitor_socket()
        self.socket.connect(self.endpoint)

    def hang_up(self) -> None:
        """The connection is gone for good."""
        self.socket.disable_monitor()
        self.monitor.close()
        self.socket.close()

    # --- speaking -----------------------------------------------------------------------------

    def header(self, kind: Kind, **changed: object) -> StationHeader:
        facts: dict[str, object] = {
            "message": new_identifier(),
            "kind": kind,
            "attempt": 1,
            "sent_at_ms": time_ns() // 1_000_000,
            "boot": self.boot,
            "monotonic_ms": int(monotonic() * 1000),
            "confirmed": self.confirmed,
            "epoch": self.epoch,
        }
        return StationHeader(**(facts | changed))  # type: ignore[arg-type]

    def send(self, header: StationHeader, body: bytes, *more: bytes) -> MessageId:
        """Send a message with this body; returns the message's id. Raises NoAnswer."""
        self.send_frames((MAGIC, encode(header), body, *more))
        return header.message

    def send_frames(self, frames: Frames, seconds: float = 10.0) -> None:
        """Waits for the connection, or for a full one to take more."""
        self.socket.sndtimeo = int(seconds * 1000)
        try:
            self.socket.send_multipart(frames)
        except zmq.Again as problem:
            raise NoAnswer(f"no connection within {seconds} s") from problem

    def operation(self, act: Act, **changed: object) -> Operation:
        """A new operation with the station's next sequence."""
        self.last_sequence += 1
        facts: dict[str, object] = {
            "operation": new_identifier(),
            "sequence": self.last_sequence,
            "boot": self.boot,
            "monotonic_ms": int(monotonic() * 1000),
            "wall_ms": time_ns() // 1_000_000,
            "act": act,
        }
        return Operation(**(facts | changed))  # type: ignore[arg-type]

    def send_operation(self, operation: Operation, **changed: object) -> MessageId:
        return self.send(self.header("operation", **changed), encode(operation))

    # --- conversations ------------------------------------------------------------------------

    def greet(self) -> MessageId:
        """Say Hello; the answer is still to come."""
        hello = Hello(self.instance, "test", self.last_sequence, keeps=0)
        return self.send(self.header("hello"), encode(hello))

    def say_hello(self, seconds: float = 10.0) -> Reply:
        """Say Hello and take on the epoch of whoever answers."""
        answer = self.answer(self.greet(), seconds)
        if isinstance(answer.reply, Welcome):
            self.epoch = answer.header.epoch
        return answer.reply

    def hello(self, seconds: float = 10.0) -> Welcome:
        reply = self.say_hello(seconds)
        assert isinstance(reply, Welcome), reply
        return reply

    def ask(self, question: Question, kind: Kind = "question", seconds: float = 10.0) -> Reply:
        return self.answer(self.send(self.header(kind), encode(question)), seconds).reply

    def do(self, act: Act) -> Reply:
        """One new operation and its reply."""
        return self.settle(self.operation(act))

    def settle(self, operation: Operation) -> Reply:
        """Send an operation, perhaps again, and wait for its reply."""
        return self.answer(self.send_operation(operation)).reply

    def reoffer(self, operation: Operation, given: OutcomeReply) -> Reply:
        message = self.send(self.header("reoffer"), encode(operation), encode(given))
        return self.answer(message).reply

    # --- listening ----------------------------------------------------------------------------

    def answer(self, message: MessageId, seconds: float = 10.0) -> Answer:
        """The answer to this message; answers to others are kept for their turn."""
        deadline = monotonic() + seconds
        while not self._answers.get(message):
            left = deadline - monotonic()
            if left <= 0:
                raise NoAnswer(f"no answer within {seconds} s")
            if self.socket.poll(max(1, int(left * 1000))):
                self._keep()
        return self._answers[message].pop(0)

    def hears_nothing(self, seconds: float = 0.3) -> bool:
        """True if no message at all comes within this time."""
        return not self.socket.poll(int(seconds * 1000))

    def drain(self, seconds: float = 0.5) -> int:
        """Throw away what has come; returns how many messages it was."""
        drained = 0
        while self.socket.poll(int(seconds * 1000)):
            self.socket.recv_multipart()
            drained += 1
        return drained

    def wait_for_event(self, *events: int, seconds: float = 10.0) -> int:
        """The first of these monitor events."""
        deadline = monotonic() + seconds
        while True:
            left = deadline - monotonic()
            assert left > 0, f"none of the events {events} within {seconds} s"
            if self.monitor.poll(max(1, int(left * 1000))):
                event = int(recv_monitor_message(self.monitor)["event"])
                if event in events:
                    return event

    def _keep(self) -> None:
        magic, header_frame, body = self.socket.recv_multipart()
        assert magic == MAGIC
        header = decode_service_header(header_frame)
        answer = Answer(header, decode_reply(body), body)
        self._answers.setdefault(header.in_reply_to, []).append(answer)
