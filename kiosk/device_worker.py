"""One thread per device: open – identify – serve – offline – reopen, as one visible loop.

Retries live here and nowhere else (docs/architecture.md, "Retries"): the driver repeats reads, a
write is repeated only after a read showed that it did not take effect, and a device that is lost
is reopened with a growing pause.
"""

from collections.abc import Callable
from contextlib import suppress
from threading import Event, Lock, Thread
from time import monotonic
from typing import ClassVar, Protocol

import structlog

from drivers.deadline import Deadline
from drivers.errors import Cancelled, DriverError
from drivers.facts import BarcodeScanned, CardPresented, Fact
from drivers.interfaces import BarcodeScanner, CardReader
from kiosk.config import DeviceKind
from kiosk.device_news import DeviceDown, DeviceUp
from kiosk.pad_orders import PadOutcome
from kiosk.printer_orders import PrinterOutcome

FIRST_PAUSE_SECONDS = 0.5
LONGEST_PAUSE_SECONDS = 30.0
STABLE_SECONDS = 10.0
CALL_SECONDS = 2.0

log = structlog.get_logger()


WorkerNews = Fact | PadOutcome | PrinterOutcome | DeviceUp | DeviceDown
Tell = Callable[[WorkerNews], None]


class Pauses:
    """The growing pause between tries to open; short again after a stable time."""

    def __init__(self) -> None:
        self._next = FIRST_PAUSE_SECONDS

    def take(self, served_seconds: float) -> float:
        """How long to wait now, given how long the device served before it was lost."""
        if served_seconds >= STABLE_SECONDS:
            self._next = FIRST_PAUSE_SECONDS
        pause, self._next = self._next, min(2 * self._next, LONGEST_PAUSE_SECONDS)
        return pause


class Device(Protocol):
    """What a worker needs of any device."""

    def close(self) -> None: ...
    def cancel(self) -> None: ...


class DeviceWorker(Thread):
    """The loop of every device. Owner of the device: this thread.

    A worker of some kind says how it opens, what it serves, and what else ends with its device.
    `busy_since`: when the call of the driver that is under way began, None between calls;
    `longer`: how many seconds beyond CALL_SECONDS it may take.
    """

    kind: ClassVar[DeviceKind]

    def __init__(self, name: str, device: Device, tell: Tell) -> None:
        super().__init__(name=f"device {name}", daemon=True)
        self.device_name = name
        self._device = device
        self._tell = tell
        self._stopping = Event()
        self._speaking = Lock()
        self.busy_since: float | None = None
        self.longer = 0.0

    def stop(self) -> None:
        """Ask the thread to end soon; the caller joins it."""
        with self._speaking:  # whatever it says was said before this returns
            self._stopping.set()
        self._try(self._device.cancel)

    def abandon(self) -> None:
        """It is stuck: another worker takes its place, and nobody waits for this one."""
        self.stop()

    def run(self) -> None:
        """Open, serve, and on any fault say so, pause and open again."""
        pauses, folded = Pauses(), ""
        while not self._stopping.is_set():
            began = monotonic()
            try:
                self._open()
                folded = ""
                self._serve()
            except Exception as problem:  # noqa: BLE001 - foreign code may raise anything
                folded = self._say_down(problem, folded)
            finally:
                self._try(self._device.close)
                self.busy_since = None
            self._stopping.wait(pauses.take(monotonic() - began))

    def _try(self, call: Callable[[], None]) -> None:
        try:
            call()
        except Exception:
            log.exception("device does not obey", device=self.device_name)

    def _say_down(self, problem: Exception, folded: str) -> str:
        kind = type(problem).__name__
        if self._stopping.is_set() or kind == folded:
            return folded
        known = isinstance(problem, DriverError)
        log.warning(
            "device down",
            device=self.device_name,
            kind=kind,
            reason=str(problem),
            exc_info=None if known else problem,
        )
        self._out_of_service()
        self._say(DeviceDown(self.device_name, self.kind, kind, str(problem)))
        return kind

    def _say(self, news: WorkerNews) -> None:
        """One that was told to stop is silent: another may speak for the device already."""
        with self._speaking:
            if not self._stopping.is_set():
                self._tell(news)

    def _call(self, seconds: float = CALL_SECONDS) -> Deadline:
        """For each call of the driver. One that was told to stop touches the device no more."""
        if self._stopping.is_set():
            raise Cancelled(f"the worker of {self.device_name} was told to stop")
        self.longer = seconds - CALL_SECONDS
        self.busy_since = monotonic()
        return Deadline.after(seconds)

    def _open(self) -> None:
        raise NotImplementedError

    def _serve(self) -> None:
        raise NotImplementedError

    def _out_of_service(self) -> None:
        """What else ends when the device does not answer."""


class ScannerWorker(DeviceWorker):
    """Waits for codes."""

    kind = "scanner"

    def __init__(self, name: str, scanner: BarcodeScanner, tell: Tell) -> None:
        super().__init__(name, scanner, tell)
        self._scanner = scanner
        self._wanted = False

    def _open(self) -> None:
        self._scanner.open(self._call())
        log.info("device up", device=self.device_name)
        self._say(DeviceUp(self.device_name, self.kind))

    def listen(self, *, wanted: bool) -> None:
        """Called by the controller at every step: only screens that want codes turn it on."""
        if wanted is not self._wanted:
            self._wanted = wanted
            self._try(self._device.cancel)

    def _serve(self) -> None:
        told: bool | None = None
        while not self._stopping.is_set():
            with suppress(Cancelled):  # listening was asked for, or is over
                if told is not self._wanted:
                    wanted, told = self._wanted, None  # cut short, neither on nor off is certain
                    self._scanner.listen(self._call(), wanted=wanted)
                    told = wanted
                self._wait_for_code()

    def _wait_for_code(self) -> None:
        code = self._scanner.next_code(self._call())
        if code is not None:
            self._say(BarcodeScanned(self.device_name, code.text, monotonic(), code.symbology))


class CardWorker(DeviceWorker):
    """Waits for patrons' contactless cards."""

    kind = "card"

    def __init__(self, name: str, reader: CardReader, tell: Tell) -> None:
        super().__init__(name, reader, tell)
        self._reader = reader

    def _open(self) -> None:
        identity = self._reader.open(self._call())
        log.info("device up", device=self.device_name, model=identity.model)
        self._say(DeviceUp(self.device_name, self.kind, identity.model))

    def _serve(self) -> None:
        while not self._stopping.is_set():
            card = self._reader.next_card(self._call())
            if card is not None:
                self._say(CardPresented(self.device_name, card, monotonic()))
