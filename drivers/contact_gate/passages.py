"""Who passed in which direction, out of light beams. Pure (docs/protocols/gates.md, "Beams")."""

from typing import Protocol

from drivers.contacts.debounce import Edge
from drivers.contacts.lines import Names
from drivers.facts import Passage

OUTER = "outer_beam"
INNER = "inner_beam"
ONLY = "beam"
BEAMS = frozenset({OUTER, INNER, ONLY})


class Counter(Protocol):
    """Counts people by the edges of beams; a beam is closed while somebody stands in it."""

    def change(self, edge: Edge) -> Passage | None:
        """The passage that this edge completes."""


class BeamPair:
    """One person: a beam, then the other one, and both free again with the second one last.

    Who turns round frees the first beam last and is not counted. `walk_seconds`: two beams far
    apart are never interrupted together; the second one must follow the first within this time.
    Beams that are interrupted at the start say nothing until both are free.
    """

    def __init__(self, walk_seconds: float, closed: Names) -> None:
        self._walk_seconds = walk_seconds
        self._closed = set(closed & BEAMS)
        self._blind = bool(self._closed)
        self._free_at = 0.0
        self._first = ""
        self._crossed = False

    def change(self, edge: Edge) -> Passage | None:
        if edge.closed:
            self._interrupt(edge)
            return None
        self._closed.discard(edge.contact)
        return None if self._closed else self._free(edge)

    def _interrupt(self, edge: Edge) -> None:
        if not self._closed and edge.at - self._free_at > self._walk_seconds:
            self._forget()
        self._closed.add(edge.contact)
        self._first = self._first or edge.contact
        self._crossed = self._crossed or edge.contact != self._first

    def _free(self, edge: Edge) -> Passage | None:
        """Both beams are free. Only one of them so far: the other one may follow."""
        self._free_at = edge.at
        if not self._crossed and not self._blind:
            return None
        counts = not self._blind and edge.contact != self._first
        inwards = self._first == OUTER
        self._blind = False
        self._forget()
        return Passage(edge.at, entered=int(inwards), left=int(not inwards)) if counts else None

    def _forget(self) -> None:
        self._first = ""
        self._crossed = False


class OneBeam:
    """A single beam knows no direction. `both_ways`: everybody passes it twice, so two
    interruptions are one visit; else each one is somebody who came in.
    """

    def __init__(self, *, both_ways: bool) -> None:
        self._both_ways = both_ways
        self._half = False

    def change(self, edge: Edge) -> Passage | None:
        if not edge.closed:
            return None
        self._half = self._both_ways and not self._half
        return None if self._half else Passage(edge.at, entered=1, left=int(self._both_ways))
