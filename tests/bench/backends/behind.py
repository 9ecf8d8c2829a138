"""The same library behind either backend."""

from collections.abc import Sequence

import structlog
from sqlalchemy import select

from service.arrived import Arrived
from service.backends.foreign.backend import ForeignBackend
from service.backends.port import Backend
from service.database import models
from service.database.engine import open_engine
from service.ledger import Ledger
from service.protocol.operations import Act
from service.protocol.replies import Reply, TryLater
from tests.bench.backends.foreign_fake import ForeignFake
from tests.bench.ledger.library import CARDS, ITEMS, Stations
from tests.waiting import eventually

PATIENCE_SECONDS = 0.3


class Behind(Stations):
    """`system` is the foreign one, None for the embedded backend."""

    def __init__(self, url: str, system: ForeignFake | None) -> None:
        super().__init__()
        self.system = system
        self.engine = open_engine(url)
        self.backend = self._open()

    def close(self) -> None:
        self.backend.close()
        self.engine.dispose()

    def restart(self) -> None:
        self.backend.close()
        self.backend = self._open()

    def apply(self, *arrived: Arrived) -> list[Reply]:
        """As often as a station sends it: until none is put off."""

        def replies() -> list[Reply] | None:
            self.now_ms += 1000
            got = self.backend.apply(arrived)
            return None if TryLater() in got else got

        return eventually(replies, 10, "replies") or []

    def send(self, station: int, act: Act) -> Reply:
        (reply,) = self.apply(self.arrived(station, act))
        return reply

    def holder(self, item: str) -> str | None:
        """The card that has this item, by whoever keeps the loans."""
        if self.system is not None:
            loan = self.system.loans.get(item)
            return loan.patron_card if loan else None
        wanted = select(models.loans.c.patron).filter_by(item=ITEMS.index(item) + 1, state="open")
        with self.engine.connect() as connection:
            patron = connection.scalar(wanted)
        return None if patron is None else CARDS[patron - 1]

    def lines(self) -> Sequence[str]:
        """The kinds of open lines on the staff's list."""
        wanted = select(models.attention.c.kind).where(models.attention.c.closed_at_ms.is_(None))
        with self.engine.connect() as connection:
            return connection.scalars(wanted).all()

    def _open(self) -> Backend:
        log = structlog.get_logger()
        if self.system is None:
            return Ledger(self.engine, log, wait=False, clock=lambda: self.now_ms)
        return ForeignBackend(
            self.engine,
            self.system,
            log,
            patience_seconds=PATIENCE_SECONDS,
            wait=False,
            clock=lambda: self.now_ms,
        )
