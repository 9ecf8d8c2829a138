"""The thread that serves a simulated device on some line, and carries out what the device does."""

import os
import select
from abc import ABC, abstractmethod
from collections import deque
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from math import isinf
from threading import Event, Thread, current_thread
from time import monotonic
from types import TracebackType
from typing import Self

from drivers.simulators.device import Act, Say, SelfActing, SimulatedDevice

_CHARACTERS_AT_ONCE = 16
"""The wire is kept in pieces of so many characters, as an adapter's buffer would."""


@dataclass(frozen=True, slots=True, eq=False)
class Line:
    """The device's end of a line to one host, as a descriptor to read and write."""

    far: int


class LineHost(ABC):
    """Serves one device in a thread of its own, which owns the device and the line."""

    def __init__(self, device: SimulatedDevice, name: str) -> None:
        self.device = device
        self._line: Line | None = None
        self._errands: deque[tuple[Callable[[], None], Event]] = deque()
        self._nudged = Event()
        self._bell_out, self._bell_in = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)
        self._running = True
        self._thread = Thread(target=self._run, name=f"host of {name}", daemon=True)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        _kind: type[BaseException] | None,
        _error: BaseException | None,
        _trace: TracebackType | None,
    ) -> None:
        self.close()

    def plug(self) -> None:
        """Plug the device in; harmless when it is."""
        self._do(self._plug)

    def unplug(self) -> None:
        """Pull the plug: whoever has the device open loses it."""
        self._do(self._unplug)

    def say(self, acts: Sequence[Act]) -> None:
        """Let the device act by itself, as a scanner does."""
        self._do(lambda: self._perform(acts, monotonic()))

    def close(self) -> None:
        """Unplug for good; harmless a second time."""
        if self._thread.is_alive():
            self._do(self._stop)
            self._thread.join()
            os.close(self._bell_out)
            os.close(self._bell_in)

    @abstractmethod
    def _plug(self) -> None:
        """In the thread: make the device reachable."""

    @abstractmethod
    def _unplug(self) -> None:
        """In the thread: take the line away."""

    @abstractmethod
    def _watched(self) -> Sequence[int]:
        """Descriptors that something may come from."""

    @abstractmethod
    def _attend(self, descriptor: int) -> None:
        """In the thread: something came from this one."""

    def _stop(self) -> None:
        self._unplug()
        self._running = False

    def _do(self, errand: Callable[[], None]) -> None:
        """Have the owner thread run `errand`, and wait until it has."""
        if current_thread() is self._thread:
            errand()
            return
        done = Event()
        self._errands.append((errand, done))
        self._nudged.set()
        os.write(self._bell_in, b"!")
        done.wait()

    def _run(self) -> None:
        while self._running:
            heard = [self._bell_out, *self._watched()]
            ready, _, _ = select.select(heard, [], [], self._seconds_until_it_acts())
            if not ready:
                self._let_it_act(monotonic())
            elif self._bell_out in ready:
                os.read(self._bell_out, 4096)
                self._run_errands()
            else:
                self._attend(ready[0])

    def _seconds_until_it_acts(self) -> float | None:
        """None while it waits to be asked."""
        if not isinstance(self.device, SelfActing) or isinf(self.device.acts_at):
            return None
        return max(0.0, self.device.acts_at - monotonic())

    def _let_it_act(self, now: float) -> None:
        if isinstance(self.device, SelfActing) and self.device.acts_at <= now:
            self._perform(self.device.act(now), now)

    def _serve(self, data: bytes) -> None:
        """The device hears `data`, and does what it does."""
        heard_at = monotonic() + len(data) * self.device.character_seconds
        self._perform(self.device.receive(data, heard_at), heard_at)

    def _run_errands(self) -> None:
        self._nudged.clear()
        while self._errands:
            errand, done = self._errands.popleft()
            errand()
            done.set()

    def _perform(self, acts: Sequence[Act], moment: float) -> None:
        """Carry out `acts` on one time line that begins at `moment`, until the plug is pulled."""
        line = self._line
        for act in acts:
            if self._line is not line or line is None:
                return
            if isinstance(act, Say):
                moment = self._say(line, act, moment)
            else:
                self._unplug()

    def _say(self, line: Line, act: Say, moment: float) -> float:
        moment += act.after
        step = _CHARACTERS_AT_ONCE if self.device.character_seconds else len(act.data) or 1
        for at in range(0, len(act.data), step):
            piece = act.data[at : at + step]
            moment += len(piece) * self.device.character_seconds
            if not self._pause_until(moment, line):
                break
            with suppress(BlockingIOError, BrokenPipeError, ConnectionError):
                os.write(line.far, piece)  # a host that does not read, or is gone, loses bytes
        return moment

    def _pause_until(self, moment: float, line: Line) -> bool:
        """Wait, and run errands meanwhile; False when the plug was pulled."""
        while (left := moment - monotonic()) > 0:
            self._run_errands()
            if self._line is not line:
                break
            self._nudged.wait(left)
        return self._line is line
