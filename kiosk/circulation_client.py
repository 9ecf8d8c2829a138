"""The station's side of the wire contract. Moves no bytes itself and owns no rows.

Owner: the controller thread. Frames go out through `send`; what came in is told as news.
"""

from collections.abc import Callable
from dataclasses import dataclass
from time import time

import structlog

from kiosk.link_health import LinkHealth, LinkState, LinkTimes
from kiosk.link_news import (
    ClientNews,
    EpochSeen,
    HeartbeatAnswered,
    OperationAnswered,
    QuestionAnswered,
    SafeThrough,
    WentOffline,
    WentOnline,
)
from kiosk.messages_under_way import AskedQuestion, MessagesUnderWay, Subject
from kiosk.outbox.records import OperationRecord
from kiosk.service_link import LinkSignal
from kiosk.views import Hindrance
from service.protocol import codec
from service.protocol.headers import MAGIC, Kind, ServiceHeader, StationHeader
from service.protocol.identifiers import NO_MESSAGE, new_identifier
from service.protocol.questions import AskItem, AskPatron, Heartbeat, Hello, ReofferDone
from service.protocol.replies import (
    Alive,
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
        self._health = LinkHealth(times)
        self._told_reachable = False
        self.hindrance: Hindrance | None = None
        self.counters = Counters()
        self._reoffer_wanted = False
        self._under_way = MessagesUnderWay(times.answer)
        self._last_beat = (NO_MESSAGE, 0.0)
        self.last_heartbeat: HeartbeatAnswered | None = None
        self._news: list[ClientNews] = []

    @property
    def online(self) -> bool:
        """Whether messages can be sent to a service that knows this station."""
        return self._health.state is LinkState.ONLINE

    @property
    def reachable(self) -> bool:
        """Whether the service counts as there; a connection that is renewed quickly stays so."""
        return self._health.reachable

    @property
    def state(self) -> LinkState:
        """How far the connection has come."""
        return self._health.state

    @property
    def room(self) -> int:
        """How many more messages may be sent now."""
        return self._under_way.room

    @property
    def awaits_several(self) -> bool:
        """Whether more replies are on their way than the next one."""
        return self._under_way.several

    @property
    def reoffer_wanted(self) -> bool:
        """Whether the service still waits to hear that everything was offered."""
        return self._reoffer_wanted and not self._under_way.has(ReofferDone())

    def signal(self, signal: LinkSignal, now: float) -> list[ClientNews]:
        """The connection changed. A short break is not offline yet: silence decides."""
        match signal:
            case LinkSignal.CONNECTED:
                self._health.heard(now)
                self._greet(now)
            case LinkSignal.DISCONNECTED:
                self._lose_messages()
                self._health.disconnected()
            case LinkSignal.KEY_REFUSED:
                why = Hindrance.REVOKED if self.epoch else Hindrance.NOT_ENROLLED
                self._turned_away(why, LinkState.DOWN)
            case LinkSignal.OTHER_PROTOCOL:
                self._turned_away(Hindrance.PROTOCOL, LinkState.DOWN)
        return self._take_news()

    def receive(self, frames: tuple[bytes, ...], now: float) -> list[ClientNews]:
        """One message from the service. What cannot be read is logged and dropped."""
        self._health.heard(now)
        try:
            header, reply, body = _decoded(frames)
        except codec.ProtocolError as problem:
            log.warning("unreadable message from the service", problem=str(problem))
            return self._take_news()
        self._take_in(header, reply, body, now)
        return self._take_news()

    def tick(self, now: float, *, in_session: bool) -> list[ClientNews]:
        """What time brings about: heartbeats, silence, unanswered messages."""
        health = self._health
        self._under_way.forget_past(now)
        if health.falls_silent(now, in_session=in_session):
            self._lose_messages()
        if health.hello_due(now):
            self._greet(now)
        if health.welcome and self._under_way.overdue(now):
            self._lose_messages()
            health.not_answered(now)
        for question in self._under_way.take_questions_due(now):
            self._put_question(question, now)
        if health.beat_due(now, in_session=in_session):
            self.beat(now)
        health.prove(now)
        return self._take_news()

    def beat(self, now: float) -> None:
        """A sign of life; its answer tells how far away the service and its clock are."""
        beat = Heartbeat(self.counters.waiting, self.counters.broken)
        self._last_beat = self._send("heartbeat", codec.encode(beat), now), now

    def send_waiting_now(self) -> None:
        """What was put off or not taken is tried again at once."""
        self._under_way.try_everything_again()

    def next_deadline(self, *, in_session: bool) -> float | None:
        """When `tick` has something to do."""
        health = self._health.next_deadline(in_session=in_session)
        times = [] if health is None else [health]
        if self._health.welcome:
            times += self._under_way.deadlines()
        if self._news:
            times.append(0.0)
        return min(times, default=None)

    def ask(self, question: AskPatron | AskItem, mark: int, now: float) -> None:
        """Send a question; its answer, or None, comes as news with the same `mark`."""
        asked = AskedQuestion(question, mark, now)
        if self.online:
            self._put_question(asked, now)
        else:
            self._tell_answer(asked, None)

    def may_send(self, record: OperationRecord, now: float) -> bool:
        """Whether this operation is free to leave: online, not under way, not put off."""
        return self.online and self._under_way.may_send(record.key, now)

    def send_operation(self, record: OperationRecord, now: float) -> None:
        """Send, or send again, the same body."""
        self._put_operation("operation", record, (), now)

    def reoffer(self, record: OperationRecord, now: float) -> None:
        """Offer an operation to a new epoch together with the reply that it was given."""
        self._put_operation("reoffer", record, (record.reply_body or b"",), now)

    def reoffer_done(self, now: float) -> None:
        """Everything that was kept is entered."""
        message = self._send("question", codec.encode(ReofferDone()), now)
        self._under_way.sent(message, ReofferDone(), now)

    def _put_question(self, asked: AskedQuestion, now: float) -> None:
        body = codec.encode(asked.question)
        message = self._send("question", body, now, expires=self._times.answer)
        self._under_way.sent(message, asked, now)

    def _put_operation(
        self, kind: Kind, record: OperationRecord, more: tuple[bytes, ...], now: float
    ) -> None:
        attempt = self._under_way.next_attempt(record.key)
        message = self._send(kind, record.body, now, attempt=attempt, more=more)
        self._under_way.sent(message, record.key, now)

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
        self._health.greets(now)
        who, counters = self._identity, self.counters
        hello = Hello(who.instance, who.software, counters.last_sequence, counters.keeps)
        self._send("hello", codec.encode(hello), now)

    def _turned_away(self, why: Hindrance, state: LinkState) -> None:
        self.hindrance = why
        self._lose_messages()
        self._health.turned_away(state)

    def _lose_messages(self) -> None:
        """Nobody answers these any more; operations will be sent again from the outbox."""
        for asked in self._under_way.lose():
            self._tell_answer(asked, None)

    def _tell_answer(self, asked: AskedQuestion, reply: Reply | None) -> None:
        self._news.append(QuestionAnswered(asked.question, asked.mark, asked.asked_at, reply))

    def _take_news(self) -> list[ClientNews]:
        news, self._news = self._news, []
        if self.reachable is not self._told_reachable:
            self._told_reachable = self.reachable
            news.append(WentOnline() if self.reachable else WentOffline())
        return news

    def _take_in(self, header: ServiceHeader, reply: Reply, body: bytes, now: float) -> None:
        greeting = self._health.state is LinkState.GREETING
        match reply:
            case Welcome() if greeting:
                self._welcomed(header, reply, now)
            case HelloFirst() if self._health.welcome:
                self._greet(now)
            case SecondInstance() if header.in_reply_to == NO_MESSAGE:
                log.error("another machine uses this station's key; have it revoked")
            case SecondInstance() if greeting or self._health.welcome:
                self._turned_away(Hindrance.SECOND_INSTANCE, LinkState.GREETING)
            case ProtocolMismatch() if greeting:
                log.error("the service does not take this station", problem=reply.problem)
                self._turned_away(Hindrance.PROTOCOL, LinkState.GREETING)
            case _ if self._health.welcome and header.epoch == self.epoch:
                self._news.append(SafeThrough(header.safe_through))
                if isinstance(reply, Alive):
                    self._alive(header, now)
                subject = self._under_way.answered(header.in_reply_to)
                if subject is not None:
                    self._answered(subject, reply, body, now)
            case _:
                log.info("reply of another time dropped", reply=type(reply).__name__)

    def _alive(self, header: ServiceHeader, now: float) -> None:
        message, sent_at = self._last_beat
        if header.in_reply_to != message:
            return
        round_trip = now - sent_at
        offset = header.sent_at_ms / 1000 + round_trip / 2 - time()
        self.last_heartbeat = HeartbeatAnswered(round_trip, offset)
        self._news.append(self.last_heartbeat)

    def _welcomed(self, header: ServiceHeader, welcome: Welcome, now: float) -> None:
        self.hindrance = None
        self._reoffer_wanted = welcome.reoffer
        self._under_way.try_everything_again()
        if header.epoch != self.epoch:
            self.epoch = header.epoch
            self.counters.confirmed = 0  # what was confirmed before was another epoch's
            self._news.append(EpochSeen(header.epoch))
        self._health.welcomed(now)

    def _answered(self, subject: Subject, reply: Reply, body: bytes, now: float) -> None:
        if isinstance(reply, TryLater) and self._under_way.put_off(
            subject, now, self._times.try_later
        ):
            return
        if isinstance(subject, str):
            self._operation_answered(subject, reply, body, now)
        elif isinstance(subject, AskedQuestion):
            self._tell_answer(subject, reply)
        else:
            self._reoffer_wanted = False

    def _operation_answered(self, operation: str, reply: Reply, body: bytes, now: float) -> None:
        if isinstance(reply, OutcomeReply):
            self._under_way.decided(operation)
            self._news.append(OperationAnswered(operation, reply, body, self.epoch or ""))
        elif isinstance(reply, ProtocolMismatch | BodyDiffers | ForeignOperation):
            log.error("operation not taken", operation=operation, why=type(reply).__name__)
            self._under_way.stop_sending(operation)
            self.hindrance = Hindrance.PROTOCOL
        else:
            log.error("no reply to an operation", operation=operation, why=type(reply).__name__)
            self._under_way.put_off(operation, now, self._times.try_later)


def _decoded(frames: tuple[bytes, ...]) -> tuple[ServiceHeader, Reply, bytes]:
    if len(frames) != 3:
        raise codec.ProtocolError(f"{len(frames)} frames where 3 were expected")
    magic, header, body = frames
    codec.check_magic(magic)
    return codec.decode_service_header(header), codec.decode_reply(body), body
