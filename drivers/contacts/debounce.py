"""Contacts bounce: a change counts when it has lasted. Pure: time comes in with the samples."""

from dataclasses import dataclass

from drivers.contacts.lines import Names, Sample


@dataclass(frozen=True, slots=True)
class Edge:
    """A contact that closed or opened at the monotonic second `at`, and stayed so."""

    contact: str
    closed: bool
    at: float


class Debounce:
    """`seconds`: how long a change must last. Owner: the thread of the driver.

    An edge has the time at which the contact came to its new state, not when that was believed;
    so edges depend on the samples only, not on how often anybody looked.
    """

    def __init__(self, seconds: float, start: Sample) -> None:
        self._seconds = seconds
        self._raw = self._settled = start.closed
        self._changed_at: dict[str, float] = {}

    @property
    def closed(self) -> Names:
        """The contacts that are closed for long enough."""
        return self._settled

    def see(self, sample: Sample) -> list[Edge]:
        """The edges that were certain before `sample` was taken."""
        edges = self.settle(sample.at)
        for contact in self._raw ^ sample.closed:
            if (contact in sample.closed) == (contact in self._settled):
                self._changed_at.pop(contact, None)
            else:
                self._changed_at[contact] = sample.at
        self._raw = sample.closed
        return edges

    def settle(self, now: float) -> list[Edge]:
        """The edges that are certain at `now`, oldest first."""
        lasted = [name for name, at in self._changed_at.items() if at + self._seconds <= now]
        edges = [Edge(name, name in self._raw, self._changed_at.pop(name)) for name in lasted]
        self._settled ^= frozenset(lasted)
        return sorted(edges, key=lambda edge: (edge.at, edge.contact))

    def due(self) -> float | None:
        """When the next edge becomes certain if nothing changes."""
        oldest = min(self._changed_at.values(), default=None)
        return None if oldest is None else oldest + self._seconds

    def certain_until(self, now: float) -> float:
        """No edge that comes later will be older than this."""
        return min(self._changed_at.values(), default=now)
