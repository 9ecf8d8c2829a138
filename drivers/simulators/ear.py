"""What a simulated device hears on its line: whole frames, unless it is busy or they are cut."""

from collections.abc import Callable
from typing import Generic, TypeVar

from drivers.frame_trace import Direction, FrameTrace

Frame = TypeVar("Frame")


class Ear(Generic[Frame]):
    """Owner: the thread of the simulator's host.

    `decode(buffer)` as in drivers/framed_line.py. Characters that come more than
    `characters_apart` seconds after the last ones begin a new frame.
    """

    def __init__(
        self,
        decode: Callable[[bytes], tuple[int, Frame | None]],
        characters_apart: float,
        trace: FrameTrace,
    ) -> None:
        self._decode = decode
        self._characters_apart = characters_apart
        self._trace = trace
        self._buffer = b""
        self._heard_at = 0.0

    def hear(self, data: bytes, begun_at: float, at: float, deaf_until: float) -> list[Frame]:
        """The frames that are whole now. `begun_at`: when the first character was on the wire."""
        if begun_at < deaf_until:
            self._trace.record(Direction.DROPPED, data, "came while the device was busy or hung")
            return []
        if begun_at - self._heard_at > self._characters_apart:
            self._buffer = b""
        self._heard_at = at
        self._buffer += data
        frames: list[Frame] = []
        while True:
            used, frame = self._decode(self._buffer)
            self._buffer = self._buffer[used:]
            if frame is None:
                return frames
            frames.append(frame)
