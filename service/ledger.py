"""The ledger: every act applied once, durable before it is answered (docs/circulation.md).

Owner: the service's one writing thread, which also opens it. Questions are answered beside it
(service/answers.py).
"""

from collections.abc import Callable, Sequence

from sqlalchemy import Engine
from sqlalchemy.exc import OperationalError
from structlog.typing import FilteringBoundLogger

from service.arrived import Arrived
from service.batch import Batch, Written, in_station_order
from service.clock import Moments, now_ms
from service.confirmations import Confirmations, forget
from service.database.connection import ConnectionGone, Writer
from service.database.migrate import check_schema
from service.database.ownership import Ownership
from service.epochs import current_epoch
from service.policy import CurrentPolicy
from service.protocol.operations import Act
from service.protocol.replies import Reply

__all__ = ["Arrived", "Ledger", "LedgerUnavailable"]

TRIES = 2
LAST_MOMENT = (
    "SELECT coalesce(max(at_ms), 0) FROM"
    " (SELECT at_ms FROM claims UNION ALL SELECT at_ms FROM check_ins) AS happened"
)


class LedgerUnavailable(Exception):
    """The database does not take anything now; the same operations may be sent again."""


class Ledger:
    """Applies operations in sets, one transaction for each set.

    `wait`: until another service gives the database up; else NotOwner is raised.
    """

    epoch: str

    def __init__(
        self,
        engine: Engine,
        log: FilteringBoundLogger,
        *,
        wait: bool = True,
        clock: Callable[[], int] = now_ms,
    ) -> None:
        check_schema(engine)
        self._log = log
        self._clock = clock
        self._writer = Writer(engine)
        self._ownership = Ownership(self._writer)
        self._is_broken = False
        driver = engine.dialect.loaded_dbapi
        self._store_trouble = (
            driver.OperationalError,
            driver.InterfaceError,
            OperationalError,
            ConnectionGone,
        )
        try:
            self._take_over(wait=wait)
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        """Another service may take over."""
        self._writer.close()
        self._ownership.release()

    def apply(self, arrived: Sequence[Arrived]) -> list[Reply]:
        """Decide and store; durable when it returns, replies in the order of `arrived`.

        Raises LedgerUnavailable when the store takes nothing: what was committed all the same is
        recognised when it is sent again. Raises NotOwner when another service took over.
        """
        trouble: Exception | None = None
        for _ in range(TRIES):
            try:
                return self._apply(arrived)
            except self._store_trouble as problem:
                self._log.warning("store trouble", problem=type(problem).__name__)
                self._is_broken, trouble = True, problem
                self._writer.let_go()
        raise LedgerUnavailable(type(trouble).__name__) from trouble

    def confirm(self, station: int, through: int) -> None:
        """The station holds every reply up to this sequence."""
        self._confirmations.confirm(station, through)

    def safe_through(self, station: int) -> int:
        """What even the oldest backup that may be restored holds of this station."""
        return self._confirmations.safe_through(station)

    def store_confirmations(self) -> None:
        """All of them, so that a backup made now is known to hold them."""
        self._writer.begin()
        forget(self._writer, self._confirmations.unwritten)
        self._writer.commit()
        self._confirmations.forgotten()

    def reoffered(self, station: int) -> None:
        """The station has offered all that it kept of the former epoch."""
        self._writer.execute("UPDATE stations SET reoffer_awaited = ? WHERE id = ?", False, station)

    def _take_over(self, *, wait: bool) -> None:
        self._ownership.take(wait=wait)
        self.epoch = current_epoch(self._writer.engine, self._clock())
        self._confirmations = Confirmations(self._writer)
        self._confirmations.announce(self._writer)
        self._policy = CurrentPolicy(self._writer, self._clock)
        self._next_loan = self._free_loan_number()
        self._moments = Moments(self._clock, self._last_moment())

    def _apply(self, arrived: Sequence[Arrived]) -> list[Reply]:
        if self._is_broken:
            self._reopen()
        if any(one.station not in self._confirmations.stations for one in arrived):
            self._confirmations.read(self._writer)
        try:
            return self._in_one_transaction(Batch.apply, arrived)
        except self._store_trouble:
            raise
        except Exception as problem:  # noqa: BLE001 - whatever one operation did, the others go on
            self._writer.roll_back()
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
                (reply,) = self._in_one_transaction(Batch.park, [one])
            replies[place] = reply
        return [replies[place] for place in range(len(arrived))]

    def _alone(self, one: Arrived) -> Reply | None:
        try:
            (reply,) = self._in_one_transaction(Batch.apply, [one])
        except self._store_trouble:
            raise
        except Exception as problem:  # noqa: BLE001 - it is parked and shown, the others go on
            self._writer.roll_back()
            operation = one.operation.operation
            self._log.error("parked", operation=operation, problem=type(problem).__name__)
            return None
        return reply

    def _in_one_transaction(
        self, work: Callable[[Batch, Sequence[Arrived]], Written], arrived: Sequence[Arrived]
    ) -> list[Reply]:
        batch = Batch(
            self._writer,
            self._policy.now(),
            self._confirmations.stations,
            self._next_loan,
            self._moments.next(),
        )
        to_forget = self._confirmations.to_forget()
        self._writer.begin()
        written = work(batch, arrived)
        forget(self._writer, to_forget)
        self._writer.commit()
        self._took(written, forgot=bool(to_forget))
        return written.replies

    def _took(self, written: Written, *, forgot: bool) -> None:
        """What holds now that it is durable."""
        self._next_loan = written.next_loan
        self._moments.used(written.last_ms)
        for stored in written.stored:
            self._confirmations.applied(stored.station, stored.sequence)
        if forgot:
            self._confirmations.forgotten()
        self._confirmations.announce(self._writer)
        for operation, problem in written.failed:
            self._log.error("a rule failed", operation=operation, problem=type(problem).__name__)

    def _free_loan_number(self) -> int:
        ((highest,),) = self._writer.all("SELECT coalesce(max(id), 0) FROM loans")
        return int(highest) + 1

    def _last_moment(self) -> int:
        ((last,),) = self._writer.all(LAST_MOMENT)
        return int(last)

    def _reopen(self) -> None:
        """A new connection, and what it says: the commit that failed may have been done."""
        self._writer.reopen()
        self._ownership.take_again()
        self._confirmations.read(self._writer)
        self._next_loan = self._free_loan_number()
        self._is_broken = False


def _named_by(act: Act) -> set[str]:
    """The item and the patron that an act names."""
    names = (getattr(act, "item", None), getattr(act, "patron_card", None))
    return {f"{place}:{name}" for place, name in enumerate(names) if name is not None}
