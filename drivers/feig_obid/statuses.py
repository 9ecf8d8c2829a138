"""Status bytes of answers and error bytes of tags, each with what it means for the caller.

docs/protocols/readers.md, "FEIG status bytes" and "ISO 15693 error bytes".
"""

from collections.abc import Mapping
from types import MappingProxyType

from drivers.errors import DriverError, FrameDamaged
from drivers.iso15693_requests import refusal
from drivers.uid import Uid
from drivers.verdicts import Meaning, Verdict, error_for, meaning_in

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
CARD_ERROR = 0x96

_MEANINGS: Mapping[int, Meaning] = MappingProxyType(
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
        ISO_ERROR: (Verdict.TAG_TROUBLE, "the tag refused"),
        CARD_ERROR: (Verdict.TAG_TROUBLE, "the card refused"),
        0xF1: (Verdict.READER_SAID_NO, "hardware warning"),
    }
)

_CHIP_SAID_NO = frozenset({ISO_ERROR, CARD_ERROR})
"""Behind them stands the error byte of the chip itself."""


def meaning(status: int) -> Meaning:
    """What a status says."""
    return meaning_in(_MEANINGS, status)


def trouble(what: str, status: int, detail: bytes, uid: Uid | None) -> DriverError | None:
    """The error that an answer to `what` stands for, or None when it is good.

    `detail` is what followed the status: the tag's own error byte, or the failing block.
    """
    verdict, text = meaning(status)
    if uid is None and verdict not in {Verdict.GOOD, Verdict.READER_SAID_NO}:
        return FrameDamaged(f"{what} came back disturbed: {text}; try again")
    if uid is not None and status in _CHIP_SAID_NO and detail:
        return refusal(what, uid, detail[0])
    where = f" at block {detail[0]}" if status == WRITE_ERROR and detail else ""
    return error_for(what, (verdict, text + where), status, uid)
