"""Lines whose edges are told when they are certain."""

from time import monotonic

from drivers.contacts.debounce import Debounce, Edge
from drivers.contacts.lines import REST, DigitalLines, Sample
from drivers.deadline import Deadline

AT_ONCE = 0.0


class SettledLines:
    """`seconds`: how long a change must last. Owner: the thread that opened `lines`."""

    def __init__(self, lines: DigitalLines, seconds: float) -> None:
        self._lines = lines
        self._seconds = seconds
        self._debounce = Debounce(seconds, Sample(monotonic(), REST))

    def start(self, deadline: Deadline) -> Sample:
        """The inputs now; edges are told from here on."""
        start = self._lines.sample(deadline)
        self._debounce = Debounce(self._seconds, start)
        return start

    def look(self, until: float, deadline: Deadline) -> tuple[list[Edge], float]:
        """Wait for a change until a monotonic second, or look `AT_ONCE`. Gives the edges that are
        certain, and the moment up to which no more will be told.
        """
        wait = until and (self._debounce.due() or until)
        sample = self._lines.next_sample(wait, deadline)
        now = monotonic() if sample is None else sample.at
        edges = self._debounce.settle(now) if sample is None else self._debounce.see(sample)
        return edges, self._debounce.certain_until(now)
