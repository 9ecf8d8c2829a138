"""What a gate tells, listened to through the running station, or at the gate itself."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any, Protocol

from msgspec import Struct

from drivers.deadline import Deadline
from drivers.facts import GateEvent, Passage, TagAlarm
from kiosk.cli.at_hand import DeviceAtHand, give_up, opened, running_station
from kiosk.config import DeviceSection, StationConfig
from kiosk.local.client import StationClient, StationGone, StationRefused
from kiosk.local.protocol import Told, Watch

LEFT_OVER_SECONDS = 0.5
"""Enough to ask a gate once."""
SETTLE_SECONDS = 0.5
"""An alarm of just now is on its way through the station for so long."""
TAKE_SECONDS = 5.0


class Heard(Struct, frozen=True, kw_only=True):
    """What a gate told at once. `uids`: of the tags that alarmed, where it tells them."""

    at: str
    events: tuple[str, ...]
    uids: tuple[str, ...]
    entered: int
    left: int

    @property
    def alarmed(self) -> bool:
        """A tag was taken for secured."""
        return TagAlarm.__name__ in self.events


class GateEar(Protocol):
    """Hears a gate."""

    def next(self, seconds: float) -> Heard | None:
        """What it tells next, None when it tells nothing in time."""

    def forget(self) -> None:
        """What it told until now is of no interest."""


@contextmanager
def listening(config: StationConfig, section: DeviceSection, *, discard: bool) -> Iterator[GateEar]:
    """`discard`: what a gate still remembers, and no station has taken, may be lost."""
    station = running_station(config)
    if station is None:
        with opened(config, section) as at_hand:
            yield _GateItself(at_hand, discard=discard)
        return
    try:
        with station:
            station.ask(Watch())
            yield _ThroughStation(station, section.called)
    except (StationGone, StationRefused) as problem:
        give_up(problem)


class _ThroughStation:
    """The station keeps what it tells."""

    def __init__(self, station: StationClient, gate: str) -> None:
        self._station = station
        self._gate = gate

    def next(self, seconds: float) -> Heard | None:
        deadline = Deadline.after(seconds)
        while not deadline.expired():
            event = self._station.next_event(deadline.remaining())
            if isinstance(event, Told) and (event.device, event.what) == (self._gate, "gate"):
                return _heard(event)
        return None

    def forget(self) -> None:
        while self._station.next_event(SETTLE_SECONDS) is not None:
            pass


class _GateItself:
    """What it tells is taken, and kept nowhere."""

    def __init__(self, at_hand: DeviceAtHand, *, discard: bool) -> None:
        self._gate = at_hand.device
        left_over = self._gate.events(Deadline.after(LEFT_OVER_SECONDS))
        if left_over and not discard:
            give_up(
                f"{at_hand.section.called} remembers {len(left_over)} events that no station has"
                " taken. Start the station to keep them, or add --discard to lose them."
            )
        self.forget()

    def forget(self) -> None:
        while self._gate.events(Deadline.after(LEFT_OVER_SECONDS)):
            self._gate.taken(Deadline.after(TAKE_SECONDS))

    def next(self, seconds: float) -> Heard | None:
        events = self._gate.events(Deadline.after(max(seconds, LEFT_OVER_SECONDS)))
        if not events:
            return None
        self._gate.taken(Deadline.after(TAKE_SECONDS))
        return heard_from(events)


def heard_from(events: tuple[GateEvent, ...]) -> Heard:
    """Of a gate itself."""
    passages = [event for event in events if isinstance(event, Passage)]
    return Heard(
        at=datetime.now().astimezone().isoformat(timespec="milliseconds"),
        events=tuple(type(event).__name__ for event in events),
        uids=tuple(str(e.uid) for e in events if isinstance(e, TagAlarm) and e.uid),
        entered=sum(passage.entered for passage in passages),
        left=sum(passage.left for passage in passages),
    )


def _heard(told: Told) -> Heard:
    facts: dict[str, Any] = dict(told.facts)
    return Heard(
        at=told.at,
        events=tuple(facts["events"]),
        uids=tuple(facts["uids"]),
        entered=facts["entered"],
        left=facts["left"],
    )
