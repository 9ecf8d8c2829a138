"""What went over a device's line: bounded, readable, and masked where people's numbers pass."""

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum
from hashlib import blake2b
from secrets import token_bytes
from time import monotonic


class Direction(StrEnum):
    SENT = "→"
    RECEIVED = "←"
    DROPPED = "✗"


@dataclass(frozen=True, slots=True)
class TracedFrame:
    """One frame; `at` in seconds on the monotonic clock, `raw` empty when masked."""

    at: float
    direction: Direction
    raw: bytes
    sentence: str

    def __str__(self) -> str:
        line = f"{self.at:12.4f} {self.direction} {self.raw.hex(' ').upper()}"
        return f"{line}  {self.sentence}".rstrip()


@dataclass(slots=True)
class FrameTrace:
    """The last `capacity` frames of one device, each also given to `listener` as it happens.

    Until `unmasked_until` the listener is given masked frames as they are; what is kept stays
    masked. Owner: the driver's thread records; any thread may read `frames`, or set that moment.
    """

    capacity: int = 500
    listener: Callable[[TracedFrame], None] | None = None
    clock: Callable[[], float] = monotonic
    unmasked_until: float = 0.0
    _frames: deque[TracedFrame] = field(init=False)
    _mask_key: bytes = field(init=False, default_factory=lambda: token_bytes(16))

    def __post_init__(self) -> None:
        self._frames = deque(maxlen=self.capacity)

    def record(self, direction: Direction, raw: bytes, sentence: str = "") -> None:
        """Keep a frame as it is."""
        self._keep(TracedFrame(self.clock(), direction, raw, sentence))

    def record_masked(self, direction: Direction, raw: bytes, sentence: str = "") -> None:
        """Keep only the length and a keyed hash, the same for equal frames while this runs."""
        told = f"{self._mask(raw)} {sentence}".rstrip()
        now = self.clock()
        as_it_is = TracedFrame(now, direction, raw, sentence) if now < self.unmasked_until else None
        self._keep(TracedFrame(now, direction, b"", told), as_it_is)

    def mask_since(self, at: float) -> None:
        """What was kept since then was a person's, as it turned out: mask it, sentences too.

        Called by the thread that records. Listeners were told already.
        """
        for place, frame in enumerate(self._frames):
            if frame.at >= at and frame.raw:
                masked = TracedFrame(frame.at, frame.direction, b"", self._mask(frame.raw))
                self._frames[place] = masked

    def frames(self) -> tuple[TracedFrame, ...]:
        """What is kept, oldest first."""
        return tuple(self._frames.copy())

    def _mask(self, raw: bytes) -> str:
        mark = blake2b(raw, key=self._mask_key, digest_size=4).hexdigest()
        return f"{len(raw)} bytes, #{mark}"

    def _keep(self, frame: TracedFrame, as_it_is: TracedFrame | None = None) -> None:
        self._frames.append(frame)
        if self.listener is not None:
            self.listener(as_it_is or frame)
