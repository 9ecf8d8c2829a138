"""One thread per device: open – identify – serve – offline – reopen, as one visible loop.

Retries live here and nowhere else (docs/architecture.md, "Retries"): the driver repeats reads, a
write is repeated only after a read showed that it did not take effect, and a device that is lost
is reopened with a growing pause.
"""

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from threading import Condition, Event, Thread
from time import monotonic
from typing import Protocol

import structlog

from drivers.deadline import Deadline
from drivers.errors import (
    DriverError,
    TagError,
    TagLeft,
    TagLocked,
)
from drivers.facts import BarcodeScanned, InventoryRound
from drivers.interfaces import BarcodeScanner, TagReader
from drivers.tags.content import TagContent
from drivers.tags.detect import decode_tag
from drivers.tags.iso15693 import geometry_of
from drivers.tags.security import LibraryProfile, SecurityState
from drivers.uid import Uid
from kiosk.crash_points import CrashPoint, reached
from kiosk.pad_orders import (
    ContentRead,
    PadDown,
    PadOrder,
    PadOutcome,
    PadUp,
    ReadContent,
    ReadSecurity,
    SecurityRead,
    SecuritySet,
    SetSecurity,
)
from kiosk.session.events import WriteFailure

FIRST_BLOCKS = 9
"""36 bytes: enough for every data model's first look (docs/protocols/tags.md, "Detection")."""

WRITE_TRIES = 3
FIRST_PAUSE_SECONDS = 0.5
LONGEST_PAUSE_SECONDS = 30.0
STABLE_SECONDS = 10.0
CALL_SECONDS = 2.0

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class ScannerUp:
    """The scanner's line is open."""

    device: str


@dataclass(frozen=True, slots=True)
class ScannerDown:
    """The scanner's line is closed; `kind` and `reason` as in PadDown."""

    device: str
    kind: str
    reason: str


WorkerNews = InventoryRound | BarcodeScanned | PadOutcome | ScannerUp | ScannerDown
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
    """The loop of every device. Owner of the device: this thread."""

    def __init__(self, name: str, device: Device, tell: Tell) -> None:
        super().__init__(name=f"device {name}", daemon=True)
        self.device_name = name
        self._device = device
        self._tell = tell
        self._stopping = Event()
        self.busy_since: float | None = None

    def stop(self) -> None:
        """Ask the thread to end soon; the caller joins it."""
        self._stopping.set()
        self._device.cancel()

    def run(self) -> None:
        """Open, serve, and on any fault say so, pause and open again."""
        pauses, folded = Pauses(), ""
        while not self._stopping.is_set():
            began = monotonic()
            try:
                self._open()
                folded = ""
                self._serve()
            except DriverError as problem:
                folded = self._say_down(problem, folded)
            finally:
                self._device.close()
            self._stopping.wait(pauses.take(monotonic() - began))

    def _say_down(self, problem: DriverError, folded: str) -> str:
        kind = type(problem).__name__
        if self._stopping.is_set() or kind == folded:
            return folded
        log.warning("device down", device=self.device_name, kind=kind, reason=str(problem))
        self._tell(self._down(kind, str(problem)))
        return kind

    def _call(self) -> Deadline:
        self.busy_since = monotonic()
        return Deadline.after(CALL_SECONDS)

    def _open(self) -> None:
        raise NotImplementedError

    def _serve(self) -> None:
        raise NotImplementedError

    def _down(self, kind: str, reason: str) -> PadDown | ScannerDown:
        raise NotImplementedError


