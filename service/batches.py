"""From the in-tray through the ledger to the answers: one batch after the other.

What arrives while a batch is written forms the next one, so a busy service commits in groups and
an idle one at once.
"""

from collections.abc import Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from functools import partial

from structlog.typing import FilteringBoundLogger

from service.arrived import Arrived
from service.crash_points import CrashPoint, reached
from service.database.ownership import NotOwner
from service.folded_log import FoldedLog
from service.in_tray import Waiting
from service.ledger import Ledger
from service.ledger_thread import LedgerThread
from service.logs import kind_of
from service.protocol.replies import BodyDiffers, ForeignOperation, Reply, TryLater
from service.reception import Reception
from service.reply_sender import ReplySender

AT_ONCE = 2
"""Batches that the ledger's thread is given: one is written, the next lies ready."""

STATION_AT_FAULT = {
    BodyDiffers: "operation id used again with another body, refused",
    ForeignOperation: "operation id of another station, refused",
}


@dataclass(frozen=True, slots=True)
class Outcome:
    """Replies in the order of the batch; how far each of its stations may forget."""

    replies: Sequence[Reply]
    safe_through: dict[int, int]


class Batches:
    """Owner: the link thread."""

    def __init__(
        self,
        reception: Reception,
        ledger: LedgerThread,
        sender: ReplySender,
        log: FilteringBoundLogger,
    ) -> None:
        self.written = 0
        self.out = 0
        self._stopped = False
        self._reception = reception
        self._ledger = ledger
        self._sender = sender
        self._log = log
        self._folded = FoldedLog(log)

    def start(self) -> None:
        """Hand the ledger what it can take; a second batch goes along only when it is whole."""
        while not self._stopped and self._is_wanted():
            self._begin()

    def _is_wanted(self) -> bool:
        if self.out == 0:
            return self._reception.has_work
        return self.out < AT_ONCE and self._reception.tray.holds_a_batch

    def _begin(self) -> None:
        batch = self._reception.tray.next_batch()
        confirmed = self._reception.take_confirmed()
        work = partial(write, [waiting.arrived for waiting in batch], confirmed)
        self.out += 1
        self._ledger.do(work, partial(self._go_on, batch))

    def stop(self) -> None:
        """What is being written will still be answered; nothing else is begun."""
        self._stopped = True

    def _go_on(self, batch: Sequence[Waiting], future: "Future[Outcome]") -> None:
        """The next batch first: the ledger need not wait until everybody is answered."""
        self.out -= 1
        self.start()
        self._answer(batch, future)

    def _answer(self, batch: Sequence[Waiting], future: "Future[Outcome]") -> None:
        problem = future.exception()
        if isinstance(problem, NotOwner):
            raise problem  # another service has taken over: this one must end
        if problem is not None:
            self._log.error("batch not written", operations=len(batch), problem=kind_of(problem))
            replies: Sequence[Reply] = [TryLater()] * len(batch)
        else:
            self.written += len(batch)
            self._sender.safe_through.update(future.result().safe_through)
            replies = future.result().replies
        for waiting, reply in zip(batch, replies, strict=True):
            if isinstance(reply, BodyDiffers | ForeignOperation):
                self._folded.say(STATION_AT_FAULT[type(reply)], waiting.caller.station.name)
            self._sender.reply(waiting.caller, reply)
            reached(CrashPoint.AFTER_AN_ANSWER)
        reached(CrashPoint.AFTER_ANSWERS)


def write(arrived: Sequence[Arrived], confirmed: dict[int, int], ledger: Ledger) -> Outcome:
    """In the ledger's thread: durable when it returns."""
    reached(CrashPoint.BEFORE_APPLY)
    for station, through in confirmed.items():
        ledger.confirm(station, through)
    replies = ledger.apply(arrived)
    reached(CrashPoint.AFTER_COMMIT)
    stations = confirmed.keys() | {one.station for one in arrived}
    return Outcome(replies, {station: ledger.safe_through(station) for station in stations})
