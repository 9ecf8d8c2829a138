"""The rules of the link: who is heard, what is answered at once, what reaches the ledger."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date

import pytest
import structlog

from service.in_tray import PILE
from service.ingest import Caller
from service.protocol.codec import decode_reply, decode_service_header, encode
from service.protocol.headers import MAGIC, ServiceHeader, StationHeader
from service.protocol.identifiers import NO_MESSAGE
from service.protocol.operations import CheckIn, Operation
from service.protocol.questions import AskItem, Heartbeat, Hello, Question, ReofferDone
from service.protocol.replies import (
    Alive,
    HelloFirst,
    Lent,
    ProtocolMismatch,
    Reply,
    SecondInstance,
    TryLater,
    Welcome,
)
from service.reception import Reception
from service.reply_sender import ReplySender
from service.station_link import Envelope
from service.station_registry import Station, StationRegistry
from tests.unit.service.messages import EPOCH, KEY, frames, header, operation, station

OTHER_KEY = "Yne@$w-vo<fVvi]a<NY6T1ed:M$fCG*[IaLV{hID"
INSTANCE = "1" * 32
COPY = "2" * 32


@dataclass
class Desk:
    """The reception with everything around it played."""

    stations: Iterable[Station] = field(default_factory=lambda: [station()])
    gone: set[bytes] = field(default_factory=set)
    sent: list[tuple[bytes, ServiceHeader, Reply]] = field(default_factory=list)
    asked: list[Question] = field(default_factory=list)
    reoffered: list[str] = field(default_factory=list)
    now: float = 1000.0
    wall_ms: int = 0

    def __post_init__(self) -> None:
        self.registry = StationRegistry(self.stations)
        self.reception = Reception(
            self.registry,
            ReplySender(self.send, EPOCH, lambda: self.wall_ms),
            self,  # type: ignore[arg-type]
            lambda station: self.reoffered.append(station.name),
            structlog.get_logger(),
        )

    def send(self, identity: bytes, sent: tuple[bytes, ...]) -> bool:
        if identity in self.gone:
            return False
        magic, head, body = sent
        assert magic == MAGIC
        self.sent.append((identity, decode_service_header(head), decode_reply(body)))
        return True

    def ask(self, _caller: Caller, question: Question) -> None:
        self.asked.append(question)

    def take(
        self,
        head: StationHeader,
        content: Operation | Question,
        *,
        identity: bytes = b"one",
        key: str = KEY,
    ) -> Reply | None:
        """What the message is answered with at once."""
        return self.take_frames(frames(head, content), identity=identity, key=key)

    def take_frames(
        self, message: tuple[bytes, ...], *, identity: bytes = b"one", key: str = KEY
    ) -> Reply | None:
        before = len(self.sent)
        self.reception.take(Envelope(identity, key, message), self.now)
        mine = [reply for to, _, reply in self.sent[before:] if to == identity]
        return mine[-1] if mine else None

    def hello(
        self,
        *,
        identity: bytes = b"one",
        instance: str = INSTANCE,
        epoch: str | None = EPOCH,
        confirmed: int = 0,
        last_sequence: int = 1000,
    ) -> Reply | None:
        said = Hello(instance, "test", last_sequence, keeps=0)
        head = header("hello", epoch=epoch, confirmed=confirmed)
        return self.take(head, said, identity=identity)


def test_hello_first() -> None:
    desk = Desk()
    assert desk.take(header(), operation()) == HelloFirst()
    assert not desk.reception.has_work


def test_after_hello_an_operation_waits_for_the_ledger() -> None:
    desk = Desk()
    assert desk.hello() == Welcome("Station 1", "Thư viện tỉnh Sơn Khê", reoffer=False)
    assert desk.take(header(), operation()) is None
    assert len(desk.reception.tray.next_batch()) == 1


@pytest.mark.parametrize(("seconds", "late"), [(0.0, False), (0.2, False), (0.3, True), (60, True)])
def test_a_return_that_was_held_up_on_the_line_takes_the_moment_of_the_act(
    seconds: float, late: bool
) -> None:
    """It was sent at once: only messages that were faster tell how long this one took."""
    desk = Desk()
    desk.hello()
    desk.now += seconds
    desk.take(header(), operation(1, CheckIn("TK.00003")))
    desk.take(header(), operation(2))
    returned, lent = desk.reception.tray.next_batch()
    assert (returned.arrived.born_ms is not None) is late
    assert lent.arrived.born_ms is None


def test_a_return_of_before_the_last_start_is_decided_as_of_now() -> None:
    """Wall clocks of stations are wrong, and an early one would let the loan run on."""
    desk = Desk()
    desk.hello()
    desk.take(header(), operation(1, CheckIn("TK.00003"), boot="c" * 32, monotonic_ms=0))
    (returned,) = desk.reception.tray.next_batch()
    assert returned.arrived.born_ms is None


def test_a_message_of_another_epoch_reaches_nothing() -> None:
    desk = Desk()
    desk.hello()
    for epoch in (None, "d" * 32):
        assert desk.take(header(epoch=epoch), operation()) == HelloFirst()
        question = header("question", epoch=epoch)
        assert desk.take(question, AskItem(item="TK.00003")) == HelloFirst()
    assert not desk.reception.has_work
    assert not desk.asked


def test_a_station_of_the_former_epoch_is_asked_to_offer_what_it_keeps() -> None:
    desk = Desk()
    welcome = desk.hello(epoch="d" * 32, confirmed=900)
    assert isinstance(welcome, Welcome)
    assert welcome.reoffer
    assert desk.reception.take_confirmed() == {}


def test_re_offered_acts_keep_the_stations_order_however_long_their_messages_took() -> None:
    """A return and the loan after it, a moment apart; the message of the first was slow."""
    desk = Desk()
    desk.hello(epoch="d" * 32)
    given = encode(Lent("TK.00003", "Dư địa chí", "Sơn Khê", date(2026, 12, 2)))
    first, second = operation(1, CheckIn("TK.00003"), monotonic_ms=1), operation(2, monotonic_ms=2)
    for act, wall_ms in ((first, 100_050), (second, 100_000)):
        desk.wall_ms = wall_ms
        desk.take_frames((*frames(header("reoffer"), act), given))
    batch = desk.reception.tray.next_batch()
    moments = {w.arrived.operation.sequence: w.arrived.born_ms or 0 for w in batch}
    assert moments[1] <= moments[2]


def test_what_a_station_confirmed_before_the_restore_is_not_confirmed_now() -> None:
    desk = Desk()
    desk.hello(epoch="d" * 32)
    desk.take(header(confirmed=900), operation(901))
    assert desk.reception.take_confirmed() == {}
    assert desk.take(header("question", confirmed=900), ReofferDone()) == Alive()
    assert desk.reoffered == ["Station 1"]
    desk.take(header(confirmed=901), operation(902))
    assert desk.reception.take_confirmed() == {1: 901}


def test_a_station_killed_while_it_re_offered_is_asked_again() -> None:
    desk = Desk([station(reoffer_awaited=True)])
    welcome = desk.hello(epoch=EPOCH)
    assert isinstance(welcome, Welcome)
    assert welcome.reoffer


def test_an_old_connection_of_the_same_process_has_to_say_hello() -> None:
    desk = Desk()
    desk.hello(identity=b"one")
    desk.hello(identity=b"two")
    assert desk.take(header(), operation(), identity=b"one") == HelloFirst()
    assert desk.take(header(), operation(), identity=b"two") is None


def test_a_copied_card_is_refused_and_both_are_told() -> None:
    desk = Desk()
    desk.hello()
    assert desk.hello(identity=b"two", instance=COPY) == SecondInstance()
    told = [(to, head.in_reply_to) for to, head, reply in desk.sent if reply == SecondInstance()]
    assert told[0] == (b"one", NO_MESSAGE)
    assert desk.take(header(), operation(), identity=b"two") == HelloFirst()
    assert desk.take(header(), operation(), identity=b"one") is None


def test_a_copy_that_tries_again_and_again_disturbs_the_first_but_once() -> None:
    desk = Desk()
    desk.hello()
    for _ in range(5):
        assert desk.hello(identity=b"two", instance=COPY) == SecondInstance()
    told = [reply for to, _, reply in desk.sent if to == b"one"]
    assert told.count(SecondInstance()) == 1


def test_a_station_restarted_after_a_kill_need_not_wait_for_its_own_ghost() -> None:
    desk = Desk()
    desk.hello(identity=b"one")
    desk.gone.add(b"one")
    assert isinstance(desk.hello(identity=b"two", instance=COPY), Welcome)


def test_a_connection_that_hangs_is_given_up_after_fifteen_seconds() -> None:
    desk = Desk()
    desk.hello()
    desk.now += 14.9
    assert desk.hello(identity=b"two", instance=COPY) == SecondInstance()
    desk.now += 0.1
    assert isinstance(desk.hello(identity=b"two", instance=COPY), Welcome)


def test_a_heartbeat_keeps_a_connection_alive() -> None:
    desk = Desk()
    desk.hello()
    desk.now += 14
    beat = Heartbeat(waiting=3, broken=("pad",))
    assert desk.take(header("heartbeat"), beat) == Alive()
    desk.now += 14
    assert desk.hello(identity=b"two", instance=COPY) == SecondInstance()
    connection = desk.registry.connection_of(station())
    assert connection is not None
    assert (connection.waiting, connection.broken) == (3, ("pad",))


def test_messages_of_a_revoked_key_are_dropped_on_an_open_connection() -> None:
    desk = Desk()
    desk.hello()
    desk.registry.replace([station(enabled=False)])
    assert desk.take(header(), operation()) is None
    assert desk.hello() is None
    assert not desk.reception.has_work


def test_a_key_that_nobody_enrolled_gets_nothing_through() -> None:
    desk = Desk()
    desk.hello()
    assert desk.take(header(), operation(), identity=b"two", key=OTHER_KEY) is None
    assert not desk.reception.has_work


def test_another_version_is_answered_to_its_message_and_stored_nowhere() -> None:
    desk = Desk()
    desk.hello()
    _, head, body = frames(header(), operation())
    reply = desk.take_frames((b"muontra/2", head, body))
    assert isinstance(reply, ProtocolMismatch)
    assert "muontra/2" in reply.problem
    assert desk.sent[-1][1].in_reply_to in head.decode()
    assert not desk.reception.has_work


def test_a_hostile_field_name_gives_an_answer_that_can_be_read() -> None:
    desk = Desk()
    body = encode(operation()).replace(b'"act":{', b'"act":{"' + b"x" * 5000 + b'":1,')
    reply = desk.take_frames((MAGIC, encode(header()), body))
    assert isinstance(reply, ProtocolMismatch)
    assert "unknown field `xxx" in reply.problem


def test_a_station_whose_disk_was_put_back_is_refused() -> None:
    desk = Desk([station(confirmed_through=500)])
    reply = desk.hello(last_sequence=499)
    assert isinstance(reply, ProtocolMismatch)
    assert "give it a new key" in reply.problem
    assert isinstance(desk.hello(last_sequence=500), Welcome)


def test_a_station_that_floods_is_told_to_try_later() -> None:
    desk = Desk()
    desk.hello()
    answers = [desk.take(header(), operation(number)) for number in range(PILE + 1)]
    assert answers == [None] * PILE + [TryLater()]


def test_a_confirmation_is_stored_once() -> None:
    desk = Desk()
    desk.hello(confirmed=5)
    assert desk.reception.take_confirmed() == {1: 5}
    desk.take(header("heartbeat", confirmed=5), Heartbeat(waiting=0))
    desk.take(header("heartbeat", confirmed=4), Heartbeat(waiting=0))
    assert not desk.reception.has_work
    desk.take(header("heartbeat", confirmed=6), Heartbeat(waiting=0))
    assert desk.reception.take_confirmed() == {1: 6}


def test_a_reoffered_operation_keeps_the_reply_it_was_given() -> None:
    desk = Desk()
    desk.hello()
    given = Lent("TK.00003", "Mùa mận", "An", due=date(2026, 12, 1))
    message = (*frames(header("reoffer"), operation()), encode(given))
    assert desk.take_frames(message) is None
    (waiting,) = desk.reception.tray.next_batch()
    assert waiting.arrived.given == given
    assert not waiting.live


@pytest.mark.parametrize("garbage", [(), (b"",), (b"", b""), (b"GET / HTTP/1.1", b"x", b"y")])
def test_garbage_disturbs_nobody(garbage: tuple[bytes, ...]) -> None:
    desk = Desk()
    desk.hello()
    assert isinstance(desk.take_frames(garbage), ProtocolMismatch)
    assert desk.take(header(), operation()) is None
    assert desk.reception.has_work
