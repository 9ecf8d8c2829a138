"""The thread of a receipt printer. A receipt never holds up a loan: what cannot be printed now is
dropped with news, and never printed later for somebody who has gone.
"""

from collections import deque
from threading import Condition
from time import monotonic

import structlog

from drivers.errors import DeviceRefused
from drivers.interfaces import PrinterStatus, ReceiptPrinter
from kiosk.device_news import DeviceUp
from kiosk.device_worker import DeviceWorker, Tell
from kiosk.printer_orders import NotPrinted, PrintReceipt, ReceiptNotPrinted, ReceiptPrinted

PRINT_SECONDS = 30.0
"""A long receipt as a picture takes 25 s at 19,200 baud."""

LOOK_SECONDS = 15.0
WAITING_AT_MOST = 3

log = structlog.get_logger()


class PrinterWorker(DeviceWorker):
    """Every receipt is answered exactly once. A printer without paper is a device that is down:
    it is opened and asked again until it has some.
    """

    kind = "printer"

    def __init__(self, name: str, printer: ReceiptPrinter, tell: Tell) -> None:
        super().__init__(name, printer, tell)
        self._printer = printer
        self._changed = Condition()
        self._serving = False
        self._waiting: deque[PrintReceipt] = deque()
        self._under_way: PrintReceipt | None = None

    def print(self, receipt: PrintReceipt) -> None:
        """Called by the controller; returns at once."""
        with self._changed:
            refused = self._refused()
            if refused is None:
                self._waiting.append(receipt)
                self._changed.notify_all()
                return
        self._tell(ReceiptNotPrinted(self.device_name, receipt.key, refused))

    def stop(self) -> None:
        """Ask the thread to end soon."""
        super().stop()
        with self._changed:
            self._changed.notify_all()

    def abandon(self) -> None:
        """Called by the supervisor: its receipts are dropped."""
        super().abandon()
        self._drop_receipts()

    def _refused(self) -> NotPrinted | None:
        if not self._serving:
            return NotPrinted.OUT_OF_ORDER
        return NotPrinted.BUSY if len(self._waiting) >= WAITING_AT_MOST else None

    def _open(self) -> None:
        identity = self._printer.open(self._call())
        self._expect_well(self._printer.status(self._call()))
        self.busy_since = None
        with self._changed:
            self._serving = not self._stopping.is_set()
        log.info("device up", device=self.device_name, model=identity.model)
        self._say(DeviceUp(self.device_name, self.kind, identity.model))

    def _out_of_service(self) -> None:
        self._drop_receipts()

    def _serve(self) -> None:
        while not self._stopping.is_set():
            receipt = self._next_receipt()
            if receipt is not None:
                self._print_now(receipt)
            elif not self._stopping.is_set():
                self._expect_well(self._printer.status(self._call()))
                self.busy_since = None

    def _print_now(self, receipt: PrintReceipt) -> None:
        """Whoever takes it from `_under_way` tells its outcome: here, or who drops it."""
        status = self._printer.print_lines(receipt.lines, self._call(PRINT_SECONDS))
        self.busy_since = None
        self._expect_well(status)
        with self._changed:
            still_ours, self._under_way = self._under_way is receipt, None
        if still_ours:
            self._tell(ReceiptPrinted(self.device_name, receipt.key))

    def _expect_well(self, status: PrinterStatus) -> None:
        """What it does not tell is well."""
        if status.hindrance:
            raise DeviceRefused(f"{self.device_name} prints nothing: {status.hindrance}", 0)

    def _next_receipt(self) -> PrintReceipt | None:
        """The next one, None when it is time to look at the printer."""
        look_at = monotonic() + LOOK_SECONDS
        with self._changed:
            while not self._waiting and not self._stopping.is_set() and monotonic() < look_at:
                self._changed.wait(look_at - monotonic())
            self._under_way = self._waiting.popleft() if self._waiting else None
            return self._under_way

    def _drop_receipts(self) -> None:
        with self._changed:
            self._serving = False
            under_way, self._under_way = self._under_way, None
            waiting = tuple(self._waiting)
            self._waiting.clear()
        if under_way is not None:
            self._tell(ReceiptNotPrinted(self.device_name, under_way.key, NotPrinted.BROKEN_OFF))
        for receipt in waiting:
            self._tell(ReceiptNotPrinted(self.device_name, receipt.key, NotPrinted.OUT_OF_ORDER))
