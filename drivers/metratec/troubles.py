"""The words with which a reader says no, each with what it means for the caller.

docs/protocols/readers.md, "metraTec errors". The numbers are those of the maker's own library.
"""

import re
from collections.abc import Mapping
from enum import Enum, auto
from types import MappingProxyType

from drivers.errors import (
    DeviceLost,
    DeviceRefused,
    DriverError,
    FrameDamaged,
    TagDisturbed,
    TagLeft,
    TagUnreadable,
)
from drivers.uid import Uid

WORD = re.compile(r"[A-Z]{3}( .*)?")
NO_ERRORS = frozenset({"BRA", "NCM", "GMO", "DNS", "LOW"})
"""Words of three letters that are answers to something."""


class TooLong(TagUnreadable):
    """The reader cannot hold the tag's answer: ask for less at once."""


class Verdict(Enum):
    NO_TAG = auto()
    DISTURBED = auto()
    TOO_LONG = auto()
    LINE_DISTURBED = auto()
    RESTARTED = auto()
    READER_SAID_NO = auto()


TROUBLES: Mapping[str, tuple[int, Verdict, str]] = MappingProxyType(
    {
        "ARH": (0x10, Verdict.READER_SAID_NO, "the antenna reflects too much"),
        "BOD": (0x11, Verdict.READER_SAID_NO, "its voltage is too low"),
        "BOF": (0x12, Verdict.LINE_DISTURBED, "its buffer has overflown"),
        "CCE": (0x13, Verdict.LINE_DISTURBED, "the command failed its check"),
        "CRT": (0x14, Verdict.LINE_DISTURBED, "the command did not come in time"),
        "EDX": (0x16, Verdict.READER_SAID_NO, "a decimal number was expected"),
        "EHF": (0x17, Verdict.READER_SAID_NO, "hardware failure"),
        "EHX": (0x18, Verdict.READER_SAID_NO, "a hexadecimal number was expected"),
        "NOR": (0x1A, Verdict.READER_SAID_NO, "number out of range"),
        "NOS": (0x1B, Verdict.READER_SAID_NO, "not supported"),
        "NRF": (0x1C, Verdict.RESTARTED, "the field is off"),
        "NSS": (0x1D, Verdict.RESTARTED, "no standard is selected"),
        "PLE": (0x1E, Verdict.READER_SAID_NO, "oscillator failure"),
        "SRT": (0x1F, Verdict.RESTARTED, "it restarted by itself"),
        "UCO": (0x20, Verdict.READER_SAID_NO, "unknown command"),
        "UER": (0x21, Verdict.READER_SAID_NO, "unknown error"),
        "UPA": (0x22, Verdict.READER_SAID_NO, "unknown parameter"),
        "URE": (0x23, Verdict.LINE_DISTURBED, "a character was disturbed"),
        "WDL": (0x24, Verdict.READER_SAID_NO, "wrong length of data"),
        "CDT": (0x30, Verdict.DISTURBED, "several tags answered at once"),
        "CLD": (0x30, Verdict.DISTURBED, "several tags answered at once"),
        "CER": (0x41, Verdict.DISTURBED, "the tag's answer failed its check"),
        "RDL": (0x45, Verdict.TOO_LONG, "the tag's answer is too long for the reader"),
        "TNR": (0x50, Verdict.NO_TAG, "the tag does not answer"),
    }
)


def word_for(number: int) -> str:
    """The word of an error number; one that nobody has described gets a word of its own."""
    words = (word for word, row in TROUBLES.items() if row[0] == number)
    return next(words, f"E{chr(65 + number // 16)}{chr(65 + number % 16)}")


def is_trouble(lines: tuple[str, ...]) -> bool:
    """True when an answer is one such word."""
    return len(lines) == 1 and bool(WORD.fullmatch(lines[0])) and lines[0][:3] not in NO_ERRORS


def trouble(what: str, word: str, uid: Uid | None) -> DriverError:
    """The error that the word stands for as the answer to `what`."""
    number, verdict, text = TROUBLES.get(
        word[:3], (0xFF, Verdict.READER_SAID_NO, f"unknown error {word}")
    )
    if verdict is Verdict.RESTARTED:
        return DeviceLost(f"the reader must be set up again at {what}: {text}; reopen it")
    if verdict is Verdict.LINE_DISTURBED or (verdict is Verdict.DISTURBED and uid is None):
        return FrameDamaged(f"{what} was disturbed: {text}; try again")
    if uid is not None and verdict in _TAG_ERRORS:
        return _TAG_ERRORS[verdict](f"tag {uid}, {what}: {text}; lay it flat and try again", uid)
    return DeviceRefused(f"the reader refused {what}: {text}", number)


_TAG_ERRORS: Mapping[Verdict, type[TagLeft | TagDisturbed | TooLong]] = MappingProxyType(
    {
        Verdict.NO_TAG: TagLeft,
        Verdict.DISTURBED: TagDisturbed,
        Verdict.TOO_LONG: TooLong,
    }
)
