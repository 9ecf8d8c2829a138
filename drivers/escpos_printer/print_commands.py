"""What a printer is told to print, taken apart, without I/O.

The commands: docs/protocols/printers.md, "Commands". Made for the simulated printer, and for
showing what stood on a receipt.
"""

from collections.abc import Iterator
from dataclasses import dataclass

RASTER = b"\x1d\x76\x30"
_RASTER_HEAD = 8
_WIDEST = 128
_HIGHEST = 2303
"""Rows of dots that a printer takes at once; a taller or wider picture is no picture."""
_LONGEST_LINE = 512
_LINE_FEED = 0x0A

LENGTHS: dict[bytes, int] = {
    b"\x10\x04": 3,  # status: carried out when it arrives, and skipped here
    b"\x1b\x21": 3,
    b"\x1b\x2d": 3,
    b"\x1b\x32": 2,
    b"\x1b\x33": 3,
    b"\x1b\x40": 2,
    b"\x1b\x45": 3,
    b"\x1b\x4d": 3,
    b"\x1b\x61": 3,
    b"\x1b\x64": 3,
    b"\x1b\x70": 5,
    b"\x1b\x74": 3,
    b"\x1b\x7b": 3,
    b"\x1c\x2e": 2,
    b"\x1d\x21": 3,
    b"\x1d\x42": 3,
}
"""Whole lengths of the commands that do not tell it themselves; any other counts two bytes."""

_INTRODUCERS = frozenset(command[0] for command in LENGTHS) | {RASTER[0]}
_CUT = b"\x1d\x56"
_FEED = b"\x1b\x64"


@dataclass(frozen=True, slots=True)
class Raster:
    """A strip of a picture: rows of `width` bytes, first dot in the highest bit, 1 is black."""

    width: int
    rows: bytes

    @property
    def height(self) -> int:
        return len(self.rows) // self.width


@dataclass(frozen=True, slots=True)
class Text:
    """One line of letters, as bytes of whatever table the printer has set."""

    letters: bytes


@dataclass(frozen=True, slots=True)
class Feed:
    """So many empty lines."""

    lines: int


@dataclass(frozen=True, slots=True)
class Cut:
    """The end of a receipt."""

    partial: bool


@dataclass(frozen=True, slots=True)
class Setting:
    """A command that prints nothing, or one that is not known."""

    raw: bytes


Printed = Raster | Text | Feed | Cut | Setting


def decode(buffer: bytes) -> tuple[int, Printed | None]:
    """How many bytes are used up, and the first command among them; 0 for "read more"."""
    if not buffer:
        return 0, None
    if buffer[0] == 0:
        return len(buffer) - len(buffer.lstrip(b"\0")), None
    if buffer[0] in _INTRODUCERS:
        return _command(buffer)
    return _line(buffer)


def commands_in(data: bytes) -> Iterator[Printed]:
    """All whole commands."""
    while data:
        used, command = decode(data)
        if command is not None:
            yield command
        data = data[used:] if used else b""


def _line(buffer: bytes) -> tuple[int, Printed | None]:
    """Letters up to the end of the line; a command ends it as well."""
    for at, byte in enumerate(buffer):
        if byte == _LINE_FEED:
            return at + 1, Text(buffer[:at])
        if byte in _INTRODUCERS:
            return at, Text(buffer[:at])
    return (len(buffer), Text(buffer)) if len(buffer) > _LONGEST_LINE else (0, None)


def _command(buffer: bytes) -> tuple[int, Printed | None]:
    length = _length(buffer)
    if length is None or len(buffer) < length:
        return 0, None
    return length, _meant(buffer[:length])


def _length(buffer: bytes) -> int | None:
    head = buffer[:2]
    if RASTER.startswith(buffer[:3]) and len(buffer) < _RASTER_HEAD:
        return None
    if buffer.startswith(RASTER):
        width, height = _number(buffer, 4), _number(buffer, 6)
        return _RASTER_HEAD + (width * height if width <= _WIDEST and height <= _HIGHEST else 0)
    if head == _CUT:
        return None if len(buffer) < 3 else 3 + (buffer[2] in {0x41, 0x42})
    return LENGTHS.get(head, 2) if len(head) == 2 else None


def _meant(raw: bytes) -> Printed:
    if raw.startswith(RASTER):
        rows = raw[_RASTER_HEAD:]
        return Raster(_number(raw, 4), rows) if rows else Setting(raw)
    if raw.startswith(_CUT):
        return Cut(partial=bool(raw[2] & 1) != (raw[2] >= 0x41))
    if raw.startswith(_FEED):
        return Feed(raw[2])
    return Setting(raw)


def _number(raw: bytes, at: int) -> int:
    return int.from_bytes(raw[at : at + 2], "little")
