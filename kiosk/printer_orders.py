"""What the controller orders from the thread of a receipt printer, and what comes back."""

from dataclasses import dataclass
from enum import StrEnum


@dataclass(frozen=True, slots=True)
class PrintReceipt:
    """Print these lines, of at most 42 columns. `key` comes back with the outcome."""

    key: str
    lines: tuple[str, ...]


class NotPrinted(StrEnum):
    """Why a receipt was dropped."""

    OUT_OF_ORDER = "out of order"
    BUSY = "busy"
    BROKEN_OFF = "broken off"


@dataclass(frozen=True, slots=True)
class ReceiptPrinted:
    """It came out, as far as the printer tells: many tell nothing."""

    device: str
    key: str


@dataclass(frozen=True, slots=True)
class ReceiptNotPrinted:
    """It was dropped and is not tried again. `BROKEN_OFF`: a part of it may have come out."""

    device: str
    key: str
    reason: NotPrinted


PrinterOutcome = ReceiptPrinted | ReceiptNotPrinted
