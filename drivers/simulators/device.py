"""What a simulated device is, and what it can do to its line."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Say:
    """Bytes for the host, `after` so many seconds of silence."""

    data: bytes
    after: float = 0.0


@dataclass(frozen=True, slots=True)
class VanishFromLine:
    """The plug is pulled."""


Act = Say | VanishFromLine


class SimulatedDevice(Protocol):
    """The device's side of a line. Owner: the thread of the host that it is plugged into."""

    @property
    def character_seconds(self) -> float:
        """How long one character takes on the wire; 0 keeps no wire time."""

    def receive(self, data: bytes, at: float) -> Sequence[Act]:
        """What the device does about `data` that reached it at `at` (monotonic seconds)."""
