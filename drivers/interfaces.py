"""What each kind of device can do. Calls block and keep the deadline they are given.

Every call may raise DeviceLost, DeviceSilent, FrameDamaged or DeviceRefused (drivers/errors.py);
calls that name a tag may raise TagLeft, TagLocked or TagUnreadable as well.
A driver object belongs to the one thread that opened it.
"""

from dataclasses import dataclass
from typing import Protocol

from drivers.deadline import Deadline
from drivers.facts import TagSeen
from drivers.uid import Uid


@dataclass(frozen=True, slots=True)
class ReaderIdentity:
    """What a reader says of itself."""

    maker: str
    model: str
    firmware: str


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

    def open(self, deadline: Deadline) -> ReaderIdentity:
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


class BarcodeScanner(Protocol):
    """A scanner whose codes arrive by themselves."""

    def open(self, deadline: Deadline) -> None:
        """Open the line. Raises PortMissing or PortBusy."""

    def close(self) -> None:
        """Give the line back; harmless when it is closed already."""

    def next_code(self, deadline: Deadline) -> str | None:
        """The next whole code, or None when none came before the deadline."""

    def cancel(self) -> None:
        """Called from another thread: make a blocked call return soon."""
