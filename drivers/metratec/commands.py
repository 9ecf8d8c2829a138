"""The commands of metraTec readers as data (docs/protocols/readers.md, "metraTec commands").

A `Question` is the text that is sent, and the form that its answer has: lines joined by CR.
"""

import re
from dataclasses import dataclass, replace
from typing import Literal

from drivers.iso15693_requests import (
    EAS_ALARM,
    READ_BLOCK,
    READ_BLOCKS,
    SYSTEM_INFORMATION,
    IsoAnswer,
    IsoRequest,
    parse_answer,
    unchecked,
)
from drivers.tags.iso15693 import chip_of
from drivers.uid import Uid, uid_bytes

UidOrder = Literal["printed", "air"]
"""How a UID stands in a tag command: `E0` first, or least byte first."""

BLOCK_SIZES = frozenset({1, 4, 8, 16, 32})

DONE = re.compile(r"OK!")
BROKEN_OFF = re.compile(r"BRA|NCM")
IDENTITY = re.compile(r"(?P<name>\S.*?) *(?P<hardware>[0-9]{4})?(?P<version>[0-9a-z][0-9]{3})")
SERIAL = re.compile(r"[0-9A-Za-z]{4,}")
PIN = re.compile(r"HI!?|LOW")
TAGS = re.compile(r"(?:[0-9A-F]{16}\r)*IVF (?P<count>[0-9]{1,4})")
HEX = "[0-9A-F]"
NOBODY = ("TNR",)


@dataclass(frozen=True, slots=True)
class Question:
    """`name`: what frames count under in traces and fault plans. `uid`: the tag it is about."""

    name: str
    text: str
    answer: re.Pattern[str] = DONE
    patience: float = 0.4
    uid: Uid | None = None

    def fits(self, lines: tuple[str, ...]) -> bool:
        """True when this may be the answer."""
        found = self.answer.fullmatch("\r".join(lines))
        if found is None:
            return False
        return self.answer is not TAGS or int(found["count"]) == len(lines) - 1


BREAK = Question("break", "BRK", BROKEN_OFF)
WAKE = Question("wake", "WAK")
WAKE_CHECKED = Question("wake", "WAK 5E70")
CHECK_OFF = Question("check off", "COF 4F5E")
END_OF_FRAME = Question("end of frame", "EOF")
CHECK_ON = Question("check on", "CON")
HARDWARE = Question("hardware", "HWR", IDENTITY)
FIRMWARE = Question("firmware", "RFW", IDENTITY)
REVISION = Question("revision", "REV", IDENTITY)
SERIAL_NUMBER = Question("serial number", "RSN", SERIAL)
MODE = Question("mode", "MOD 156")
VERBOSITY = Question("verbosity", "VBL 1")
FIELD_ON = Question("field on", "SRI SS 100")
INVENTORY = Question("inventory", "INV", TAGS, patience=1.5)
CONTINUOUS = Question("continuous inventory", "CNR INV", TAGS, patience=1.5)


def antenna(number: int) -> Question:
    """Work on this antenna from now on."""
    return Question("antenna", f"SAP MAN {number}")


def input_pin(pin: int) -> Question:
    """Is this input high?"""
    return Question("input", f"RIP {pin}", PIN)


def output_pin(pin: int, *, high: bool) -> Question:
    """Set an output."""
    return Question("output", f"WOP {pin} {'HI' if high else 'LOW'}")


def tag_command(request: IsoRequest, order: UidOrder, data: str = "") -> Question:
    """A command to a tag whose good answer has `data` of this form; the reader adds the check.

    Writes have a command of their own, with which the reader waits longer and ends the writing of
    chips that want it.
    """
    body = request.body(uid_as_printed=order == "printed").hex().upper()
    word = "WRQ" if request.command.writes else "REQ"
    frame = rf"(?:00(?:{data})|01{HEX}{{2}}){HEX}{{4}}"
    disturbed = rf"{HEX}*\r(?:CER\r(?:NCL|CDT|CLD)|COK\r(?:CDT|CLD))"
    answer = re.compile(rf"TDT\r(?:(?P<frame>{frame})\rCOK\rNCL|{disturbed})")
    return Question(request.command.name, f"{word} {body} CRC", answer, 0.6, request.uid)


def read_command(uid: Uid, first: int, count: int, order: UidOrder) -> Question:
    """Blocks in one answer, or one block. The answer does not say which, so its size must fit."""
    known = chip_of(uid).geometry
    sizes = {known.block_size} if known else BLOCK_SIZES
    data = "|".join(f"{HEX}{{{2 * count * size}}}" for size in sorted(sizes))
    several = IsoRequest(READ_BLOCKS, uid, bytes((first, count - 1)))
    return tag_command(several, order, data)


def single_read_command(uid: Uid, block: int, order: UidOrder) -> Question:
    """One block, for chips that cannot give several."""
    data = "|".join(f"{HEX}{{{2 * size}}}" for size in sorted(BLOCK_SIZES))
    return tag_command(IsoRequest(READ_BLOCK, uid, bytes((block,))), order, data)


def information_command(uid: Uid, order: UidOrder) -> Question:
    """The answer names its tag."""
    named = f"{HEX}{{2}}{uid_bytes(uid)[::-1].hex().upper()}{HEX}*"
    return tag_command(IsoRequest(SYSTEM_INFORMATION, uid), order, named)


def eas_question(order: UidOrder) -> Question:
    """Several tags answering at once are an answer too, and nobody is another."""
    question = tag_command(IsoRequest(EAS_ALARM), order)
    return replace(
        question, answer=re.compile(rf"TNR|CDT|CLD|TDT\r{HEX}*\r(COK|CER)\r(NCL|CDT|CLD)")
    )


def tag_answer(question: Question, lines: tuple[str, ...]) -> IsoAnswer:
    """What the tag said. Raises ValueError when that fails its own check."""
    found = question.answer.fullmatch("\r".join(lines))
    if found is None or found["frame"] is None:
        raise ValueError("the tag's answer was disturbed")
    return parse_answer(unchecked(bytes.fromhex(found["frame"])))
