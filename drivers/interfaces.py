"""What each kind of device can do. Calls block and keep the deadline they are given.

Every call may raise DeviceLost, DeviceSilent, FrameDamaged or DeviceRefused (drivers/errors.py);
calls that name a tag may raise TagLeft, TagLocked or TagUnreadable as well.
A driver object belongs to the one thread that opened it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from drivers.deadline import Deadline
from drivers.facts import CardSeen, ChuteState, Code, GateEvent, TagSeen
from drivers.uid import Uid


@dataclass(frozen=True, slots=True)
class DeviceIdentity:
    """What a device says of itself; `serial` where it tells one."""

    maker: str
    model: str
    firmware: str
    serial: str = ""


@dataclass(frozen=True, slots=True)
class SystemInformation:
    """A chip's answer to Get System Information. Sizes in bytes and blocks; None = not told."""

    uid: Uid
    dsfid: int
    afi: int
    block_size: int | None
    block_count: int | None
    chip_reference: int | None


@dataclass(frozen=True, slots=True)
class TagBlocks:
    """Consecutive blocks of a tag in memory order (block 0 byte 0 first)."""

    first: int
    block_size: int
    data: bytes


class TagReader(Protocol):
    """An RFID pad for ISO 15693 item tags."""

    def open(self, deadline: Deadline) -> DeviceIdentity:
        """Open the line and make sure the right device answers.

        Raises PortMissing, PortBusy or WrongDevice besides the errors of every call.
        """

    def close(self) -> None:
        """Give the line back; harmless when it is closed already."""

    def inventory(self, deadline: Deadline) -> tuple[TagSeen, ...]:
        """All tags in the field now, also those that were there in the last round."""

    def read_blocks(self, uid: Uid, first: int, count: int, deadline: Deadline) -> TagBlocks:
        """Up to `count` blocks from `first`; fewer when the tag's memory ends before."""

    def system_information(self, uid: Uid, deadline: Deadline) -> SystemInformation:
        """AFI, DSFID and memory geometry as the chip tells them now."""

    def write_blocks(self, uid: Uid, first: int, data: bytes, deadline: Deadline) -> None:
        """Write whole blocks of the tag's own size; the caller reads back."""

    def write_afi(self, uid: Uid, afi: int, deadline: Deadline) -> None:
        """Write the AFI once, without repeating: only a read tells whether it took effect."""

    def write_dsfid(self, uid: Uid, dsfid: int, deadline: Deadline) -> None:
        """Write the DSFID once."""

    def cancel(self) -> None:
        """Called from another thread: make a blocked call return soon."""


class EasReader(Protocol):
    """A pad that may know the EAS bit of NXP chips, besides being a `TagReader`."""

    @property
    def knows_eas(self) -> bool:
        """False when this reader's firmware cannot; told after `open`."""

    def write_eas(self, uid: Uid, deadline: Deadline, *, on: bool) -> None:
        """Write the bit once. It cannot be read back for one tag: see `eas_alarm`.

        Raises DeviceRefused where the firmware cannot, TagUnreadable for a chip without EAS.
        """

    def eas_alarm(self, deadline: Deadline) -> bool:
        """True when any tag on the pad has it set. False proves it off on all that lie there:
        they are silent alike, so which ones lie there must be known by an inventory.
        """


class BarcodeScanner(Protocol):
    """A scanner whose codes arrive by themselves while it is on. It is off after `open`."""

    def open(self, deadline: Deadline) -> None:
        """Open the line. Raises PortMissing or PortBusy."""

    def close(self) -> None:
        """Give the line back; harmless when it is closed already."""

    def listen(self, deadline: Deadline, *, wanted: bool) -> None:
        """Turn reading on or off. What came while it was off, or just after, is dropped."""

    def next_code(self, deadline: Deadline) -> Code | None:
        """The next whole code, or None when none came before the deadline."""

    def cancel(self) -> None:
        """Called from another thread: make a blocked call return soon."""


