"""Frames of 3M pads, without I/O (docs/protocols/readers.md, "3M frames").

    START LENGTH-high LENGTH-low COMMAND DATA… CRC-high CRC-low

LENGTH counts what follows it. The check covers all but START. `D6` begins every frame but the
probe of an 810 and its answer, which begin with `D5`.
"""

from dataclasses import dataclass

from drivers.checksums import BIBLIOTHECA_HOST
from drivers.frame_search import first_good_frame

START = 0xD6
PROBE_START = 0xD5
STARTS = frozenset({START, PROBE_START})

HEAD = 3
SHORTEST = 3  # command and check
LONGEST = 2048
"""The longest answer, 256 blocks of 4 bytes, is shorter: what claims more is no frame."""


@dataclass(frozen=True, slots=True)
class Frame:
    """A frame that passed its check; `data` is what stands between command and check."""

    command: int
    data: bytes = b""
    start: int = START

    @property
    def raw(self) -> bytes:
        """The bytes on the line. Raises ValueError when the data do not fit."""
        length = len(self.data) + SHORTEST
        if length > LONGEST:
            raise ValueError(f"{length} bytes do not fit a frame")
        covered = length.to_bytes(2) + bytes((self.command,)) + self.data
        return bytes((self.start,)) + covered + BIBLIOTHECA_HOST(covered).to_bytes(2)


def decode(buffer: bytes, silent: bool = False) -> tuple[int, Frame | None]:
    """How many bytes of `buffer` are used up, and the first good frame if it is there
    (drivers/frame_search.py).
    """
    used, raw = first_good_frame(buffer, silent, _size_at, _is_good)
    return used, Frame(raw[HEAD], raw[HEAD + 1 : -2], raw[0]) if raw else None


def _is_good(raw: bytes) -> bool:
    return BIBLIOTHECA_HOST(raw[1:-2]) == int.from_bytes(raw[-2:])


def _size_at(buffer: bytes, at: int) -> int | None:
    """Bytes of the frame that begins there: None = not told yet, 0 = no frame begins so."""
    if buffer[at] not in STARTS:
        return 0
    told = buffer[at + 1 : at + HEAD]
    if len(told) < 2:
        return None if not told or told[0] <= LONGEST >> 8 else 0
    length = int.from_bytes(told)
    return HEAD + length if SHORTEST <= length <= LONGEST else 0
