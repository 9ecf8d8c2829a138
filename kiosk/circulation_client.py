"""The station's side of the wire contract. Moves no bytes itself and owns no rows.

Owner: the controller thread. Frames go out through `send`; what came in is told as news.
Link times are one table (docs/protocols/link.md, "Times").
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum
from time import time

import msgspec
import structlog

from kiosk.outbox.records import OperationRecord
from kiosk.service_link import LinkSignal
from kiosk.views import Hindrance
from service.protocol import codec
from service.protocol.headers import MAGIC, Kind, ServiceHeader, StationHeader
from service.protocol.identifiers import new_identifier
from service.protocol.questions import AskItem, AskPatron, Heartbeat, Hello, Question, ReofferDone
from service.protocol.replies import (
    BodyDiffers,
    ForeignOperation,
    HelloFirst,
    OutcomeReply,
    ProtocolMismatch,
    Reply,
    SecondInstance,
    TryLater,
    Welcome,
)

log = structlog.get_logger()


class LinkTimes(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """All times of the link in seconds."""

    beat: float = 10.0
    beat_in_session: float = 1.0
    silent: float = 15.0
    silent_in_session: float = 4.0
    answer: float = 4.0
    online_again: float = 10.0
    hello_again: float = 5.0
    try_later: float = 1.0


class LinkState(StrEnum):
    """DOWN: no connection. GREETING: Hello was said. QUIET: proving itself. ONLINE: in use."""

    DOWN = "down"
    GREETING = "greeting"
    QUIET = "quiet"
    ONLINE = "online"


@dataclass(frozen=True, slots=True)
class WentOnline:
    """Operations may be sent."""


@dataclass(frozen=True, slots=True)
class WentOffline:
    """What is undecided stays undecided."""


@dataclass(frozen=True, slots=True)
class EpochSeen:
    """The service's epoch, to be written down before anything is confirmed in it."""

    epoch: str


@dataclass(frozen=True, slots=True)
class SafeThrough:
    """What lies at or below may be forgotten."""

    sequence: int


@dataclass(frozen=True, slots=True)
class OperationAnswered:
    """The service decided."""

    operation: str
    reply: OutcomeReply
    body: bytes
    epoch: str


@dataclass(frozen=True, slots=True)
class QuestionAnswered:
    """The reply to a question; None when none came in time. `asked_at` in monotonic seconds."""

    question: AskPatron | AskItem
    mark: int
    asked_at: float
    reply: Reply | None


ClientNews = (
    WentOnline | WentOffline | EpochSeen | SafeThrough | OperationAnswered | QuestionAnswered
)


@dataclass(frozen=True, slots=True)
class Waiting:
    """A message that no reply has come to. `subject`: an operation's key, or a question."""

    subject: "str | Question"
    sent_at: float
    mark: int = 0


@dataclass(frozen=True, slots=True)
class Identity:
    """Who this process is."""

    boot: str
    instance: str
    software: str


@dataclass(slots=True)
class Counters:
    """What header and heartbeat tell of the outbox; set by the controller."""

    confirmed: int = 0
    last_sequence: int = 0
    waiting: int = 0
    keeps: int = 0
    broken: tuple[str, ...] = ()


@dataclass(slots=True)
class _Flight:
    """Messages under way, and when an operation may be tried again."""

    messages: dict[str, Waiting] = field(default_factory=dict)
    attempts: dict[str, int] = field(default_factory=dict)
    not_before: dict[str, float] = field(default_factory=dict)
    stuck: set[str] = field(default_factory=set)


