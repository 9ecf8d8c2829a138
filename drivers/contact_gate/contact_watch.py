"""Alarms, passages and stuck contacts out of the edges of a gate's contacts. Pure.

docs/protocols/gates.md, "Contacts".
"""

from drivers.contact_gate.passages import BEAMS, Counter
from drivers.contacts.debounce import Edge
from drivers.contacts.lines import Sample
from drivers.facts import ContactFault, GateEvent, TagAlarm

ALARM = "alarm"


class ContactWatch:
    """An alarm is told when its contact opens, with how long it was closed, or else when it is
    found to be stuck. What is closed at the start is a state and no event. Owner: the driver's
    thread.
    """

    def __init__(self, stuck_seconds: float, counter: Counter, start: Sample) -> None:
        self._stuck_seconds = stuck_seconds
        self._counter = counter
        self._closed_at = dict.fromkeys(start.closed, start.at)
        self._from_start = set(start.closed)
        self._stuck: set[str] = set()

    def change(self, edge: Edge) -> list[GateEvent]:
        """What is known by this edge; edges come in the order of their times."""
        told = self.pass_time(edge.at)
        told += self._closed(edge) if edge.closed else self._opened(edge)
        passage = self._counter.change(edge) if edge.contact in BEAMS else None
        return told if passage is None else [*told, passage]

    def pass_time(self, now: float) -> list[GateEvent]:
        """What is known because nothing happened until `now`."""
        told: list[GateEvent] = []
        for contact, since in sorted(self._closed_at.items(), key=lambda item: item[1]):
            if contact not in self._stuck and since + self._stuck_seconds <= now:
                self._stuck.add(contact)
                told += self._alarm(contact, since, since + self._stuck_seconds)
                told.append(ContactFault(since + self._stuck_seconds, contact, stuck=True))
        return told

    def due(self) -> float | None:
        """When `pass_time` has something to tell if nothing changes."""
        waiting = [at for name, at in self._closed_at.items() if name not in self._stuck]
        return min(waiting) + self._stuck_seconds if waiting else None

    def _closed(self, edge: Edge) -> list[GateEvent]:
        self._closed_at[edge.contact] = edge.at
        return []

    def _opened(self, edge: Edge) -> list[GateEvent]:
        since = self._closed_at.pop(edge.contact, edge.at)
        told: list[GateEvent] = []
        if edge.contact in self._stuck:
            told.append(ContactFault(edge.at, edge.contact, stuck=False))
        else:
            told += self._alarm(edge.contact, since, edge.at)
        self._stuck.discard(edge.contact)
        self._from_start.discard(edge.contact)
        return told

    def _alarm(self, contact: str, since: float, until: float) -> list[GateEvent]:
        if contact != ALARM or contact in self._from_start:
            return []
        return [TagAlarm(at=since, seconds=until - since)]
