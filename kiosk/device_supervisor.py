"""Starts one worker per configured device and replaces one that is stuck. Owner: the controller.

A driver that cannot be loaded, or settings it does not take, put that device out of service with
its reason; the station starts all the same.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from time import monotonic
from typing import Any, TypeVar

import msgspec
import structlog

from drivers.facts import GateTold
from drivers.frame_trace import FrameTrace
from drivers.interfaces import ChuteOrder
from drivers.registry import Driver, DriverStatus, installed_drivers
from drivers.tags.security import LibraryProfile
from kiosk.config import DeviceKind, DeviceSection, StationConfig
from kiosk.device_news import DeviceDown
from kiosk.device_worker import CALL_SECONDS, CardWorker, DeviceWorker, ScannerWorker, Tell
from kiosk.drop_worker import DropWorker
from kiosk.gate_worker import GateWorker
from kiosk.pad_orders import PadOrder
from kiosk.pad_worker import PadWorker, failed
from kiosk.printer_orders import NotPrinted, PrintReceipt, ReceiptNotPrinted
from kiosk.printer_worker import PrinterWorker
from kiosk.session.events import WriteFailure

log = structlog.get_logger()

STUCK_SECONDS = 3 * CALL_SECONDS
JOIN_SECONDS = 5.0
ABANDONED_AT_MOST = 2
"""Threads of one device that hang in the system; another one would hang there as well."""

WORKERS: Mapping[DeviceKind, Callable[[str, Any, Tell], DeviceWorker]] = {
    "scanner": ScannerWorker,
    "card": CardWorker,
    "printer": PrinterWorker,
    "gate": GateWorker,
    "drop": DropWorker,
}

W = TypeVar("W", bound=DeviceWorker)


@dataclass(frozen=True, slots=True)
class _Pause:
    """`holder` uses the device; taken back at monotonic time `until`."""

    holder: object
    until: float


class DeviceSupervisor:
    """The workers of a station by the names of their devices."""

    def __init__(
        self, config: StationConfig, tell: Tell, trace: Callable[[str], FrameTrace]
    ) -> None:
        self._config = config
        self._tell = tell
        self._trace = trace
        self._sections = {section.called: section for section in config.device}
        self._workers: dict[str, DeviceWorker] = {}
        self._paused: dict[str, _Pause] = {}
        self._unmasked_until = 0.0
        self._abandoned: dict[str, list[DeviceWorker]] = {name: [] for name in self._sections}
        self._drivers: dict[str, DriverStatus] = {}

    def start(self) -> None:
        """Start a worker for each configured device."""
        self._drivers = dict(installed_drivers())
        for name in self._sections:
            self._start(name)

    def stop(self) -> None:
        """Stop all workers and wait for them."""
        for worker in self._workers.values():
            worker.stop()
        for worker in self._workers.values():
            worker.join(JOIN_SECONDS)

    def order(self, orders: tuple[PadOrder, ...]) -> None:
        """Pass orders to the pad; what no worker takes has failed."""
        pad = next(self._workers_of(PadWorker), None)
        if pad is not None:
            pad.order(orders)
            return
        for order in orders:
            self._tell(failed(order, WriteFailure.PAD_LOST))

    def print(self, receipt: PrintReceipt) -> None:
        """Pass a receipt to the printer; what no worker takes is dropped."""
        printer = next(self._workers_of(PrinterWorker), None)
        if printer is not None:
            printer.print(receipt)
            return
        self._tell(ReceiptNotPrinted("", receipt.key, NotPrinted.OUT_OF_ORDER))

    def listen(self, *, wanted: bool) -> None:
        """Scanners read while a screen wants codes, and only then."""
        for scanner in self._workers_of(ScannerWorker):
            scanner.listen(wanted=wanted)

    def gate_kept(self, told: GateTold, *, on_disk: bool) -> None:
        """Whether what a gate told stands on the disk."""
        for gate in self._workers_of(GateWorker):
            if gate.device_name == told.device:
                gate.kept(told, on_disk=on_disk)

    def order_chute(self, order: ChuteOrder) -> None:
        """For the book-drop's chute."""
        for drop in self._workers_of(DropWorker):
            drop.order(order)

    def pause(self, device: str, seconds: float, holder: object) -> bool:
        """Let go of a device; what it was ordered has failed. False: somebody else holds it."""
        if self._held_by_another(device, holder):
            return False
        worker = self._workers.pop(device, None)
        if worker is not None:
            worker.abandon()  # it closes the port in its own time; nobody waits for it here
            self._abandoned[device].append(worker)
        self._paused[device] = _Pause(holder, monotonic() + seconds)
        self._say_down(device, "Paused", "a technician uses the device")
        return True

    def resume(self, device: str, holder: object) -> bool:
        """Take it back, if it was paused. False: somebody else holds it."""
        if self._held_by_another(device, holder):
            return False
        if self._paused.pop(device, None) is not None:
            self._replace(device, self._abandoned[device])
        return True

    def unmask(self, device: str, seconds: float) -> bool:
        """Have those who watch be told a device's frames as they are; 0 s: mask all again.

        False: there is no such device.
        """
        if device not in self._sections:
            return False
        until = monotonic() + seconds if seconds else 0.0
        for name in [device] if seconds else self._sections:
            self._trace(name).unmasked_until = until
        self._unmasked_until = max(self._unmasked_until, until) if seconds else 0.0
        return True

    def unmasked(self) -> bool:
        """Whether frames are told as they are now."""
        return monotonic() < self._unmasked_until

    def check(self) -> None:
        """The controller lives. Replace a worker that is stuck long after its deadline."""
        now = monotonic()
        for drop in self._workers_of(DropWorker):
            drop.controller_lives()
        for name, pause in tuple(self._paused.items()):
            if now >= pause.until:
                self.resume(name, pause.holder)
        for name, worker in tuple(self._workers.items()):
            busy = worker.busy_since
            if busy is not None and now > busy + worker.longer + STUCK_SECONDS:
                self._abandon(name, worker)
        for name, abandoned in self._abandoned.items():
            if abandoned and name not in self._workers and name not in self._paused:
                self._replace(name, abandoned)

    def _workers_of(self, kind: type[W]) -> Iterator[W]:
        return (worker for worker in tuple(self._workers.values()) if isinstance(worker, kind))

    def _held_by_another(self, device: str, holder: object) -> bool:
        pause = self._paused.get(device)
        return pause is not None and pause.holder is not holder

    def _abandon(self, name: str, worker: DeviceWorker) -> None:
        log.error("device stuck: worker abandoned", device=name)
        del self._workers[name]
        self._abandoned[name].append(worker)
        worker.abandon()
        self._say_down(name, "DeviceStuck", "the driver does not return from a call")

    def _replace(self, name: str, abandoned: list[DeviceWorker]) -> None:
        abandoned[:] = [worker for worker in abandoned if worker.is_alive()]
        if len(abandoned) < ABANDONED_AT_MOST:
            self._start(name)

    def _start(self, name: str) -> None:
        try:
            worker = self._worker(name, self._sections[name])
        except Exception as problem:
            log.exception("device out of service", device=name)
            self._say_down(name, "WrongDevice", str(problem))
            return
        self._workers[name] = worker
        worker.start()

    def _worker(self, name: str, section: DeviceSection) -> DeviceWorker:
        driver = self._driver(name, section)
        settings = msgspec.convert(section.settings, driver.settings)
        trace = self._trace(name)
        device = driver.make(settings, trace)
        if section.kind == "pad":
            tags = self._config.tags
            profile = LibraryProfile(int(tags.afi_secured, 16), int(tags.afi_released, 16))
            return PadWorker(name, device, profile, section.poll_seconds, self._tell, trace)
        return WORKERS[section.kind](name, device, self._tell)

    def _driver(self, name: str, section: DeviceSection) -> Driver:
        status = self._drivers.get(section.driver)
        if status is None:
            known = ", ".join(sorted(self._drivers))
            raise ValueError(
                f"{name}: driver {section.driver!r} is not installed; there are {known}"
            )
        if status.driver is None:
            raise ValueError(f"{name}: driver {section.driver!r} does not load: {status.reason}")
        if status.driver.kind != section.kind:
            raise ValueError(
                f"{name}: {section.driver!r} drives a {status.driver.kind}, no {section.kind}"
            )
        return status.driver

    def _say_down(self, name: str, error: str, reason: str) -> None:
        self._tell(DeviceDown(name, self._sections[name].kind, error, reason))
