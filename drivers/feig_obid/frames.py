"""Standard and advanced frames, without I/O (docs/protocols/readers.md, "FEIG frames").

    standard   LENGTH  ADDRESS COMMAND DATA…  CRC-low CRC-high     LENGTH = whole frame, 5…255
    advanced   02 LENGTH-high LENGTH-low  ADDRESS COMMAND DATA…  CRC-low CRC-high      7…65535

The first byte tells them apart: no standard frame is two bytes long. In an answer the first byte
of the data is the status.
"""

from dataclasses import dataclass

from drivers.checksums import FEIG_HOST
from drivers.frame_search import first_good_frame

ADVANCED_MARK = 0x02
SHORTEST = 5
LONGEST_STANDARD = 255
SHORTEST_ADVANCED = 7
LONGEST_ADVANCED = 65_535
ANY_READER = 0xFF


@dataclass(frozen=True, slots=True)
class Frame:
    """A frame that passed its check; `data` is what stands between command and checksum."""

    command: int
    data: bytes = b""
    address: int = ANY_READER
    advanced: bool = False

    @property
    def raw(self) -> bytes:
        """The bytes on the line. Raises ValueError when the data do not fit the kind of frame."""
        body = bytes((self.address, self.command)) + self.data
        unchecked = _head(len(body) + 2, advanced=self.advanced) + body
        return unchecked + FEIG_HOST(unchecked).to_bytes(2, "little")


def decode(buffer: bytes, silent: bool = False) -> tuple[int, Frame | None]:
    """How many bytes of `buffer` are used up, and the first good frame if it is there
    (drivers/frame_search.py).
    """
    used, raw = first_good_frame(buffer, silent, _length_at, lambda raw: FEIG_HOST(raw) == 0)
    return used, _parse(raw) if raw else None


def _head(rest: int, *, advanced: bool) -> bytes:
    if advanced:
        if rest + 3 > LONGEST_ADVANCED:
            raise ValueError(f"{rest} bytes do not fit an advanced frame")
        return bytes((ADVANCED_MARK,)) + (rest + 3).to_bytes(2, "big")
    if rest + 1 > LONGEST_STANDARD:
        raise ValueError(f"{rest} bytes do not fit a standard frame")
    return bytes((rest + 1,))


def _length_at(buffer: bytes, start: int) -> int | None:
    """Length of the frame that begins at `start`: None = not told yet, 0 = no frame begins so."""
    first = buffer[start]
    if first != ADVANCED_MARK:
        return first if first >= SHORTEST else 0
    head = buffer[start + 1 : start + 3]
    if len(head) < 2:
        return None
    length = int.from_bytes(head, "big")
    return length if length >= SHORTEST_ADVANCED else 0


def _parse(raw: bytes) -> Frame:
    advanced = raw[0] == ADVANCED_MARK
    body = raw[3 if advanced else 1 : -2]
    return Frame(command=body[1], data=body[2:], address=body[0], advanced=advanced)
