"""A saved trace: JSON lines, first what was traced, then one frame a line.

    {"trace": 1, "device": "pad", "driver": "feig_obid", "settings": {"baud": 38400}, …}
    {"at": 0.0124, "direction": "→", "hex": "05 FF 65 E5 CB", "sentence": "software version"}

`at` counts seconds from the first frame. `hex` is empty where the trace was masked.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Literal

import msgspec
from msgspec import Struct

from drivers.frame_trace import Direction
from drivers.new_file import write_new_file


class TraceFileProblem(Exception):
    """It cannot be written or read; the text says why."""


class TraceHeader(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`settings` without secrets; `saved_at` is ISO 8601 with its offset."""

    trace: Literal[1] = 1
    device: str
    driver: str
    settings: dict[str, Any]
    software: str
    saved_at: str


class SavedFrame(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """As TracedFrame."""

    at: float
    direction: Direction
    hex: str
    sentence: str = ""

    @property
    def raw(self) -> bytes:
        """Empty when it was masked. Raises ValueError for what is not hexadecimal."""
        return bytes.fromhex(self.hex)


class SavedTrace(Struct, frozen=True):
    """A whole file."""

    header: TraceHeader
    frames: tuple[SavedFrame, ...]


def save_trace(path: Path, trace: SavedTrace) -> None:
    """Write a new file that its owner alone may read. Raises TraceFileProblem."""
    lines = map(msgspec.json.encode, (trace.header, *trace.frames))
    try:
        write_new_file(path, b"".join(line + b"\n" for line in lines))
    except FileExistsError as problem:
        raise TraceFileProblem(f"{path} is there already; choose another name") from problem
    except OSError as problem:
        raise TraceFileProblem(f"{path} cannot be written: {problem.strerror}") from problem


def load_trace(path: Path) -> SavedTrace:
    """Raises TraceFileProblem, naming the line."""
    try:
        first, *rest = path.read_bytes().splitlines() or [b""]
    except OSError as problem:
        raise TraceFileProblem(f"{path} cannot be read: {problem.strerror}") from problem
    try:
        header = msgspec.json.decode(first, type=TraceHeader)
    except (msgspec.DecodeError, UnicodeDecodeError) as problem:
        raise TraceFileProblem(f"{path} line 1: no saved trace: {problem}") from problem
    return SavedTrace(header, _frames(path, rest))


def _frames(path: Path, lines: Sequence[bytes]) -> tuple[SavedFrame, ...]:
    frames = []
    for number, line in enumerate(lines, 2):
        try:
            frame = msgspec.json.decode(line, type=SavedFrame)
            frame.raw  # noqa: B018 - hexadecimal, or it raises
        except (ValueError, msgspec.DecodeError) as problem:
            raise TraceFileProblem(f"{path} line {number}: no frame: {problem}") from problem
        frames.append(frame)
    return tuple(frames)
