"""Frames on a serial line: whole ones in, everything else dropped and traced.

A driver's conversation decides which frame answers which question; this is what lies below.
"""

from collections.abc import Callable
from time import monotonic, sleep
from typing import Generic, Protocol, TypeVar

from drivers.deadline import Deadline
from drivers.errors import FrameDamaged
from drivers.frame_trace import Direction, FrameTrace
from drivers.port import Port

SILENCE = 0.1
"""Seconds without a byte after which a frame that began is given up.

Devices promise 12 to 50 ms; USB adapters and a busy machine hold bytes back for longer.
"""


class WireFrame(Protocol):
    """A frame that knows its bytes."""

    @property
    def raw(self) -> bytes: ...


Frame = TypeVar("Frame", bound=WireFrame)


class FramedLine(Generic[Frame]):
    """Owner: the thread that opened `port`.

    `decode(buffer, silent)` says how many bytes are used up, and the first good frame if it is
    there; a frame that is still incomplete stays, unless the line has fallen silent. `pause`: so
    many seconds after the last byte the device hears the next frame.
    """

    def __init__(
        self,
        port: Port,
        decode: Callable[[bytes, bool], tuple[int, Frame | None]],
        trace: FrameTrace,
        silence: float = SILENCE,
        pause: float = 0.0,
    ) -> None:
        self.path = port.path
        self._port = port
        self._decode = decode
        self._trace = trace
        self._silence = silence
        self._pause = pause
        self._hears_from = 0.0
        self._buffer = b""

    def restart(self) -> None:
        """The port was opened anew."""
        self._buffer, self._hears_from = b"", monotonic() + self._pause

    def settle(self, deadline: Deadline) -> bool:
        """Keep the pause, and drop what came without being asked for; False when there was
        something.
        """
        self._keep_pause()
        quiet = True
        while self._buffer or self._port.waiting():
            quiet = False
            self._drop(self._buffer)
            self._buffer = self._heard(deadline.earlier(self._silence))
            if deadline.expired():
                raise FrameDamaged(
                    f"{self.path} never falls silent; check what is plugged in, rate and parity"
                )
        return quiet

    def send(self, raw: bytes, sentence: str) -> None:
        """Say one frame."""
        self._trace.record(Direction.SENT, raw, sentence)
        self._port.write(raw)

    def next_frame(self, deadline: Deadline) -> Frame | None:
        """The next whole frame, or None when no byte comes before the deadline.

        Raises FrameDamaged when the line falls silent in the middle of a frame.
        """
        while (frame := self._take_frame(silent=False)) is None:
            begun = bool(self._buffer)
            more = self._heard(deadline.earlier(self._silence) if begun else deadline)
            if not more:
                return self._take_last_frame() if begun else None
            self._buffer += more
        return frame

    def accept(self, frame: Frame, sentence: str) -> None:
        """It answers the question."""
        self._trace.record(Direction.RECEIVED, frame.raw, sentence)

    def reject(self, frame: Frame) -> None:
        """It answers no question."""
        self._drop(frame.raw)

    def _keep_pause(self) -> None:
        left = self._hears_from - monotonic()
        if left > 0:
            sleep(left)

    def _heard(self, deadline: Deadline) -> bytes:
        data = self._port.read_some(deadline)
        if data:
            self._hears_from = monotonic() + self._pause
        return data

    def _take_last_frame(self) -> Frame:
        """The line fell silent in the middle of a frame: what is whole behind it still counts."""
        frame = self._take_frame(silent=True)
        if frame is None:
            raise FrameDamaged(f"{self.path} sent a frame that fails its check; try again")
        return frame

    def _take_frame(self, *, silent: bool) -> Frame | None:
        used, frame = self._decode(self._buffer, silent)
        noise = used - (len(frame.raw) if frame else 0)
        self._drop(self._buffer[:noise])
        self._buffer = self._buffer[used:]
        return frame

    def _drop(self, raw: bytes) -> None:
        if raw:
            self._trace.record(Direction.DROPPED, raw, "answers no question")
