"""Patrons' contactless cards, read through nfcpy, as a `CardReader`."""

from collections.abc import Iterator
from contextlib import contextmanager
from threading import Event
from typing import TYPE_CHECKING

from drivers.contactless_card.numbers import card_by_text, card_by_uid, is_random
from drivers.contactless_card.presence import Presence
from drivers.contactless_card.settings import CardSettings
from drivers.deadline import Deadline
from drivers.errors import Cancelled, DeviceLost, DeviceSilent, DriverError, FrameDamaged
from drivers.facts import CardSeen
from drivers.frame_trace import Direction, FrameTrace
from drivers.interfaces import DeviceIdentity
from drivers.registry import Driver, UsbPlace
from drivers.serial_adapters import SERIAL_ADAPTERS

if TYPE_CHECKING:
    from drivers.contactless_card.frontend import CardFrontend, FoundCard

TRIES = 3
TEXT_SECONDS = 1.5
"""Longer than any honest card needs for its text; shorter than a patron holds it."""


class ContactlessCardReader:
    """Looks for cards in rounds; what has begun is finished, so that a call may last as long as one
    silent reader's `patience` beyond its deadline. `cancel` ends the wait that runs, or else the
    next one. Owner: the thread of `open`.
    """

    def __init__(self, settings: CardSettings, trace: FrameTrace | None = None) -> None:
        self._settings = settings
        self._trace = trace or FrameTrace()
        self._frontend: CardFrontend | None = None
        self._present = Presence()
        self._cancelled = Event()

    def open(self, deadline: Deadline) -> DeviceIdentity:
        # Slow to import, and not needed by a station without card reader.
        from drivers.contactless_card.frontend import CardFrontend  # noqa: PLC0415

        self.close()
        frontend = CardFrontend(self._settings.path)
        try:
            with self._cancelled_once():
                frontend.open(self._settings, self._trace, self._cancelled, deadline)
        except DriverError:
            frontend.close()
            raise
        self._frontend = frontend
        return frontend.identity()

    def close(self) -> None:
        frontend, self._frontend = self._frontend, None
        self._present.clear()
        if frontend is not None:
            frontend.close()

    def cancel(self) -> None:
        self._cancelled.set()

    def next_card(self, deadline: Deadline) -> CardSeen | None:
        with self._cancelled_once():
            while not deadline.expired():
                card = self._look_with_repeats(deadline)
                if card is not None:
                    return card
                if self._cancelled.wait(min(self._settings.pause, deadline.remaining())):
                    raise Cancelled(f"the wait on {self._settings.path} was ended by the station")
        return None

    @contextmanager
    def _cancelled_once(self) -> Iterator[None]:
        """Whoever raises Cancelled has done what `cancel` asked for."""
        try:
            yield
        except Cancelled:
            self._cancelled.clear()
            raise

    def _look_with_repeats(self, deadline: Deadline) -> CardSeen | None:
        for _ in range(TRIES - 1):
            try:
                return self._look()
            except (DeviceSilent, FrameDamaged):
                if deadline.expired():
                    raise
        return self._look()

    def _look(self) -> CardSeen | None:
        """One round: the card that is new in the field, if its number could be made."""
        frontend = self._opened()
        found = frontend.look(self._settings.technologies)
        if found is None:
            self._present.looked(None)
            return None
        key = (found.technology, found.uid)
        if key in self._present:
            self._present.looked(key)
            return None
        return self._meet(frontend, found)

    def _meet(self, frontend: "CardFrontend", found: "FoundCard") -> CardSeen | None:
        """A card that was not here in the last rounds, or that makes a new UID each time."""
        changing = is_random(found.technology, found.uid)
        if found.technology == "iso14443b":
            again = frontend.look((found.technology,))
            if again is None:
                return None  # it was at the edge of the field: the next round sees it again
            changing, found = again.uid != found.uid, again
        key = (found.technology, b"" if changing else found.uid)
        if key in self._present:
            self._present.looked(key)
            return None
        card = self._identified(frontend, found, changing=changing)
        if card is not None:
            self._present.looked(key)
            self._trace.record_masked(Direction.RECEIVED, found.uid)
        return card

    def _identified(
        self, frontend: "CardFrontend", found: "FoundCard", *, changing: bool
    ) -> CardSeen | None:
        """None when the card was taken away before its text was read."""
        if self._settings.number == "uid":
            return card_by_uid(self._settings, found.technology, found.uid, changing=changing)
        deadline = Deadline.after(TEXT_SECONDS)
        texts: list[str] = []
        for _ in range(TRIES):
            texts = frontend.texts(found, deadline)
            if texts or deadline.expired():
                break
            again = frontend.look((found.technology,))
            if again is None:
                return None
            found = again
        return card_by_text(self._settings, found.technology, texts)

    def _opened(self) -> "CardFrontend":
        if self._frontend is None:
            raise DeviceLost(f"{self._settings.path} is not open; open it first")
        return self._frontend


DRIVER = Driver(
    name="contactless_card",
    kind="card",
    summary="contactless patron cards: PN532 on a serial line, ACR122U, PN533, RC-S380",
    settings=CardSettings,
    make=ContactlessCardReader,
    simulation="drivers.contactless_card.simulator:SIMULATION",
    usb=(
        UsbPlace(0x072F, 0x2200, "ACS ACR122U"),
        UsbPlace(0x04CC, 0x2533, "NXP PN533"),
        UsbPlace(0x04E6, 0x5591, "SCM SCL3711"),
        UsbPlace(0x04E6, 0x5593, "SCM SCL3712"),
        UsbPlace(0x054C, 0x06C1, "Sony RC-S380"),
        UsbPlace(0x054C, 0x06C3, "Sony RC-S380"),
        UsbPlace(0x054C, 0x02E1, "Sony RC-S330, RC-S360 or RC-S370"),
        *SERIAL_ADAPTERS,
    ),
)
