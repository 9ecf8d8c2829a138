"""Status bytes of answers and error bytes of tags, each with what it means for the caller.

docs/protocols/readers.md, "FEIG status bytes" and "ISO 15693 error bytes".
"""

from collections.abc import Mapping
from enum import Enum, auto
from types import MappingProxyType

from drivers.errors import (
    DeviceRefused,
    DriverError,
    FrameDamaged,
    TagDisturbed,
    TagLeft,
    TagLocked,
    TagUnreadable,
)
from drivers.uid import Uid

OK = 0x00
NO_TRANSPONDER = 0x01
WRITE_ERROR = 0x03
PARAMETER_RANGE = 0x11
NO_SUCH_PAGE = 0x15
READ_ONLY_PAGE = 0x16
UNKNOWN_COMMAND = 0x80
LENGTH_ERROR = 0x81
RF_WARNING = 0x84
MORE_DATA = 0x94
ISO_ERROR = 0x95


class Verdict(Enum):
    GOOD = auto()
    NO_TAG = auto()
    DISTURBED = auto()
    TAG_TROUBLE = auto()
    TAG_SAID_NO = auto()
    READER_SAID_NO = auto()


_MEANINGS: Mapping[int, tuple[Verdict, str]] = MappingProxyType(
    {
        OK: (Verdict.GOOD, "ok"),
        NO_TRANSPONDER: (Verdict.NO_TAG, "no transponder"),
        0x02: (Verdict.DISTURBED, "data false: the tag's answer failed its check"),
        WRITE_ERROR: (Verdict.TAG_TROUBLE, "write error"),
        0x04: (Verdict.TAG_TROUBLE, "address error"),
        0x05: (Verdict.TAG_TROUBLE, "wrong transponder type"),
        0x08: (Verdict.TAG_TROUBLE, "authentication error"),
        0x0E: (Verdict.READER_SAID_NO, "general error"),
        0x10: (Verdict.READER_SAID_NO, "EEPROM failure"),
        PARAMETER_RANGE: (Verdict.READER_SAID_NO, "parameter out of range"),
        0x12: (Verdict.READER_SAID_NO, "log-in needed"),
        0x13: (Verdict.READER_SAID_NO, "log-in error"),
        NO_SUCH_PAGE: (Verdict.READER_SAID_NO, "EEPROM block may not be read"),
        READ_ONLY_PAGE: (Verdict.READER_SAID_NO, "EEPROM block may not be written"),
        0x20: (Verdict.READER_SAID_NO, "external device does not communicate"),
        UNKNOWN_COMMAND: (Verdict.READER_SAID_NO, "unknown command"),
        LENGTH_ERROR: (Verdict.READER_SAID_NO, "length error"),
        0x82: (Verdict.READER_SAID_NO, "not available while the reader runs in scan mode"),
        0x83: (Verdict.DISTURBED, "radio communication error"),
        RF_WARNING: (Verdict.GOOD, "radio warning, data valid"),
        0x85: (Verdict.READER_SAID_NO, "status 85"),
        0x92: (Verdict.READER_SAID_NO, "no valid data"),
        0x93: (Verdict.READER_SAID_NO, "data buffer overflow"),
        MORE_DATA: (Verdict.GOOD, "more data"),
        ISO_ERROR: (Verdict.TAG_SAID_NO, "the tag refused"),
        0x96: (Verdict.TAG_SAID_NO, "the card refused"),
        0xF1: (Verdict.READER_SAID_NO, "hardware warning"),
    }
)

_TAG_REFUSALS: Mapping[int, tuple[type[TagLocked] | type[TagUnreadable], str]] = MappingProxyType(
    {
        0x01: (TagUnreadable, "command not supported"),
        0x02: (TagUnreadable, "command not recognised"),
        0x03: (TagUnreadable, "option not supported: the reader must know the chip type"),
        0x0F: (TagUnreadable, "unknown error"),
        0x10: (TagUnreadable, "block not available"),
        0x11: (TagLocked, "already locked"),
        0x12: (TagLocked, "locked, the content cannot change"),
        0x13: (TagUnreadable, "block not programmed"),
        0x14: (TagUnreadable, "block not locked"),
    }
)


def meaning(status: int) -> tuple[Verdict, str]:
    """A status that nobody has described counts as the reader's refusal."""
    return _MEANINGS.get(status, (Verdict.READER_SAID_NO, f"unknown status {status:02X}"))


def trouble(what: str, status: int, detail: bytes, uid: Uid | None) -> DriverError | None:
    """The error that an answer to `what` stands for, or None when it is good.

    `detail` is what followed the status: the tag's own error byte, or the failing block.
    """
    verdict, text = meaning(status)
    if verdict is Verdict.GOOD:
        return None
    if verdict is Verdict.READER_SAID_NO:
        return DeviceRefused(f"the reader refused {what}: {text}", status)
    if uid is None:
        return FrameDamaged(f"{what} came back disturbed: {text}; try again")
    if verdict is Verdict.NO_TAG:
        return TagLeft(f"tag {uid} does not answer to {what}; lay it on the pad again", uid)
    if verdict is Verdict.TAG_SAID_NO and detail:
        kind, text = _TAG_REFUSALS.get(detail[0], (TagUnreadable, f"error {detail[0]:02X}"))
        return kind(f"tag {uid} refused {what}: {text}", uid)
    where = f" at block {detail[0]}" if status == WRITE_ERROR and detail else ""
    unreadable = TagDisturbed if verdict is Verdict.DISTURBED else TagUnreadable
    return unreadable(f"tag {uid}, {what}: {text}{where}; lay it flat and try again", uid)
