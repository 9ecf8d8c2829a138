"""Error bytes of 3M pads, each with what it means for the caller.

docs/protocols/readers.md, "3M error bytes".
"""

from collections.abc import Mapping
from types import MappingProxyType

from drivers.errors import DriverError
from drivers.uid import Uid
from drivers.verdicts import Meaning, Verdict, error_for, meaning_in

OK = 0x00
NOT_IMPLEMENTED = 0x02
NO_TRANSPONDER = 0x06
NOT_SUPPORTED = 0x30

_MEANINGS: Mapping[int, Meaning] = MappingProxyType(
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


def meaning(status: int) -> Meaning:
    """What a status says."""
    return meaning_in(_MEANINGS, status)


def trouble(what: str, status: int, uid: Uid | None) -> DriverError | None:
    """The error that an answer to `what` stands for, or None when it is good."""
    return error_for(what, meaning(status), status, uid)
