"""The ledger: every act applied once, durable before it is answered (docs/circulation.md).

Owner: the service's one writing thread, which also opens it. Questions are answered beside it
(service/answers.py).
"""

from collections.abc import Callable, Sequence

from sqlalchemy import Engine
from structlog.typing import FilteringBoundLogger

from service.arrived import Arrived
from service.batch import Batch, in_station_order
from service.clock import now_ms
from service.protocol.operations import Act
from service.protocol.replies import Reply
from service.store import LedgerUnavailable, Store

__all__ = ["Arrived", "Ledger", "LedgerUnavailable"]


class Ledger:
    """The embedded backend: applies operations in sets, one transaction for each set.

    `wait`: until another service gives the database up; else NotOwner is raised.
    """

    def __init__(
        self,
        engine: Engine,
        log: FilteringBoundLogger,
        *,
        wait: bool = True,
        clock: Callable[[], int] = now_ms,
    ) -> None:
        self._log = log
        self._store = Store(engine, log, wait=wait, clock=clock)
        self.epoch = self._store.epoch

    def close(self) -> None:
        """Another service may take over."""
        self._store.close()

    def apply(self, arrived: Sequence[Arrived]) -> list[Reply]:
        """Decide and store; durable when it returns, replies in the order of `arrived`.

        Raises LedgerUnavailable when the store takes nothing: what was committed all the same is
        recognised when it is sent again. Raises NotOwner when another service took over.
        """
        return self._store.insist(lambda: self._apply(arrived))

    def confirm(self, station: int, through: int) -> None:
        """The station holds every reply up to this sequence."""
        self._store.confirmations.confirm(station, through)

    def safe_through(self, station: int) -> int:
        """What even the oldest backup that may be restored holds of this station."""
        return self._store.confirmations.safe_through(station)

    def store_confirmations(self) -> None:
        """All of them, so that a backup made now is known to hold them."""
        self._store.insist(self._store.store_confirmations)

    def stations_changed(self) -> None:
        """One may stand at another point now."""
        confirmations, writer = self._store.confirmations, self._store.writer
        self._store.insist(lambda: confirmations.read(writer))

    def loans_changed(self) -> None:
        """Loans of another system were brought in beside it."""
        self._store.insist(self._store.number_loans)

    def reoffered(self, station: int) -> None:
        """The station has offered all that it kept of the former epoch."""
        done = "UPDATE stations SET reoffer_awaited = ? WHERE id = ?"
        self._store.insist(lambda: self._store.writer.execute(done, False, station))

    def _apply(self, arrived: Sequence[Arrived]) -> list[Reply]:
        try:
            return self._store.in_one_transaction(Batch.apply, arrived)
        except self._store.trouble:
            raise
        except Exception as problem:  # noqa: BLE001 - whatever one operation did, the others go on
            self._store.writer.roll_back()
            self._log.error("a set failed, one by one now", problem=type(problem).__name__)
            return self._one_by_one(arrived)

    def _one_by_one(self, arrived: Sequence[Arrived]) -> list[Reply]:
        """What fails alone is parked, and with it the later acts on its item or patron."""
        replies: dict[int, Reply] = {}
        suspect: set[str] = set()
        for place in in_station_order(arrived):
            one = arrived[place]
            named = _named_by(one.operation.act)
            reply = None if named & suspect else self._alone(one)
            if reply is None:
                suspect |= named
                (reply,) = self._store.in_one_transaction(Batch.park, [one])
            replies[place] = reply
        return [replies[place] for place in range(len(arrived))]

    def _alone(self, one: Arrived) -> Reply | None:
        try:
            (reply,) = self._store.in_one_transaction(Batch.apply, [one])
        except self._store.trouble:
            raise
        except Exception as problem:  # noqa: BLE001 - it is parked and shown, the others go on
            self._store.writer.roll_back()
            operation = one.operation.operation
            self._log.error("parked", operation=operation, problem=type(problem).__name__)
            return None
        return reply


def _named_by(act: Act) -> set[str]:
    """The item and the patron that an act names."""
    names = (getattr(act, "item", None), getattr(act, "patron_card", None))
    return {f"{place}:{name}" for place, name in enumerate(names) if name is not None}
