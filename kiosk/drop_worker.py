"""The thread of a book-drop's chute: tells its sensors, carries out orders, keeps it alive.

The chute's outputs fall back to rest by themselves when the controller stops giving signs of life.
"""

from time import monotonic

import structlog

from drivers.errors import Cancelled
from drivers.facts import ChuteChanged, ChuteState
from drivers.interfaces import BookDropChute, ChuteOrder
from kiosk.device_news import DeviceUp
from kiosk.device_worker import DeviceWorker, Tell

ALIVE_SECONDS = 1.5
"""A controller that has not stepped for so long gives no orders that should be held."""

LOOK_SECONDS = 0.5

log = structlog.get_logger()


class DropWorker(DeviceWorker):
    """One order replaces another that was not carried out yet: only the last one counts.

    `_given` is the controller's to write, `_obeyed` this thread's: an order that was cut short by a
    `cancel` is carried out at the next turn.
    """

    kind = "drop"

    def __init__(self, name: str, chute: BookDropChute, tell: Tell) -> None:
        super().__init__(name, chute, tell)
        self._chute = chute
        self._given = (0, ChuteOrder.REST)
        self._obeyed = 0
        self._alive_at = 0.0

    def order(self, order: ChuteOrder) -> None:
        """Called by the controller."""
        self._given = (self._given[0] + 1, order)
        self._try(self._device.cancel)

    def controller_lives(self) -> None:
        """Called by the controller at every step."""
        self._alive_at = monotonic()

    def _open(self) -> None:
        identity = self._chute.open(self._call())
        log.info("device up", device=self.device_name, model=identity.model)
        self._obeyed, _ = self._given  # what was ordered before is over: all outputs rest
        self._say(DeviceUp(self.device_name, self.kind, identity.model))
        self._tell_state(self._chute.state(self._call()))

    def _serve(self) -> None:
        while not self._stopping.is_set():
            try:
                self._obey()
                changed = self._chute.next_change(self._call().earlier(LOOK_SECONDS))
            except Cancelled:
                continue
            if changed is not None:
                self._tell_state(changed)

    def _obey(self) -> None:
        if monotonic() < self._alive_at + ALIVE_SECONDS:
            self._chute.keep_alive()
        number, order = self._given
        if number != self._obeyed:
            self._chute.order(order, self._call())
            self._obeyed = number

    def _tell_state(self, state: ChuteState) -> None:
        self._say(ChuteChanged(self.device_name, state, monotonic()))
