"""Operations that have arrived and wait for the next batch.

Each station has its own pile in its own order, so that none can crowd out another. Stations whose
next operation is fresh come before stations that replay what they did offline; a share is kept for
the replay, so that a busy day cannot starve it.
"""

from dataclasses import dataclass, field
from heapq import heappop, heappush
from itertools import count

from service.ingest import Caller, born_ms
from service.ledger import Arrived
from service.protocol.operations import Operation
from service.protocol.replies import OutcomeReply

BATCH = 64
PER_STATION = 32
REPLAY_SHARE = 16
PILE = 256
LIVE_MS = 15_000


@dataclass(frozen=True, slots=True)
class Waiting:
    """One operation and where its answer goes."""

    caller: Caller
    operation: Operation
    body: bytes
    given: OutcomeReply | None

    @property
    def is_live(self) -> bool:
        """Sent within seconds of the act, by the station's own clock since its start."""
        header, operation = self.caller.header, self.operation
        age_ms = header.monotonic_ms - operation.monotonic_ms
        return self.given is None and header.boot == operation.boot and age_ms <= LIVE_MS

    def arrived(self, now_ms: int) -> Arrived:
        """What the ledger is given; `now_ms` is the service's clock."""
        return Arrived(
            self.caller.station.number,
            self.operation,
            self.body,
            self.given,
            born_ms(self.caller.header, self.operation, now_ms),
        )


@dataclass(slots=True)
class _Pile:
    """A heap by sequence; the second number keeps resends in the order of arrival."""

    heap: list[tuple[int, int, Waiting]] = field(default_factory=list)

    @property
    def next_is_live(self) -> bool:
        return self.heap[0][2].is_live


class InTray:
    """Owner: the link thread."""

    def __init__(self) -> None:
        self._piles: dict[int, _Pile] = {}
        self._arrivals = count()

    def __bool__(self) -> bool:
        return bool(self._piles)

    def put(self, waiting: Waiting) -> bool:
        """False when too much of this station waits already: it shall try later."""
        pile = self._piles.setdefault(waiting.caller.station.number, _Pile())
        if len(pile.heap) >= PILE:
            return False
        heappush(pile.heap, (waiting.operation.sequence, next(self._arrivals), waiting))
        return True

    def drop(self, station: int) -> None:
        """Its key was revoked."""
        self._piles.pop(station, None)

    def next_batch(self) -> list[Waiting]:
        """At most BATCH operations, PER_STATION of one station, fresh ones first."""
        live = [number for number, pile in self._piles.items() if pile.next_is_live]
        replay = [number for number, pile in self._piles.items() if not pile.next_is_live]
        batch = self._take(live, BATCH - (REPLAY_SHARE if replay else 0))
        return batch + self._take(replay, BATCH - len(batch))

    def _take(self, stations: list[int], room: int) -> list[Waiting]:
        taken: list[Waiting] = []
        for number in stations:
            share = min(PER_STATION, room - len(taken), len(self._piles[number].heap))
            if share == 0:
                break
            taken += self._take_of(number, share)
        return taken

    def _take_of(self, number: int, share: int) -> list[Waiting]:
        pile = self._piles.pop(number)
        taken = [heappop(pile.heap)[2] for _ in range(share)]
        if pile.heap:
            self._piles[number] = pile  # at the end of the line
        return taken
