"""Questions: how many at once, whose PIN is tried, and who still waits for the answer."""

from collections.abc import Callable
from concurrent.futures import Executor, Future
from dataclasses import dataclass, field
from typing import Any

import pytest
import structlog

from service.enquiries import (
    OPEN_PER_STATION,
    WRONG_PINS_PER_CARD,
    WRONG_PINS_PER_STATION,
    Enquiries,
)
from service.ingest import Caller
from service.pins import hash_pin
from service.protocol.codec import decode_reply
from service.protocol.questions import AskItem, AskPatron
from service.protocol.refusals import RefusalCode
from service.protocol.replies import PatronAnswer, Refused, Reply, TryLater
from service.reply_sender import ReplySender
from tests.unit.service.messages import EPOCH, header, station

CARD = "04271936"
ANSWER = PatronAnswer("V. A. MẪU", None, 0, 10)
WRONG = Refused(RefusalCode.PIN_WRONG)
LOCKED = Refused(RefusalCode.PIN_LOCKED)


@dataclass
class Errands:
    """Nothing is done before `run` says so, and then at once."""

    out: list[tuple[Callable[[], Any], Callable[[Future[Any]], None]]] = field(default_factory=list)

    def send(
        self, _executor: Executor, work: Callable[[], Any], then: Callable[[Future[Any]], None]
    ) -> None:
        self.out.append((work, then))

    def run(self) -> None:
        while self.out:
            work, then = self.out.pop(0)
            future: Future[Any] = Future()
            try:
                future.set_result(work())
            except OSError as problem:
                future.set_exception(problem)
            then(future)


@dataclass
class Desk:
    """The enquiries with everything around them played."""

    hashed: str | None = None
    broken: bool = False
    now: float = 1000.0
    sent: list[Reply] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.errands = Errands()
        sender = ReplySender(self.send, EPOCH, lambda: 0)
        self.enquiries = Enquiries(
            self,
            self.errands,  # type: ignore[arg-type]
            sender,
            lambda: self.now,
            structlog.get_logger(),
        )

    def send(self, _identity: bytes, frames: tuple[bytes, ...]) -> bool:
        self.sent.append(decode_reply(frames[2]))
        return True

    def answer(self, _station: int, _question: AskPatron | AskItem) -> Reply:
        if self.broken:
            raise OSError("disk")
        return ANSWER

    def pin_hash_of(self, _card: str) -> str | None:
        return self.hashed

    def ask(self, question: AskPatron | AskItem, number: int = 1, **changed: object) -> None:
        head = header("question", **changed)
        self.enquiries.ask(Caller(station(number), b"one", head, self.now), question)


@pytest.fixture(scope="module")
def hashed() -> str:
    return hash_pin("1936")


def test_the_right_pin_opens_the_account_and_a_wrong_one_does_not(hashed: str) -> None:
    desk = Desk(hashed)
    desk.ask(AskPatron(CARD, "1936"))
    desk.ask(AskPatron(CARD, "1937"))
    desk.errands.run()
    assert desk.sent == [ANSWER, WRONG]


def test_guesses_sent_before_any_is_answered(hashed: str) -> None:
    desk = Desk(hashed)
    for _ in range(WRONG_PINS_PER_CARD + 1):
        desk.ask(AskPatron(CARD, "0000"))
    desk.errands.run()
    assert desk.sent == [LOCKED, *[WRONG] * WRONG_PINS_PER_CARD]


def test_a_thief_with_a_stations_key_tries_many_cards(hashed: str) -> None:
    desk = Desk(hashed)
    for number in range(WRONG_PINS_PER_STATION + 1):
        desk.ask(AskPatron(f"{number:08d}", "0000"))
        desk.errands.run()
    assert desk.sent == [*[WRONG] * WRONG_PINS_PER_STATION, LOCKED]
    desk.ask(AskPatron("99999999", "1936"), number=2)
    desk.errands.run()
    assert desk.sent[-1] == ANSWER


def test_a_database_that_fails_locks_nobody_out(hashed: str) -> None:
    desk = Desk(hashed, broken=True)
    for _ in range(2 * WRONG_PINS_PER_CARD):
        desk.ask(AskPatron(CARD, "1936"))
        desk.errands.run()
    assert desk.sent == [TryLater()] * 2 * WRONG_PINS_PER_CARD


def test_a_flood_of_questions_is_put_off_and_another_station_is_not() -> None:
    desk = Desk()
    for _ in range(OPEN_PER_STATION + 1):
        desk.ask(AskItem("TK.00003"))
    desk.ask(AskItem("TK.00003"), number=2)
    assert desk.sent == [TryLater()]
    desk.errands.run()
    assert desk.sent == [TryLater(), *[ANSWER] * (OPEN_PER_STATION + 1)]
    desk.ask(AskItem("TK.00003"))
    desk.errands.run()
    assert len(desk.sent) == OPEN_PER_STATION + 3


def test_a_question_that_nobody_waits_for_is_not_answered() -> None:
    desk = Desk()
    desk.ask(AskItem("TK.00003"), expires_ms=4000)
    desk.ask(AskItem("TK.00003"))
    desk.now += 4
    desk.errands.run()
    assert desk.sent == [ANSWER]
