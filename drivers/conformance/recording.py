"""What a device under trial was asked, and how long its answers were."""

from collections.abc import Sequence

from drivers.frame_trace import Direction, FrameTrace
from drivers.simulators.faults import AnyFault, FaultPlan


class CountedFaults(FaultPlan):
    """Notes what the device was asked, or did by itself."""

    def __init__(self) -> None:
        super().__init__()
        self.asked: list[str] = []

    def due(self, command: str) -> tuple[AnyFault, ...]:
        self.asked.append(command)
        return super().due(command)


class MeasuredTrace(FrameTrace):
    """Notes how long the answers to each command were, also of those that are masked."""

    def __init__(self, asked: Sequence[str]) -> None:
        super().__init__(capacity=5000)
        self._asked = asked
        self.longest: dict[str, int] = {}

    def record(self, direction: Direction, raw: bytes, sentence: str = "") -> None:
        self._measure(direction, raw)
        super().record(direction, raw, sentence)

    def record_masked(self, direction: Direction, raw: bytes, sentence: str = "") -> None:
        self._measure(direction, raw)
        super().record_masked(direction, raw, sentence)

    def _measure(self, direction: Direction, raw: bytes) -> None:
        if direction is Direction.SENT and self._asked:
            command = self._asked[-1]
            self.longest[command] = max(self.longest.get(command, 0), len(raw))
