"""A backend that asks a foreign library system, one act after the other, in a thread of its own.

Whoever sends acts waits `patience_seconds` at most; what has no outcome by then is answered
TryLater, and the same body, sent again, finds the outcome or waits again (docs/circulation.md,
Foreign systems).
"""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from time import monotonic

from msgspec.structs import replace
from sqlalchemy import Engine
from structlog.typing import FilteringBoundLogger

from service.arrived import Arrived
from service.backends.foreign.acts import Acts, Waiting
from service.backends.foreign.carry_out import Call
from service.backends.foreign.intake import Intake
from service.backends.foreign.library_system import LibrarySystem
from service.backends.foreign.worker import Worker
from service.batch import Batch, Written
from service.circulation.desk import Decision
from service.clock import now_ms
from service.protocol.operations import CancelCheckOut, ReportTag, ReportTold
from service.protocol.replies import OutcomeReply, Reply
from service.store import Store

PATIENCE_SECONDS = 1.0
USUAL_DAYS = 14
"""To the due date of a loan, where the system tells none."""


class ForeignBackend:
    """Owner: the service's writing thread; the system belongs to the worker's thread alone."""

    def __init__(
        self,
        engine: Engine,
        system: LibrarySystem,
        log: FilteringBoundLogger,
        *,
        patience_seconds: float = PATIENCE_SECONDS,
        wait: bool = True,
        clock: Callable[[], int] = now_ms,
    ) -> None:
        self._clock = clock
        self._patience_seconds = patience_seconds
        self._store = Store(engine, log, wait=wait, clock=clock)
        self._acts = Acts(self._store.writer)
        self._worker = Worker(system, log)
        self.epoch = self._store.epoch

    def close(self) -> None:
        """An act that is with the system now is looked up after the next start."""
        self._worker.close(self._patience_seconds)
        self._store.close()

    def apply(self, arrived: Sequence[Arrived]) -> list[Reply]:
        """As the port says; TryLater where there is no outcome yet."""
        replies, waiting = self._store.insist(lambda: self._take_in(arrived))
        names = [one.operation.operation for one in arrived]
        outcomes = self._pursue(waiting, waiting.keys() & set(names))
        return [outcomes.get(name, reply) for name, reply in zip(names, replies, strict=True)]

    def confirm(self, station: int, through: int) -> None:
        """The station holds every reply up to this sequence."""
        self._store.confirmations.confirm(station, through)

    def safe_through(self, station: int) -> int:
        """What even the oldest backup that may be restored holds of this station."""
        return self._store.confirmations.safe_through(station)

    def _take_in(self, arrived: Sequence[Arrived]) -> tuple[list[Reply], dict[str, Waiting]]:
        intake = Intake(self._store.writer, self._clock())
        replies = self._store.in_one_transaction(intake.take_in, arrived)
        return replies, intake.waiting

    def _pursue(self, waiting: dict[str, Waiting], awaited: set[str]) -> dict[str, Reply]:
        """The outcomes of as many acts as the system does in time, until none is awaited."""
        deadline = monotonic() + self._patience_seconds
        outcomes: dict[str, Reply] = {}
        has_asked = False
        while not awaited <= outcomes.keys():
            if self._worker.is_idle:
                self._hand(next(iter(waiting.values())))
                has_asked = True
            outcome = self._worker.outcome(deadline - monotonic())
            if outcome is None or (outcome.reply is None and has_asked):
                break  # slow or silent: the next one who asks goes on from here
            if outcome.reply is not None:
                name = outcome.call.operation
                outcomes[name] = self._settle(waiting.pop(name), outcome.reply)
        return outcomes

    def _hand(self, act: Waiting) -> None:
        """The mark is durable before the first byte leaves."""
        if not act.is_sent:
            self._store.insist(lambda: self._acts.keep(replace(act, is_sent=True)))
        self._worker.hand(self._call(act))

    def _call(self, act: Waiting) -> Call:
        wanted = act.read().act
        if isinstance(wanted, ReportTag | ReportTold):
            raise TypeError("reports are never written down for the system")
        claimed = self._acts.claimed(wanted.of) if isinstance(wanted, CancelCheckOut) else None
        today = datetime.fromtimestamp(self._clock() / 1000, UTC).date()
        return Call(
            operation=act.operation,
            act=wanted,
            point=self._store.confirmations.stations[act.station].point,
            usual_due=today + timedelta(days=USUAL_DAYS),
            doubtful=act.is_sent,
            claimed=claimed,
        )

    def _settle(self, act: Waiting, outcome: OutcomeReply) -> Reply:
        """Store the outcome and strike the act out, in one transaction."""
        operation = act.read()

        def work(batch: Batch, arrived: Sequence[Arrived]) -> Written:
            written = batch.answer(arrived, lambda _desk, _one: Decision(outcome))
            if written.stored:
                self._acts.note(operation, outcome)
            self._acts.strike(act.operation)
            return written

        arrived = [Arrived(act.station, operation, act.body)]
        (reply,) = self._store.insist(lambda: self._store.in_one_transaction(work, arrived))
        return reply
