"""Questions: answered by reading, beside the writing of the ledger, so that neither waits.

A PIN is checked in the same errand as the question that it opens; argon2 takes its time in a
thread of its own. The question is forgotten when nobody waits for its answer any more.
"""

from collections import Counter
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from functools import partial
from typing import Protocol

from structlog.typing import FilteringBoundLogger

from service.errands import Errands
from service.ingest import Caller
from service.logs import kind_of
from service.pins import GuessBrake, pin_matches
from service.protocol.questions import AskItem, AskPatron
from service.protocol.refusals import RefusalCode
from service.protocol.replies import PatronAnswer, Refused, Reply, TryLater
from service.reply_sender import ReplySender

OPEN_PER_STATION = 16
PIN_WORKERS = 2
WRONG_PINS_PER_CARD = 5
WRONG_PINS_PER_STATION = 40  # a thief with a station's key has no more tries than that either


PIN_WRONG = Refused(RefusalCode.PIN_WRONG)
PIN_LOCKED = Refused(RefusalCode.PIN_LOCKED)


class Reader(Protocol):
    """What reads the ledger; may be called from any thread."""

    def answer(self, station: int, question: AskPatron | AskItem) -> Reply: ...

    def pin_hash_of(self, card: str) -> str | None: ...


class Enquiries:
    """Owner: the link thread."""

    def __init__(
        self,
        reader: Reader,
        errands: Errands,
        sender: ReplySender,
        clock: Callable[[], float],
        log: FilteringBoundLogger,
    ) -> None:
        self._reader = reader
        self._errands = errands
        self._sender = sender
        self._clock = clock
        self._log = log
        self._readers = ThreadPoolExecutor(1, "reader")
        self._pin_workers = ThreadPoolExecutor(PIN_WORKERS, "pin")
        self._open: Counter[int] = Counter()
        self._cards = GuessBrake(WRONG_PINS_PER_CARD)
        self._stations = GuessBrake(WRONG_PINS_PER_STATION)

    def ask(self, caller: Caller, question: AskPatron | AskItem) -> None:
        """Answered later, or at once when there is too much of it."""
        if self._open[caller.station.number] >= OPEN_PER_STATION:
            self._sender.reply(caller, TryLater())
        elif isinstance(question, AskPatron) and question.pin is not None:
            self._ask_with_pin(caller, question, question.pin)
        else:
            self._look_up(caller, question)

    def close(self) -> None:
        self._readers.shutdown()
        self._pin_workers.shutdown()

    def _look_up(self, caller: Caller, question: AskPatron | AskItem) -> None:
        self._open[caller.station.number] += 1
        work = partial(self._reader.answer, caller.station.number, question)
        self._errands.send(self._readers, work, partial(self._answer, caller))

    def _ask_with_pin(self, caller: Caller, question: AskPatron, pin: str) -> None:
        station = caller.station.number
        if not self._may_try(station, question.patron_card):
            self._sender.reply(caller, PIN_LOCKED)
            return
        self._open[station] += 1
        work = partial(self._check_pin, station, question, pin)
        self._errands.send(self._pin_workers, work, partial(self._answer_pin, caller, question))

    def _may_try(self, station: int, card: str) -> bool:
        now = self._clock()
        return self._stations.admits(station, now) and self._cards.admits(card, now)

    def _check_pin(self, station: int, question: AskPatron, pin: str) -> Reply:
        """In a worker thread."""
        hashed = self._reader.pin_hash_of(question.patron_card)
        if hashed is not None and not pin_matches(hashed, pin):
            return PIN_WRONG
        return self._reader.answer(station, question)

    def _answer_pin(self, caller: Caller, question: AskPatron, future: "Future[Reply]") -> None:
        station, card = caller.station.number, question.patron_card
        reply = None if future.exception() else future.result()
        if isinstance(reply, PatronAnswer):
            self._cards.right(card)
            self._stations.not_wrong(station)
        elif reply != PIN_WRONG:
            self._cards.not_wrong(card)
            self._stations.not_wrong(station)
        self._answer(caller, future)

    def _answer(self, caller: Caller, future: "Future[Reply]") -> None:
        self._open[caller.station.number] -= 1
        if problem := future.exception():
            self._log.error("question not answered", problem=kind_of(problem))
            self._sender.reply(caller, TryLater())
        elif self._somebody_waits(caller):
            self._sender.reply(caller, future.result())

    def _somebody_waits(self, caller: Caller) -> bool:
        expires_ms = caller.header.expires_ms
        return expires_ms is None or (self._clock() - caller.at) * 1000 < expires_ms
