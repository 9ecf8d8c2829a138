"""Takes what devices tell to those technicians who watch. Any thread may notice."""

from collections.abc import Callable
from dataclasses import asdict
from datetime import datetime
from threading import Lock

from drivers.facts import (
    BarcodeScanned,
    CardPresented,
    ChuteChanged,
    GateTold,
    InventoryRound,
    Passage,
    TagAlarm,
)
from drivers.frame_trace import TracedFrame
from drivers.uid import Uid
from kiosk.device_news import DeviceDown, DeviceUp
from kiosk.local.protocol import Event, Frame, FrameTold, Told

Listener = Callable[[Event], None]


class Bulletin:
    """Listeners, each with its wish for frames. A round that shows what the last one showed is no
    news.
    """

    def __init__(self) -> None:
        self._lock = Lock()
        self._listeners: dict[Listener, bool] = {}
        self._on_pad: dict[str, frozenset[Uid]] = {}

    def add(self, listener: Listener, *, frames: bool) -> None:
        """Tell it from now on."""
        with self._lock:
            self._listeners = self._listeners | {listener: frames}

    def remove(self, listener: Listener) -> None:
        """Harmless when it was never added."""
        with self._lock:
            self._listeners = {one: f for one, f in self._listeners.items() if one != listener}

    def notice(self, news: object) -> None:
        """What a device worker told."""
        listeners = self._listeners
        if listeners and (told := self._told(news)) is not None:
            for listener in listeners:
                listener(told)

    def frame(self, device: str, frame: TracedFrame) -> None:
        """What went over a line."""
        wanted = [listener for listener, frames in self._listeners.items() if frames]
        for listener in wanted:
            listener(FrameTold(device=device, frame=frame_of(frame)))

    def _told(self, news: object) -> Told | None:
        at = datetime.now().astimezone().isoformat(timespec="milliseconds")
        match news:
            case DeviceUp(device, kind, model):
                return Told(at=at, device=device, what="up", facts={"kind": kind, "model": model})
            case DeviceDown(device, kind, error, reason):
                facts = {"kind": kind, "error": error, "reason": reason}
                return Told(at=at, device=device, what="down", facts=dict(facts))
            case InventoryRound(device):
                return self._round(at, device, news.uids)
            case BarcodeScanned(device, text):
                return Told(at=at, device=device, what="code", facts={"characters": len(text)})
            case CardPresented(device, card):
                facts = {"technology": card.technology, "problem": card.problem or ""}
                return Told(at=at, device=device, what="card", facts=dict(facts))
            case GateTold(device, events):
                kinds = [type(event).__name__ for event in events]
                uids = [event.uid for event in events if isinstance(event, TagAlarm) and event.uid]
                people = [event for event in events if isinstance(event, Passage)]
                told: dict[str, int | list[str]] = {
                    "events": kinds,
                    "uids": [str(uid) for uid in uids],
                    "entered": sum(passage.entered for passage in people),
                    "left": sum(passage.left for passage in people),
                }
                return Told(at=at, device=device, what="gate", facts=dict(told))
            case ChuteChanged(device, state):
                return Told(at=at, device=device, what="chute", facts=asdict(state))
            case _:
                return None

    def _round(self, at: str, device: str, uids: frozenset[Uid]) -> Told | None:
        if self._on_pad.get(device) == uids:
            return None
        self._on_pad[device] = uids
        return Told(at=at, device=device, what="tags", facts={"uids": sorted(uids)})


def frame_of(frame: TracedFrame) -> Frame:
    """A frame as it travels."""
    return Frame(
        at=frame.at,
        direction=str(frame.direction),
        hex=frame.raw.hex(" ").upper(),
        sentence=frame.sentence,
    )
