"""A receipt as the bytes that a printer is sent, built by python-escpos.

Imported when a printer is opened: python-escpos takes a quarter of a second to load.
"""

import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from os import environ
from typing import Any

from escpos import capabilities
from escpos.capabilities import CAPABILITIES
from escpos.printer import Dummy

from drivers.errors import WrongDevice
from drivers.escpos_printer.picture import draw, pen_for
from drivers.escpos_printer.plain import plain
from drivers.escpos_printer.settings import PrinterSettings
from drivers.interfaces import DeviceIdentity

if "ESCPOS_CAPABILITIES_PICKLE_DIR" not in environ:  # else each import leaves a folder in /tmp
    shutil.rmtree(capabilities.pickle_dir, ignore_errors=True)

STRIP = 128
"""Dots in height that are sent as one picture: cheap printers have small buffers."""

LEAVE_CHINESE = b"\x1c\x2e"


@dataclass(frozen=True, slots=True)
class Press:
    """Receipts for one printer. `profile`: what python-escpos knows of its kind."""

    profile: Mapping[str, Any]
    settings: PrinterSettings

    @property
    def identity(self) -> DeviceIdentity:
        """What the profile says: no question tells it that all printers understand."""
        return DeviceIdentity(self.profile["vendor"], self.profile["name"], firmware="")

    @property
    def strip_bytes(self) -> int:
        """As many as the longest single command of a job may still be waiting for."""
        return STRIP * self.settings.dots // 8

    def job(self, lines: Sequence[str]) -> bytes:
        """The whole receipt, from the first command to the cut."""
        paper = Dummy()
        paper.profile.profile_data = self.profile
        paper.hw("INIT")
        if self.settings.mode == "raster":
            paper.image(draw(lines, self.settings.dots), fragment_height=STRIP)
        else:
            paper._raw(LEAVE_CHINESE + b"".join(plain(line) + b"\n" for line in lines))  # noqa: SLF001
        self._end(paper)
        return bytes(paper.output)

    def _end(self, paper: Dummy) -> None:
        if self.settings.cut == "none":
            paper.print_and_feed(6)
        else:
            paper.cut(mode="PART" if self.settings.cut == "partial" else "FULL")


def press_for(settings: PrinterSettings) -> Press:
    """Raises WrongDevice for a profile that is not known or whose paper is too narrow."""
    profiles: Mapping[str, Any] = CAPABILITIES["profiles"]
    if settings.profile not in profiles:
        known = ", ".join(sorted(profiles))
        raise WrongDevice(f"no printer profile {settings.profile!r}; there are {known}")
    profile = profiles[settings.profile]
    width = profile["media"]["width"]
    if isinstance(width["pixels"], int) and width["pixels"] < settings.dots:
        raise WrongDevice(
            f"{profile['name']} prints {width['pixels']} dots a line, not {settings.dots}"
        )
    pen_for(settings.dots)
    # The width must be known, else python-escpos prints a remark beside each picture.
    media = profile["media"] | {"width": width | {"pixels": settings.dots}}
    return Press(profile | {"media": media}, settings)