class CardReader(Protocol):
    """A reader of patrons' contactless cards; never of item tags."""

    def open(self, deadline: Deadline) -> DeviceIdentity:
        """As TagReader.open."""

    def close(self) -> None:
        """Give the line back; harmless when it is closed already."""

    def next_card(self, deadline: Deadline) -> CardSeen | None:
        """The next card that comes into the field, or None when none came before the deadline.

        A card that stays is told once; it is new again after it has left.
        """

    def cancel(self) -> None:
        """Called from another thread: make a blocked call return soon."""


class GateSignal(StrEnum):
    """What a gate's own lamp and sounder can be told."""

    OFF = "off"
    LAMP = "lamp"
    LAMP_AND_SOUND = "lamp and sound"


class SecurityGate(Protocol):
    """A gate that looks for secured tags by itself and tells about it. It never writes tags."""

    def open(self, deadline: Deadline) -> DeviceIdentity:
        """As TagReader.open."""

    def close(self) -> None:
        """Give the line back; harmless when it is closed already."""

    def events(self, deadline: Deadline) -> tuple[GateEvent, ...]:
        """What happened since `taken` was called last; empty when nothing did before the deadline.

        Until `taken` the same events may come again.
        """

    def taken(self, deadline: Deadline) -> None:
        """The events that were given last are safely kept: the gate may forget them."""

    def signal(self, signal: GateSignal, seconds: float, deadline: Deadline) -> None:
        """Light and sound for so long. Raises DeviceRefused by a gate that has neither."""

    def cancel(self) -> None:
        """Called from another thread: make a blocked call return soon."""


class Paper(StrEnum):
    """What a printer tells about its paper; most cheap ones tell nothing."""

    GOOD = "good"
    NEAR_END = "near end"
    OUT = "out"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class PrinterStatus:
    """None = the printer did not tell. `trouble`: a sentence for technicians, empty = none."""

    paper: Paper = Paper.UNKNOWN
    cover_open: bool | None = None
    offline: bool | None = None
    trouble: str = ""

    @property
    def hindrance(self) -> str:
        """Why nothing can be printed and what to do; empty when it said nothing of the kind."""
        reasons = (
            "the paper is used up; put in a new roll" if self.paper is Paper.OUT else "",
            "its cover is open; close it" if self.cover_open else "",
            self.trouble if self.offline else "",
            "it is offline; look at its lamps" if self.offline else "",
        )
        return next(filter(None, reasons), "")


class ReceiptPrinter(Protocol):
    """A printer of receipts."""

    def open(self, deadline: Deadline) -> DeviceIdentity:
        """As TagReader.open; a printer that never answers questions is opened all the same."""

    def close(self) -> None:
        """Give the line back; harmless when it is closed already."""

    def status(self, deadline: Deadline) -> PrinterStatus:
        """Asked now. No answer is `unknown`, no error."""

    def print_lines(self, lines: Sequence[str], deadline: Deadline) -> PrinterStatus:
        """Print, cut, and ask how it went. Texts of up to 42 columns, composed (NFC).

        Raises DeviceRefused, before anything is printed, when the printer says that it cannot.
        """

    def cancel(self) -> None:
        """Called from another thread: make a blocked call return soon."""


class ChuteOrder(StrEnum):
    """What a book-drop's chute can be told. Each output falls back to `rest` by itself when the
    controller stops calling (`keep_alive`).
    """

    REST = "rest"
    OPEN_SHUTTER = "open shutter"
    GIVE_BACK = "give back"
    TO_BIN = "to bin"
    TO_OTHER_BIN = "to other bin"


class BookDropChute(Protocol):
    """Sensors and outputs of a book-drop that takes one item at a time."""

    def open(self, deadline: Deadline) -> DeviceIdentity:
        """As TagReader.open. All outputs are at rest afterwards."""

    def close(self) -> None:
        """All outputs at rest, then give the line back; harmless a second time."""

    def state(self, deadline: Deadline) -> ChuteState:
        """The sensors now, debounced."""

    def next_change(self, deadline: Deadline) -> ChuteState | None:
        """The sensors after the next change, or None when none came before the deadline."""

    def order(self, order: ChuteOrder, deadline: Deadline) -> None:
        """Set the outputs."""

    def keep_alive(self) -> None:
        """The controller lives; without this for 2 s all outputs go to rest."""

    def cancel(self) -> None:
        """Called from another thread: make a blocked call return soon."""
