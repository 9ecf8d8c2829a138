"""A serial line without thread or clock: a simulator answers in simulated seconds."""

from collections import deque

from drivers.deadline import Deadline
from drivers.errors import DeviceLost
from drivers.simulators.device import Say, SimulatedDevice


class SimulatedClock:
    """Time passes only when somebody waits."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.now += seconds

    def within(self, seconds: float) -> Deadline:
        return Deadline.after(seconds, self)


class SimulatedPort:
    """Stands where a `Port` stands. The device does one thing after the other."""

    path = "simulated line"

    def __init__(self, simulator: SimulatedDevice, clock: SimulatedClock) -> None:
        self.plugged = True
        self._simulator = simulator
        self._clock = clock
        self._asked: deque[bytes] = deque()
        self._coming: deque[tuple[float, bytes]] = deque()
        self._busy_until = 0.0

    def open(self, deadline: Deadline) -> None:
        self._expect_plug()
        self._coming.clear()

    def close(self) -> None:
        """Nothing to give back."""

    def cancel(self) -> None:
        """Nobody waits in another thread."""

    def write(self, data: bytes) -> None:
        self._expect_plug()
        heard_at = max(self._clock.now, self._busy_until)
        for act in self._simulator.receive(data, heard_at):
            if isinstance(act, Say):
                heard_at += act.after
                self._coming.append((heard_at, act.data))
            else:
                self.plugged = False
        self._busy_until = heard_at

    def read_some(self, deadline: Deadline) -> bytes:
        """What has come by then; the wait takes simulated time."""
        self._expect_plug()
        while self._coming and not self._coming[0][1]:
            self._coming.popleft()
        if not self._coming or self._coming[0][0] > deadline.at:
            self._clock.now = max(self._clock.now, deadline.at)
            return b""
        at, data = self._coming.popleft()
        self._clock.now = max(self._clock.now, at)
        return data

    def waiting(self) -> int:
        self._expect_plug()
        return sum(len(data) for at, data in self._coming if at <= self._clock.now)

    def _expect_plug(self) -> None:
        if not self.plugged:
            raise DeviceLost("the plug was pulled")
