"""A simulated device on a pseudo-terminal behind a stable link, as udev gives one.

Unplugging takes the link and the line away; plugging in again gives another node name.
"""

import os
import tty
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from drivers.simulators.device import SimulatedDevice
from drivers.simulators.line_host import Line, LineHost


@dataclass(frozen=True, slots=True, eq=False)
class PtyLine(Line):
    """Both ends of one pseudo-terminal. Holding the near end keeps it alive between drivers."""

    near: int

    def close(self) -> None:
        os.close(self.far)
        os.close(self.near)


class PtyHost(LineHost):
    """Serves one device in a thread of its own, which owns the device and the pseudo-terminal."""

    _line: PtyLine | None

    def __init__(self, device: SimulatedDevice, link: Path) -> None:
        super().__init__(device, link.name)
        self.link = link
        self._node = ""
        self._plug()
        self._thread.start()

    @property
    def address(self) -> str:
        """The path that a driver opens."""
        return str(self.link)

    @property
    def plugged(self) -> bool:
        """True while a driver can find the device."""
        return self._line is not None

    def _watched(self) -> Sequence[int]:
        return [self._line.far] if self._line else []

    def _attend(self, descriptor: int) -> None:
        self._serve(os.read(descriptor, 4096))

    def _plug(self) -> None:
        if self._line is not None:
            return
        self._line = self._line_of_another_name()
        self._node = os.ttyname(self._line.near)
        fresh = self.link.with_name(f".{self.link.name}.new")
        fresh.unlink(missing_ok=True)
        fresh.symlink_to(self._node)
        fresh.replace(self.link)

    def _line_of_another_name(self) -> PtyLine:
        line = PtyLine(*os.openpty())
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
