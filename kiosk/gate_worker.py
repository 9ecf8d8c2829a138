"""The thread of a gate: takes its events, and lets it forget them once they are kept."""

from threading import Event

import structlog

from drivers.facts import GateEvent, GateTold
from drivers.interfaces import SecurityGate
from kiosk.device_news import DeviceUp
from kiosk.device_worker import DeviceWorker, Tell

KEPT_SECONDS = 5.0
"""How long a gate waits to hear that its events stand on the disk; else it tells them again."""

log = structlog.get_logger()


class GateWorker(DeviceWorker):
    """Events come at least once: what the controller could not write down is told again."""

    kind = "gate"

    def __init__(self, name: str, gate: SecurityGate, tell: Tell) -> None:
        super().__init__(name, gate, tell)
        self._gate = gate
        self._kept = Event()

    def kept(self) -> None:
        """Called by the controller: what was told last stands on the disk."""
        self._kept.set()

    def stop(self) -> None:
        """Ask the thread to end soon."""
        super().stop()
        self._kept.set()

    def _open(self) -> None:
        identity = self._gate.open(self._call())
        log.info("device up", device=self.device_name, model=identity.model)
        self._say(DeviceUp(self.device_name, self.kind, identity.model))

    def _serve(self) -> None:
        while not self._stopping.is_set():
            events = self._gate.events(self._call())
            self.busy_since = None
            if events and self._are_kept(events):
                self._gate.taken(self._call())

    def _are_kept(self, events: tuple[GateEvent, ...]) -> bool:
        self._kept.clear()
        self._say(GateTold(self.device_name, events))
        return self._kept.wait(KEPT_SECONDS) and not self._stopping.is_set()
