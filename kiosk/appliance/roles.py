"""What a machine may be, and what one of its stations needs."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from kiosk.appliance.machine import ApplianceProblem

SCREEN = (
    "libasound2",  # sounds
    "libdrm2",  # the screen itself
    "libegl1",
    "libgbm1",
    "libgl1",
    "libgl1-mesa-dri",
    "libgles2",
    "libudev1",  # touch screens that are plugged in later
)
USB = ("libusb-1.0-0",)  # card readers and printers by USB

PAD = """\
[[device]]
kind = "pad"
driver = "feig_obid"
settings = { path = "/dev/muontra/pad" }
"""
ATTENDED = f"""\
{PAD}
[[device]]
kind = "scanner"
driver = "barcode_serial"
settings = {{ path = "/dev/muontra/scanner" }}
"""
GATE = """\
[[device]]
kind = "gate"
driver = "feig_gate"
settings = { path = "/dev/muontra/gate" }
"""
CHUTE = f"""\
{PAD}
[[device]]
kind = "drop"
driver = "book_drop"

[device.settings]
lines = {{ on = "gpio" }}
inputs = {{ mouth = 17, passed = 27, bin_full = 22 }}
outputs = {{ shutter = 23, give_back = 24 }}
"""


@dataclass(frozen=True, slots=True)
class Role:
    """`devices`: those of the example configuration; empty for the service, which has none."""

    packages: tuple[str, ...]
    devices: str = ""


ROLES: Mapping[str, Role] = {
    "kiosk": Role((*SCREEN, *USB), ATTENDED),
    "desk": Role((*SCREEN, *USB), ATTENDED),
    "gate": Role(USB, GATE),
    "book-drop": Role(USB, CHUTE),
    "service": Role(()),
}
SERVICE = "service"

CONFIGURATION = """\
# An example: name the library, the station and its devices as they are.
# `muontra devices discover` finds devices; `muontra config check` looks at this file.
[station]
name = "{name}"
role = "{role}"
library = "Thư viện"
state_folder = "/var/lib/muontra/{name}"
socket = "/run/muontra/{name}/socket"

{devices}"""

INSTANCE = re.compile(r"[a-z0-9]([a-z0-9-]{0,30}[a-z0-9])?")


@dataclass(frozen=True, slots=True)
class Instance:
    """One station, or the service, on this machine."""

    role: str
    name: str

    @property
    def is_service(self) -> bool:
        """It has no configuration file."""
        return self.role == SERVICE

    @property
    def unit(self) -> str:
        which = "" if self.is_service else f"@{self.name}"
        return f"{self.user}{which}.service"

    @property
    def user(self) -> str:
        return f"muontra-{self.role}"

    @property
    def configuration(self) -> str:
        """An example to start from."""
        devices = ROLES[self.role].devices
        return CONFIGURATION.format(name=self.name, role=self.role, devices=devices)


def instance(role: str, name: str | None) -> Instance:
    """Raises ApplianceProblem for a name that can be no file and no unit."""
    if role == SERVICE:
        return Instance(SERVICE, SERVICE)
    named = name or f"{role}-1"
    if not INSTANCE.fullmatch(named):
        raise ApplianceProblem(f"{named!r} is no name: small letters, digits and -, as kiosk-1.")
    return Instance(role, named)
