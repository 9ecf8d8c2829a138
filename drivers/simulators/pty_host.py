"""A simulated device on a pseudo-terminal behind a stable link, as udev gives one.

Unplugging takes the link and the line away; plugging in again gives another node name.
"""

import os
import select
import tty
from collections import deque
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from threading import Event, Thread, current_thread
from time import monotonic
from types import TracebackType
from typing import Self

from drivers.simulators.device import Act, Say, SimulatedDevice

_CHARACTERS_AT_ONCE = 16
"""The wire is kept in pieces of so many characters, as an adapter's buffer would."""


@dataclass(frozen=True, slots=True)
class _Line:
    """Both ends of one pseudo-terminal. Holding the near end keeps it alive between drivers."""

    far: int
    near: int

    def close(self) -> None:
        os.close(self.far)
        os.close(self.near)


class PtyHost:
    """Serves one device in a thread of its own, which owns the device and the pseudo-terminal."""

    def __init__(self, device: SimulatedDevice, link: Path) -> None:
        self.device = device
        self.link = link
        self._line: _Line | None = None
        self._node = ""
        self._errands: deque[tuple[Callable[[], None], Event]] = deque()
        self._nudged = Event()
        self._bell_out, self._bell_in = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)
        self._running = True
        self._thread = Thread(target=self._run, name=f"host of {link.name}", daemon=True)
        self._plug()
        self._thread.start()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        _kind: type[BaseException] | None,
        _error: BaseException | None,
        _trace: TracebackType | None,
    ) -> None:
        self.close()

    @property
    def address(self) -> str:
        """The path that a driver opens."""
        return str(self.link)

    @property
    def plugged(self) -> bool:
        """True while a driver can find the device."""
        return self._line is not None

    def plug(self) -> None:
        """Plug the device in; it gets another node name than before."""
        self._do(self._plug)

    def unplug(self) -> None:
        """Pull the plug: whoever has the port open loses it."""
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
            heard = [self._bell_out, *([self._line.far] if self._line else [])]
            ready, _, _ = select.select(heard, [], [])
            if self._bell_out in ready:
                os.read(self._bell_out, 4096)
                self._run_errands()
            elif self._line is not None:
                self._serve(self._line)

    def _serve(self, line: _Line) -> None:
        data = os.read(line.far, 4096)
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

    def _say(self, line: _Line, act: Say, moment: float) -> float:
        moment += act.after
        step = _CHARACTERS_AT_ONCE if self.device.character_seconds else len(act.data) or 1
        for at in range(0, len(act.data), step):
            piece = act.data[at : at + step]
            moment += len(piece) * self.device.character_seconds
            if not self._pause_until(moment, line):
                break
            with suppress(BlockingIOError):  # a host that does not read loses bytes
                os.write(line.far, piece)
        return moment

    def _pause_until(self, moment: float, line: _Line) -> bool:
        """Wait, and run errands meanwhile; False when the plug was pulled."""
        while (left := moment - monotonic()) > 0:
            self._run_errands()
            if self._line is not line:
                break
            self._nudged.wait(left)
        return self._line is line

    def _plug(self) -> None:
        if self._line is not None:
            return
        self._line = self._line_of_another_name()
        self._node = os.ttyname(self._line.near)
        fresh = self.link.with_name(f".{self.link.name}.new")
        fresh.unlink(missing_ok=True)
        fresh.symlink_to(self._node)
        fresh.replace(self.link)

    def _line_of_another_name(self) -> _Line:
        line = _Line(*os.openpty())
        if os.ttyname(line.near) == self._node:
            another = self._line_of_another_name()
            line.close()
            return another
        tty.setraw(line.near)
        os.set_blocking(line.far, False)
        return line

    def _unplug(self) -> None:
        line, self._line = self._line, None
        self.link.unlink(missing_ok=True)
        if line is not None:
            line.close()

    def _stop(self) -> None:
        self._unplug()
        self._running = False