class PadWorker(DeviceWorker):
    """Polls a pad and carries out orders; orders go before polling."""

    def __init__(
        self, name: str, reader: TagReader, profile: LibraryProfile, poll_seconds: float, tell: Tell
    ) -> None:
        super().__init__(name, reader, tell)
        self._reader = reader
        self._profile = profile
        self._poll_seconds = poll_seconds
        self._orders: deque[PadOrder] = deque()
        self._changed = Condition()
        self._last: frozenset[Uid] = frozenset()

    def order(self, orders: tuple[PadOrder, ...]) -> None:
        """Called by the controller: carry these out next, in this order."""
        with self._changed:
            self._orders.extend(orders)
            self._changed.notify_all()

    def stop(self) -> None:
        """Ask the thread to end soon."""
        super().stop()
        with self._changed:
            self._changed.notify_all()

    def _open(self) -> None:
        identity = self._reader.open(self._call())
        log.info("device up", device=self.device_name, model=identity.model)
        self._tell(PadUp(self.device_name, identity.model))

    def _down(self, kind: str, reason: str) -> PadDown:
        self._last = frozenset()
        self._fail_all_orders()
        return PadDown(self.device_name, kind, reason)

    def _serve(self) -> None:
        while not self._stopping.is_set():
            order = self._next_order()
            if order is not None:
                self._carry_out(order)
            elif self._look():
                self._wait_for_order()

    def _look(self) -> bool:
        """One inventory round; True when it showed the same tags as the last one."""
        tags = self._reader.inventory(self._call())
        self.busy_since = None
        seen = InventoryRound(self.device_name, tags, monotonic())
        same = seen.uids == self._last
        self._last = seen.uids
        self._tell(seen)
        return same

    def _wait_for_order(self) -> None:
        with self._changed:
            if not self._orders and not self._stopping.is_set():
                self._changed.wait(self._poll_seconds)

    def _next_order(self) -> PadOrder | None:
        with self._changed:
            return self._orders.popleft() if self._orders else None

    def _carry_out(self, order: PadOrder) -> None:
        try:
            outcome = self._outcome(order)
        except DriverError:
            self._tell(_failed(order, WriteFailure.PAD_LOST))
            raise
        finally:
            self.busy_since = None
        self._tell(outcome)

    def _outcome(self, order: PadOrder) -> PadOutcome:
        match order:
            case ReadContent(uid):
                return ContentRead(uid, self._content(uid))
            case ReadSecurity(uid):
                return SecurityRead(uid, self._state(uid))
            case SetSecurity():
                return SecuritySet(order, self._bring_about(order))

    def _content(self, uid: Uid) -> TagContent | None:
        geometry = geometry_of(uid)
        try:
            first = self._reader.read_blocks(
                uid, 0, min(FIRST_BLOCKS, geometry.blocks), self._call()
            )
            content = decode_tag(first.data, block_size=first.block_size)
            if not content.needs_more:
                return content
            read = len(first.data) // first.block_size
            rest = self._reader.read_blocks(uid, read, geometry.blocks - read, self._call())
            return decode_tag(first.data + rest.data, block_size=first.block_size)
        except TagError:
            return None

    def _state(self, uid: Uid) -> SecurityState | None:
        try:
            return self._profile.state_of(self._reader.system_information(uid, self._call()).afi)
        except TagError:
            return None

    def _bring_about(self, order: SetSecurity) -> WriteFailure | None:
        """Write, read back, and write again only when the reading shows the old state."""
        try:
            if order.check_first and self._is_as_wanted(order):
                return None
            for _ in range(WRITE_TRIES):
                if self._written(order):
                    return None
        except TagLeft:
            return WriteFailure.LEFT
        except TagLocked:
            return WriteFailure.LOCKED
        except TagError:
            return WriteFailure.NOT_WRITTEN
        return WriteFailure.NOT_WRITTEN

    def _written(self, order: SetSecurity) -> bool:
        reached(CrashPoint.BEFORE_TAG_WRITE)
        try:
            self._reader.write_afi(order.uid, self._profile.afi_for(order.wanted), self._call())
        except TagLocked:
            raise
        except TagError as problem:
            log.info("tag write answered with a fault", reason=type(problem).__name__)
        reached(CrashPoint.TAG_WRITTEN)
        return self._is_as_wanted(order)

    def _is_as_wanted(self, order: SetSecurity) -> bool:
        found = self._reader.system_information(order.uid, self._call()).afi
        return self._profile.state_of(found) is order.wanted

    def _fail_all_orders(self) -> None:
        while (order := self._next_order()) is not None:
            self._tell(_failed(order, WriteFailure.PAD_LOST))


def _failed(order: PadOrder, why: WriteFailure) -> PadOutcome:
    match order:
        case ReadContent(uid):
            return ContentRead(uid, None)
        case ReadSecurity(uid):
            return SecurityRead(uid, None)
        case SetSecurity():
            return SecuritySet(order, why)


class ScannerWorker(DeviceWorker):
    """Waits for codes."""

    def __init__(self, name: str, scanner: BarcodeScanner, tell: Tell) -> None:
        super().__init__(name, scanner, tell)
        self._scanner = scanner

    def _open(self) -> None:
        self._scanner.open(self._call())
        log.info("device up", device=self.device_name)
        self._tell(ScannerUp(self.device_name))

    def _down(self, kind: str, reason: str) -> ScannerDown:
        return ScannerDown(self.device_name, kind, reason)

    def _serve(self) -> None:
        while not self._stopping.is_set():
            self.busy_since = None
            code = self._scanner.next_code(Deadline.after(CALL_SECONDS))
            if code is not None:
                self._tell(BarcodeScanned(self.device_name, code, monotonic()))