class CirculationClient:
    """Hello, heartbeats, questions, operations, and what the replies mean for the link."""

    def __init__(
        self,
        identity: Identity,
        epoch: str | None,
        send: Callable[[tuple[bytes, ...]], None],
        times: LinkTimes,
    ) -> None:
        self._identity = identity
        self.epoch = epoch
        self._send_frames = send
        self._times = times
        self.state = LinkState.DOWN
        self.hindrance: Hindrance | None = None
        self.counters = Counters()
        self._flight = _Flight()
        self._heard_at = 0.0
        self._beat_at = 0.0
        self._greeted_at = 0.0
        self._proved_at = 0.0
        self._announced = False
        self._broken_off = False
        self.reoffer_wanted = False
        self._news: list[ClientNews] = []

    @property
    def online(self) -> bool:
        """Whether messages can be sent to a service that knows this station."""
        return self.state is LinkState.ONLINE

    @property
    def reachable(self) -> bool:
        """Whether the service counts as there; a connection that is renewed quickly stays so."""
        return self._announced

    def signal(self, signal: LinkSignal, now: float) -> list[ClientNews]:
        """The connection changed. A short break is not offline yet: silence decides."""
        match signal:
            case LinkSignal.CONNECTED:
                self._heard_at = now
                self._greet(now)
            case LinkSignal.DISCONNECTED:
                self._lose_messages()
                self.state = LinkState.DOWN
            case LinkSignal.KEY_REFUSED:
                self.hindrance = Hindrance.REVOKED if self.epoch else Hindrance.NOT_ENROLLED
                self._go_offline(LinkState.DOWN)
            case LinkSignal.OTHER_PROTOCOL:
                self.hindrance = Hindrance.PROTOCOL
                self._go_offline(LinkState.DOWN)
        return self._take_news()

    def receive(self, frames: tuple[bytes, ...], now: float) -> list[ClientNews]:
        """One message from the service. What cannot be read is logged and dropped."""
        self._heard_at = now
        try:
            header, reply, body = _decoded(frames)
        except codec.ProtocolError as problem:
            log.warning("unreadable message from the service", problem=str(problem))
            return []
        self._take_in(header, reply, body, now)
        return self._take_news()

    def tick(self, now: float, *, in_session: bool) -> list[ClientNews]:
        """What time brings about: heartbeats, silence, unanswered messages."""
        self._flight.not_before = {k: t for k, t in self._flight.not_before.items() if t > now}
        if self._announced and now >= self._heard_at + self._silent(in_session):
            self._go_offline(self.state)
        if self.state is LinkState.GREETING and now >= self._greeted_at + self._times.hello_again:
            self._greet(now)
        elif self.state in {LinkState.QUIET, LinkState.ONLINE}:
            self._watch(now, in_session=in_session)
        return self._take_news()

    def next_deadline(self, *, in_session: bool) -> float | None:
        """When `tick` has something to do."""
        times: list[float] = []
        if self._announced:
            times.append(self._heard_at + self._silent(in_session))
        if self.state is LinkState.GREETING:
            times.append(self._greeted_at + self._times.hello_again)
        if self.state in {LinkState.QUIET, LinkState.ONLINE}:
            times.append(self._beat_at + self._beat(in_session))
            times += [m.sent_at + self._times.answer for m in self._flight.messages.values()]
            times += self._flight.not_before.values()
        if self.state is LinkState.QUIET:
            times.append(self._proved_at)
        return min(times, default=None)

    def ask(self, question: AskPatron | AskItem, mark: int, now: float) -> None:
        """Send a question; its answer, or None, comes as news with the same `mark`."""
        message = self._send("question", codec.encode(question), now, expires=self._times.answer)
        self._flight.messages[message] = Waiting(question, now, mark)

    def may_send(self, record: OperationRecord, now: float) -> bool:
        """Whether this operation is free to leave: online, not under way, not put off."""
        flight = self._flight
        if not self.online or record.key in flight.stuck:
            return False
        if now < flight.not_before.get(record.key, 0.0):
            return False
        return all(waiting.subject != record.key for waiting in flight.messages.values())

    def send_operation(self, record: OperationRecord, now: float) -> None:
        """Send, or send again, the same body."""
        self._put_operation("operation", record, (), now)

    def reoffer(self, record: OperationRecord, now: float) -> None:
        """Offer an operation to a new epoch together with the reply that it was given."""
        self._put_operation("reoffer", record, (record.reply_body or b"",), now)

    def reoffer_done(self, now: float) -> None:
        """Everything that was kept is entered."""
        self.reoffer_wanted = False
        message = self._send("question", codec.encode(ReofferDone()), now)
        self._flight.messages[message] = Waiting(ReofferDone(), now)

    def _put_operation(
        self, kind: Kind, record: OperationRecord, more: tuple[bytes, ...], now: float
    ) -> None:
        flight = self._flight
        attempt = flight.attempts[record.key] = flight.attempts.get(record.key, 0) + 1
        flight.not_before.pop(record.key, None)
        message = self._send(kind, record.body, now, attempt=attempt, more=more)
        flight.messages[message] = Waiting(record.key, now)

    def _send(
        self,
        kind: Kind,
        body: bytes,
        now: float,
        *,
        attempt: int = 1,
        expires: float | None = None,
        more: tuple[bytes, ...] = (),
    ) -> str:
        header = StationHeader(
            message=new_identifier(),
            kind=kind,
            attempt=attempt,
            sent_at_ms=int(time() * 1000),
            boot=self._identity.boot,
            monotonic_ms=int(now * 1000),
            confirmed=self.counters.confirmed,
            epoch=self.epoch,
            expires_ms=int(expires * 1000) if expires is not None else None,
        )
        self._send_frames((MAGIC, codec.encode(header), body, *more))
        return header.message

    def _greet(self, now: float) -> None:
        self._lose_messages()
        self._greeted_at = now
        self.state = LinkState.GREETING
        counters = self.counters
        hello = Hello(
            self._identity.instance, self._identity.software, counters.last_sequence, counters.keeps
        )
        self._send("hello", codec.encode(hello), now)

    def _watch(self, now: float, *, in_session: bool) -> None:
        if any(now >= m.sent_at + self._times.answer for m in self._flight.messages.values()):
            self._go_offline(LinkState.QUIET)
            self._proved_at = now + self._times.online_again
        if now >= self._beat_at + self._beat(in_session):
            self._beat_at = now
            beat = Heartbeat(self.counters.waiting, self.counters.broken)
            self._send("heartbeat", codec.encode(beat), now)
        if self.state is LinkState.QUIET and now >= self._proved_at:
            self._go_online()

    def _beat(self, in_session: bool) -> float:
        return self._times.beat_in_session if in_session else self._times.beat

    def _silent(self, in_session: bool) -> float:
        return self._times.silent_in_session if in_session else self._times.silent

    def _go_online(self) -> None:
        self.state = LinkState.ONLINE
        self._announced = True
        self._news.append(WentOnline())

    def _go_offline(self, state: LinkState) -> None:
        self._lose_messages()
        self.state = state
        if self._announced:
            self._announced = False
            self._broken_off = True
            self._news.append(WentOffline())

    def _lose_messages(self) -> None:
        """Nobody answers these any more; operations will be sent again from the outbox."""
        for waiting in self._flight.messages.values():
            if isinstance(waiting.subject, AskPatron | AskItem):
                self._question_answered(waiting, waiting.subject, None)
        self._flight.messages.clear()

    def _question_answered(
        self, waiting: Waiting, question: AskPatron | AskItem, reply: Reply | None
    ) -> None:
        self._news.append(QuestionAnswered(question, waiting.mark, waiting.sent_at, reply))

    def _take_news(self) -> list[ClientNews]:
        news, self._news = self._news, []
        return news

    def _take_in(self, header: ServiceHeader, reply: Reply, body: bytes, now: float) -> None:
        match reply:
            case Welcome():
                self.reoffer_wanted = reply.reoffer
                self._welcomed(header, now)
                return
            case HelloFirst():
                self._greet(now)
                return
            case SecondInstance():
                self.hindrance = Hindrance.SECOND_INSTANCE
                self._go_offline(LinkState.GREETING)
                return
            case _:
                pass
        if header.epoch != self.epoch or self.state is LinkState.GREETING:
            return
        self._news.append(SafeThrough(header.safe_through))
        waiting = self._flight.messages.pop(header.in_reply_to, None)
        if waiting is not None:
            self._answered(waiting, reply, body, now)

    def _welcomed(self, header: ServiceHeader, now: float) -> None:
        if self.state is not LinkState.GREETING:
            return
        self.hindrance = None
        self._flight.stuck.clear()
        if header.epoch != self.epoch:
            self.epoch = header.epoch
            self._news.append(EpochSeen(header.epoch))
        if self._broken_off:
            self._broken_off = False
            self.state = LinkState.QUIET
            self._proved_at = now + self._times.online_again
        else:
            self._go_online()

    def _answered(self, waiting: Waiting, reply: Reply, body: bytes, now: float) -> None:
        subject = waiting.subject
        if isinstance(subject, AskPatron | AskItem):
            self._question_answered(waiting, subject, reply)
        elif isinstance(subject, str):
            self._operation_answered(subject, reply, body, now)

    def _operation_answered(self, operation: str, reply: Reply, body: bytes, now: float) -> None:
        match reply:
            case TryLater():
                self._flight.not_before[operation] = now + self._times.try_later
            case ProtocolMismatch() | BodyDiffers() | ForeignOperation():
                log.error("operation not taken", operation=operation, why=type(reply).__name__)
                self._flight.stuck.add(operation)
                self.hindrance = Hindrance.PROTOCOL
            case _:
                self._flight.attempts.pop(operation, None)
                outcome = codec.decode_outcome(body)
                epoch = self.epoch or ""
                self._news.append(OperationAnswered(operation, outcome, body, epoch))


def _decoded(frames: tuple[bytes, ...]) -> tuple[ServiceHeader, Reply, bytes]:
    if len(frames) != 3:
        raise codec.ProtocolError(f"{len(frames)} frames where 3 were expected")
    magic, header, body = frames
    codec.check_magic(magic)
    return codec.decode_service_header(header), codec.decode_reply(body), body
