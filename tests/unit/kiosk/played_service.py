"""The service's side of the link played by hand: no socket, no thread, no clock."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from kiosk.circulation_client import CirculationClient, Identity
from kiosk.link_health import LinkTimes
from kiosk.link_news import ClientNews, OperationAnswered, QuestionAnswered
from kiosk.outbox.records import OperationRecord
from kiosk.service_link import LinkSignal
from service.protocol import codec
from service.protocol.headers import MAGIC, ServiceHeader, StationHeader
from service.protocol.operations import Operation
from service.protocol.questions import AskItem, AskPatron, Question
from service.protocol.replies import Reply, Welcome
from tests.unit.kiosk.operations import EPOCH

WHO = Identity(boot="b0" * 16, instance="a1" * 16, software="muontra test")
WELCOME = Welcome("kiosk-1", "Thư viện tỉnh", reoffer=False)


@dataclass(frozen=True)
class Sent:
    """One message that the station sent."""

    frames: tuple[bytes, ...]
    header: StationHeader
    content: Operation | Question

    @property
    def kind(self) -> str:
        return self.header.kind


@dataclass
class PlayedService:
    """Moves time, sends replies, and remembers what the station sent and told."""

    known_epoch: str | None = EPOCH
    epoch: str = EPOCH
    now: float = 1000.0
    in_session: bool = False
    times: LinkTimes = field(default_factory=LinkTimes)
    sent: list[Sent] = field(default_factory=list)
    told: list[ClientNews] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.client = CirculationClient(WHO, self.known_epoch, self._take, self.times)

    def _take(self, frames: tuple[bytes, ...]) -> None:
        assert frames[0] == MAGIC
        header = codec.decode_station_header(frames[1])
        is_operation = header.kind in {"operation", "reoffer"}
        decode = codec.decode_operation if is_operation else codec.decode_question
        self.sent.append(Sent(frames, header, decode(frames[2])))

    def signal(self, signal: LinkSignal) -> list[ClientNews]:
        return self._tell(self.client.signal(signal, self.now))

    def connect(self) -> Sent:
        """The connection stands; returns the Hello."""
        self.signal(LinkSignal.CONNECTED)
        return self.last("hello")

    def come_online(self) -> None:
        self.answer(self.connect(), WELCOME)
        assert self.client.online

    def reply_frames(
        self, to: str, reply: Reply, epoch: str | None = None, safe_through: int = 0
    ) -> tuple[bytes, bytes, bytes]:
        header = ServiceHeader(
            in_reply_to=to, epoch=epoch or self.epoch, sent_at_ms=0, safe_through=safe_through
        )
        return MAGIC, codec.encode(header), codec.encode(reply)

    def answer(self, sent: Sent, reply: Reply, **more: object) -> list[ClientNews]:
        frames = self.reply_frames(sent.header.message, reply, **more)  # type: ignore[arg-type]
        return self.hear(frames)

    def hear(self, frames: Sequence[bytes]) -> list[ClientNews]:
        return self._tell(self.client.receive(tuple(frames), self.now))

    def tick(self) -> list[ClientNews]:
        return self._tell(self.client.tick(self.now, in_session=self.in_session))

    def later(self, seconds: float, *, answering: Reply | None = None) -> list[ClientNews]:
        """Time passes as the controller lets it: from deadline to deadline.

        `answering`: each heartbeat is answered with this.
        """
        start, end = len(self.told), self.now + seconds
        while True:
            deadline = self.client.next_deadline(in_session=self.in_session)
            self.now = end if deadline is None else min(end, max(deadline, self.now))
            before = len(self.sent)
            self.tick()
            for beat in self.sent[before:]:
                if answering is not None and beat.kind == "heartbeat":
                    self.answer(beat, answering)
            if self.now >= end:
                return self.told[start:]

    def ask(self, question: AskPatron | AskItem, mark: int = 0) -> Sent:
        self.client.ask(question, mark, self.now)
        return self.sent[-1]

    def send(self, record: OperationRecord) -> Sent:
        assert self.client.may_send(record, self.now)
        self.client.send_operation(record, self.now)
        return self.sent[-1]

    def last(self, kind: str) -> Sent:
        return [sent for sent in self.sent if sent.kind == kind][-1]

    def every(self, kind: str) -> list[Sent]:
        return [sent for sent in self.sent if sent.kind == kind]

    def _tell(self, news: list[ClientNews]) -> list[ClientNews]:
        self.told += news
        return news


def decided(news: list[ClientNews]) -> list[str]:
    """Keys of operations that were told as answered."""
    return [each.operation for each in news if isinstance(each, OperationAnswered)]


def answers(news: list[ClientNews]) -> list[Reply | None]:
    """Replies to questions."""
    return [each.reply for each in news if isinstance(each, QuestionAnswered)]
