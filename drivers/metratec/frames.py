"""Lines of metraTec readers, without I/O (docs/protocols/readers.md, "metraTec lines").

    to the reader    TEXT [CHECK] CR
    from it          TEXT [CHECK] CR … TEXT [CHECK] CR LF

A line ends with CR. Behind the last one of an answer stands LF, once the reader was told `EOF`.
With `CON` each line carries its check, over the text and the space behind it.
"""

import re
from dataclasses import dataclass

from drivers.checksums import METRATEC_HOST

CR, LF = b"\r", b"\n"
LONGEST = 8192
"""Bytes of an answer: an inventory of 300 tags. What is longer has lost its end."""

HEARTBEAT = "HBT"
_EVENT = re.compile(r"(HBT|IN[01] (HI!?|LOW)|ARP \d+)")
"""What a reader tells by itself, or beside an answer."""

_CHECKED = re.compile(rb"(.* )([0-9A-F]{4})", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Framing:
    """How a reader is set up now: are its answers ended, are its lines checked?"""

    ended: bool = False
    checked: bool = False


@dataclass(frozen=True, slots=True)
class Frame:
    """The lines of one answer, without checks and events. A damaged one has none."""

    lines: tuple[str, ...]
    raw: bytes
    damaged: bool = False


def encode(text: str, *, checked: bool) -> bytes:
    """One command."""
    return (with_check(text) if checked else text.encode()) + CR


def answer(lines: tuple[str, ...], framing: Framing) -> bytes:
    """What a reader says, as the simulator needs it."""
    said = b"".join(encode(line, checked=framing.checked) for line in lines)
    return said + LF if framing.ended else said


def with_check(text: str) -> bytes:
    """A line with its check, without its end."""
    covered = f"{text} ".encode()
    return covered + b"%04X" % METRATEC_HOST(covered)


def decode(buffer: bytes, framing: Framing, *, silent: bool) -> tuple[int, Frame | None]:
    """How many bytes of `buffer` are used up, and the first answer if it is there.

    An answer that fails its check is there, and damaged. Events alone are used up.
    """
    end = LF if framing.ended else CR
    used = 0
    while (at := buffer.find(end, used)) >= 0:
        raw, used = buffer[used : at + 1], at + 1
        frame = _frame(raw, framing)
        if frame is not None:
            return used, frame
    lost = silent or len(buffer) - used > LONGEST
    return (len(buffer) if lost else used), None


def _frame(raw: bytes, framing: Framing) -> Frame | None:
    texts = [_text(line, framing) for line in raw.replace(LF, b"").split(CR) if line]
    if any(text is None for text in texts):
        return Frame((), raw, damaged=True)
    lines = tuple(text for text in texts if text is not None and not _EVENT.fullmatch(text))
    return Frame(lines, raw) if lines else None


def _text(line: bytes, framing: Framing) -> str | None:
    """The text of a line, or None when it is damaged."""
    if not line.isascii() or not line.decode("ascii").isprintable():
        return None
    if not framing.checked:
        return line.decode("ascii")
    parts = _CHECKED.fullmatch(line)
    if parts is None or METRATEC_HOST(parts[1]) != int(parts[2], 16):
        return None
    return parts[1][:-1].decode("ascii")
