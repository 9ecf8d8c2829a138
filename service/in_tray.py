"""Operations that have arrived and wait for the next batch.

Each station has its own pile in its own order, so that none can crowd out another. Stations whose
next operation is fresh come before stations that replay what they did offline; a share is kept for
the replay, so that a busy day cannot starve it.
"""

from heapq import heappop, heappush
from itertools import count, islice

from msgspec import Struct

from service.arrived import Arrived
from service.ingest import Caller

BATCH = 128
PER_STATION = 32
REPLAY_SHARE = 32
PILE = 256


class Waiting(Struct, frozen=True, gc=False):
    """One operation and where its answer goes. `live`: somebody stands before the screen."""

    caller: Caller
    arrived: Arrived
    live: bool


# A heap by sequence; the second number keeps resends in the order of arrival.
_Pile = list[tuple[int, int, Waiting]]


class InTray:
    """Owner: the link thread."""

    def __init__(self) -> None:
        self._piles: dict[int, _Pile] = {}
        self._arrivals = count()
        self._waiting = 0
        # Stations in the order of their turn, by whether their next operation is fresh.
        self._lines: dict[bool, dict[int, None]] = {True: {}, False: {}}

    def __bool__(self) -> bool:
        return bool(self._piles)

    @property
    def holds_a_batch(self) -> bool:
        """Whether so much waits that a batch would be whole, had each station its share."""
        return self._waiting >= BATCH

    def put(self, waiting: Waiting) -> bool:
        """False when too much of this station waits already: it shall try later."""
        number = waiting.caller.station.number
        pile = self._piles.setdefault(number, [])
        if len(pile) >= PILE:
            return False
        sequence = waiting.arrived.operation.sequence
        self._waiting += 1
        heappush(pile, (sequence, next(self._arrivals), waiting))
        self._line_up(number, pile)
        return True

    def next_batch(self) -> list[Waiting]:
        """At most BATCH operations, PER_STATION of one station at a time, fresh ones first."""
        fresh = self._take(BATCH - (REPLAY_SHARE if self._lines[False] else 0), live=True)
        return fresh + self._take(BATCH - len(fresh), live=False)

    def _line_up(self, number: int, pile: _Pile) -> None:
        """A station that stands in the right line already keeps its place."""
        live = pile[0][2].live
        self._lines[not live].pop(number, None)
        self._lines[live].setdefault(number)

    def _take(self, room: int, *, live: bool) -> list[Waiting]:
        taken: list[Waiting] = []
        for number in list(islice(self._lines[live], room)):
            if len(taken) == room:
                break
            taken += self._take_of(number, min(PER_STATION, room - len(taken)), live=live)
        return taken

    def _take_of(self, number: int, share: int, *, live: bool) -> list[Waiting]:
        """What is left of its pile goes to the end of the line."""
        del self._lines[live][number]
        pile = self._piles.pop(number)
        taken = [heappop(pile)[2] for _ in range(min(share, len(pile)))]
        self._waiting -= len(taken)
        if pile:
            self._piles[number] = pile
            self._line_up(number, pile)
        return taken
