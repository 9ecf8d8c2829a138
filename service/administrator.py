"""Carries out an administrator's commands in a running service, which knows more than its database.

Also writes down now and then when each station was heard.
"""

from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass
from time import monotonic
from typing import Any

from msgspec.structs import replace
from sqlalchemy import Engine
from structlog.typing import FilteringBoundLogger

from service import administration, stations
from service.administration import (
    Answer,
    Command,
    Failed,
    RecordBackup,
    SetPoint,
    StationLine,
    Status,
)
from service.catalogue.orders import TakeLoans
from service.ledger import Ledger
from service.ledger_thread import LedgerThread
from service.logs import kind_of
from service.station_registry import Connection, Station, StationRegistry

SEEN_EVERY_SECONDS = 300.0


@dataclass(frozen=True, slots=True)
class _CarriedOut:
    answer: Answer
    stations: list[Station]


class Administrator:
    """Owner: the link thread; the database is touched in the ledger's."""

    def __init__(
        self,
        engine: Engine,
        ledger: LedgerThread,
        registry: StationRegistry,
        now_ms: Callable[[], int],
        log: FilteringBoundLogger,
    ) -> None:
        self._engine = engine
        self._ledger = ledger
        self._registry = registry
        self._now_ms = now_ms
        self._log = log
        self._seen_noted = monotonic()

    def carry_out(self, command: Command, reply: Callable[[Answer], None]) -> None:
        """Answered when it is done; a change of the stations is in force by then."""
        now_ms = self._now_ms()

        def work(ledger: Ledger) -> _CarriedOut:
            if isinstance(command, RecordBackup):
                ledger.store_confirmations()
            answer = administration.carry_out(self._engine, command, now_ms)
            if isinstance(command, SetPoint):
                ledger.stations_changed()
            if isinstance(command, TakeLoans):
                ledger.loans_changed()
            return _CarriedOut(answer, stations.all_stations(self._engine))

        def then(future: "Future[_CarriedOut]") -> None:
            reply(self._answer(command, future))

        self._ledger.do(work, then)

    def note_seen(self) -> None:
        """Every few minutes; in between the time is known to this process only."""
        if monotonic() - self._seen_noted >= SEEN_EVERY_SECONDS:
            self._seen_noted = monotonic()
            seen = {s.number: self._heard_ms(c) for s, c in self._connected()}
            self._ledger.do(lambda _: stations.note_seen(self._engine, seen), self._log_failure)

    def note_reoffered(self, station: Station) -> None:
        """The station has offered everything that it kept of the former epoch."""

        def work(ledger: Ledger) -> list[Station]:
            ledger.reoffered(station.number)
            return stations.all_stations(self._engine)

        def then(future: "Future[list[Station]]") -> None:
            self._log_failure(future)
            if future.exception() is None:
                self._registry.replace(future.result())

        self._ledger.do(work, then)

    def _answer(self, command: Command, future: "Future[_CarriedOut]") -> Answer:
        if problem := future.exception():
            self._log.error(
                "command failed", command=type(command).__name__, problem=kind_of(problem)
            )
            return Failed(f"the database did not take it ({kind_of(problem)}); see the log")
        self._registry.replace(future.result().stations)
        answer = future.result().answer
        self._log.info("command", command=type(command).__name__, answer=type(answer).__name__)
        return self._with_what_is_live(answer) if isinstance(answer, Status) else answer

    def _with_what_is_live(self, status: Status) -> Status:
        lines = {line.name: line for line in status.stations if line.enabled}
        for station, connection in self._connected():
            lines[station.name] = self._live(lines[station.name], connection)
        revoked = [line for line in status.stations if not line.enabled]
        return replace(status, running=True, stations=(*lines.values(), *revoked))

    def _live(self, line: StationLine, connection: Connection) -> StationLine:
        return replace(
            line,
            last_seen_ms=self._heard_ms(connection),
            connected=connection.is_live(monotonic()),
            software=connection.software,
            waiting=connection.waiting,
            broken=connection.broken,
        )

    def _connected(self) -> list[tuple[Station, Connection]]:
        known = (
            (station, self._registry.connection_of(station)) for station in self._registry.all()
        )
        return [(station, connection) for station, connection in known if connection]

    def _heard_ms(self, connection: Connection) -> int:
        return self._now_ms() - int((monotonic() - connection.heard) * 1000)

    def _log_failure(self, future: "Future[Any]") -> None:
        if problem := future.exception():
            self._log.error("not written", problem=kind_of(problem))
