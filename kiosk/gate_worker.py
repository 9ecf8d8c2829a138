"""The thread of a gate: takes its events, and lets it forget them once they are kept."""

from queue import SimpleQueue

import structlog

from drivers.facts import GateEvent, GateTold
from drivers.interfaces import SecurityGate
from kiosk.device_news import DeviceUp
from kiosk.device_worker import DeviceWorker, Tell

AGAIN_SECONDS = 5.0
"""When events that found no room on the disk are told again."""

log = structlog.get_logger()


class GateWorker(DeviceWorker):
    """Events come at least once: what the controller could not write down is told again.

    Told again before the controller has answered they would be kept twice, so it is waited for.
    """

    kind = "gate"

    def __init__(self, name: str, gate: SecurityGate, tell: Tell) -> None:
        super().__init__(name, gate, tell)
        self._gate = gate
        self._answers: SimpleQueue[tuple[GateTold | None, bool]] = SimpleQueue()

    def kept(self, told: GateTold, *, on_disk: bool) -> None:
        """Called by the controller: whether this stands on the disk."""
        self._answers.put((told, on_disk))

    def stop(self) -> None:
        """Ask the thread to end soon."""
        super().stop()
        self._answers.put((None, False))

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
        told, answered, on_disk = GateTold(self.device_name, events), None, False
        self._say(told)
        while answered is not told and not self._stopping.is_set():
            answered, on_disk = self._answers.get()
        if not on_disk:
            self._stopping.wait(AGAIN_SECONDS)
        return on_disk and not self._stopping.is_set()
