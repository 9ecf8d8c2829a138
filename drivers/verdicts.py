"""What the status of an answer means for the caller, whatever numbers a maker gives it."""

from collections.abc import Mapping
from enum import Enum, auto
from types import MappingProxyType

from drivers.errors import (
    DeviceRefused,
    DriverError,
    FrameDamaged,
    TagDisturbed,
    TagError,
    TagLeft,
    TagLocked,
    TagUnreadable,
)
from drivers.uid import Uid


class Verdict(Enum):
    GOOD = auto()
    NO_TAG = auto()
    LOCKED = auto()
    DISTURBED = auto()
    TAG_TROUBLE = auto()
    READER_SAID_NO = auto()


Meaning = tuple[Verdict, str]

_TAG_ERRORS: Mapping[Verdict, tuple[type[TagError], str]] = MappingProxyType(
    {
        Verdict.NO_TAG: (TagLeft, "; lay it on the pad again"),
        Verdict.LOCKED: (TagLocked, ""),
        Verdict.DISTURBED: (TagDisturbed, "; lay it flat and try again"),
        Verdict.TAG_TROUBLE: (TagUnreadable, "; lay it flat and try again"),
    }
)
"""Each with what to do next; nothing helps against a lock."""


def meaning_in(meanings: Mapping[int, Meaning], status: int) -> Meaning:
    """A status that nobody has described counts as the reader's refusal."""
    return meanings.get(status, (Verdict.READER_SAID_NO, f"unknown status {status:02X}"))


def error_for(what: str, meaning: Meaning, status: int, uid: Uid | None) -> DriverError | None:
    """The error that an answer to `what` stands for, or None when it is good."""
    verdict, text = meaning
    if verdict is Verdict.GOOD:
        return None
    if uid is not None and verdict in _TAG_ERRORS:
        kind, remedy = _TAG_ERRORS[verdict]
        return kind(f"tag {uid}, {what}: {text}{remedy}", uid)
    if verdict is Verdict.DISTURBED:
        return FrameDamaged(f"{what} came back disturbed: {text}; try again")
    return DeviceRefused(f"the reader refused {what}: {text}", status)
