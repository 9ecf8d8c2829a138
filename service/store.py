"""The database as a backend writes it: owned, in one transaction a set, mended after trouble."""

from collections.abc import Callable, Sequence
from typing import TypeVar

from sqlalchemy import Engine
from sqlalchemy.exc import OperationalError
from structlog.typing import FilteringBoundLogger

from service.arrived import Arrived
from service.batch import Batch, Written
from service.clock import Moments
from service.confirmations import Confirmations, forget
from service.database.connection import ConnectionGone, Writer
from service.database.migrate import check_schema
from service.database.ownership import Ownership
from service.epochs import current_epoch
from service.policy import CurrentPolicy
from service.protocol.replies import Reply

TRIES = 2
LAST_MOMENT = (
    "SELECT coalesce(max(at_ms), 0) FROM"
    " (SELECT at_ms FROM claims UNION ALL SELECT at_ms FROM check_ins) AS happened"
)
FREE_LOAN_NUMBER = "SELECT coalesce(max(id), 0) + 1 FROM loans"

T = TypeVar("T")


class LedgerUnavailable(Exception):
    """The database does not take anything now; the same operations may be sent again."""


class Store:
    """Owner: the writing thread, which also opens it.

    `wait`: until another service gives the database up; else NotOwner is raised.
    """

    epoch: str
    confirmations: Confirmations

    def __init__(
        self,
        engine: Engine,
        log: FilteringBoundLogger,
        *,
        wait: bool,
        clock: Callable[[], int],
    ) -> None:
        check_schema(engine)
        self._log = log
        self._clock = clock
        self.writer = Writer(engine)
        self._ownership = Ownership(self.writer)
        self._is_broken = False
        driver = engine.dialect.loaded_dbapi
        self.trouble = (
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
        self.writer.close()
        self._ownership.release()

    def insist(self, work: Callable[[], T]) -> T:
        """Do the work; after trouble with the store reopen it and do it once more.

        The work must recognise what it did before: an error at commit does not mean that nothing
        was committed. Raises LedgerUnavailable, or NotOwner when another service took over.
        """
        trouble: Exception | None = None
        for _ in range(TRIES):
            try:
                self._mend()
                return work()
            except self.trouble as problem:
                self._log.warning("store trouble", problem=type(problem).__name__)
                self._is_broken, trouble = True, problem
                self.writer.let_go()
        raise LedgerUnavailable(type(trouble).__name__) from trouble

    def in_one_transaction(
        self, work: Callable[[Batch, Sequence[Arrived]], Written], arrived: Sequence[Arrived]
    ) -> list[Reply]:
        """Durable when it returns. When the work raises, the transaction is open still."""
        if any(one.station not in self.confirmations.stations for one in arrived):
            self.confirmations.read(self.writer)
        batch = Batch(
            self.writer,
            self._policy.now(),
            self.confirmations.stations,
            self._next_loan,
            self._moments.next(),
        )
        to_forget = self.confirmations.to_forget()
        self.writer.begin()
        written = work(batch, arrived)
        forget(self.writer, to_forget)
        self.writer.commit()
        self._took(written, forgot=bool(to_forget))
        return written.replies

    def store_confirmations(self) -> None:
        """All of them, so that a backup made now is known to hold them."""
        self.writer.begin()
        forget(self.writer, self.confirmations.unwritten)
        self.writer.commit()
        self.confirmations.forgotten()

    def number_loans(self) -> None:
        """New loans come after those that stand."""
        self._next_loan = self._number(FREE_LOAN_NUMBER)

    def _take_over(self, *, wait: bool) -> None:
        self._ownership.take(wait=wait)
        self.epoch = current_epoch(self.writer.engine, self._clock())
        self.confirmations = Confirmations(self.writer)
        self.confirmations.announce(self.writer)
        self._policy = CurrentPolicy(self.writer, self._clock)
        self.number_loans()
        self._moments = Moments(self._clock, self._number(LAST_MOMENT))

    def _took(self, written: Written, *, forgot: bool) -> None:
        """What holds now that it is durable."""
        self._next_loan = written.next_loan
        self._moments.used(written.last_ms)
        for stored in written.stored:
            self.confirmations.applied(stored.station, stored.sequence)
        if forgot:
            self.confirmations.forgotten()
        self.confirmations.announce(self.writer)
        for operation, problem in written.failed:
            self._log.error("a rule failed", operation=operation, problem=type(problem).__name__)

    def _mend(self) -> None:
        """A new connection, and what it says: the commit that failed may have been done."""
        if self._is_broken:
            self.writer.reopen()
            self._ownership.take_again()
            self.confirmations.read(self.writer)
            self.number_loans()
            self._is_broken = False

    def _number(self, query: str) -> int:
        ((number,),) = self.writer.all(query)
        return int(number)
