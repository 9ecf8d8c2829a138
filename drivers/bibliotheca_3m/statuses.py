"""Error bytes of 3M pads, each with what it means for the caller.

docs/protocols/readers.md, "3M error bytes".
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
NOT_IMPLEMENTED = 0x02
NO_TRANSPONDER = 0x06
NOT_SUPPORTED = 0x30


class Verdict(Enum):
    GOOD = auto()
    NO_TAG = auto()
    LOCKED = auto()
    DISTURBED = auto()
    TAG_TROUBLE = auto()
    READER_SAID_NO = auto()


_MEANINGS: Mapping[int, tuple[Verdict, str]] = MappingProxyType(
    {
        OK: (Verdict.GOOD, "ok"),
        NOT_IMPLEMENTED: (Verdict.READER_SAID_NO, "command not implemented"),
        NO_TRANSPONDER: (Verdict.NO_TAG, "no transponder"),
        0x0F: (Verdict.TAG_TROUBLE, "unknown error"),
        0x11: (Verdict.TAG_TROUBLE, "memory not available"),
        0x12: (Verdict.LOCKED, "locked, the content cannot change"),
        0x15: (Verdict.DISTURBED, "not read"),
        0x16: (Verdict.DISTURBED, "not written"),
        0x21: (Verdict.DISTURBED, "tag command error 21"),
        0x22: (Verdict.DISTURBED, "tag command error 22"),
        0x23: (Verdict.DISTURBED, "tag command error 23"),
        NOT_SUPPORTED: (Verdict.TAG_TROUBLE, "not supported"),
        0x31: (Verdict.TAG_TROUBLE, "option not supported"),
        0x32: (Verdict.TAG_TROUBLE, "parameter out of range"),
        0xFD: (Verdict.READER_SAID_NO, "cancelled"),
        0xFE: (Verdict.READER_SAID_NO, "the reader has no memory left"),
    }
)

_TAG_ERRORS: Mapping[Verdict, type[TagLeft | TagLocked | TagUnreadable]] = MappingProxyType(
    {
        Verdict.NO_TAG: TagLeft,
        Verdict.LOCKED: TagLocked,
        Verdict.DISTURBED: TagDisturbed,
        Verdict.TAG_TROUBLE: TagUnreadable,
    }
)


def meaning(status: int) -> tuple[Verdict, str]:
    """A status that nobody has described counts as the reader's refusal."""
    return _MEANINGS.get(status, (Verdict.READER_SAID_NO, f"unknown error {status:02X}"))


def trouble(what: str, status: int, uid: Uid | None) -> DriverError | None:
    """The error that an answer to `what` stands for, or None when it is good."""
    verdict, text = meaning(status)
    if verdict is Verdict.GOOD:
        return None
    if uid is not None and verdict in _TAG_ERRORS:
        return _TAG_ERRORS[verdict](f"tag {uid}, {what}: {text}; lay it flat and try again", uid)
    if verdict is Verdict.DISTURBED:
        return FrameDamaged(f"{what} came back disturbed: {text}; try again")
    return DeviceRefused(f"the reader refused {what}: {text}", status)
