"""Finds devices: what is plugged in, which driver may drive it, and what answers where.

Looking reads the system's own list (sysfs) and touches no device. Only `probe` speaks: it sends the
first question of each driver, which another device may take for something else (a receipt printer
prints a few characters).
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec

from drivers.deadline import Deadline
from drivers.errors import DriverError, PortBusy
from drivers.frame_trace import FrameTrace
from drivers.interfaces import DeviceIdentity
from drivers.registry import DeviceKind, Driver

SYS, DEV = Path("/sys"), Path("/dev")
PROBE_SECONDS = 2.0
HUB = "09"
TELLS_WHO_IT_IS: tuple[DeviceKind, ...] = ("printer", "pad", "card", "gate")
"""Kinds whose `open` proves what is there, in the order in which they are asked: what a printer
does not understand, it prints. A scanner says nothing by itself.
"""

NODES: Mapping[str, tuple[str, str, str]] = {
    # class of the system: (which of its entries, where their nodes are, the group that may use it)
    "tty": ("tty*", "{}", "dialout"),
    "usbmisc": ("lp*", "usb/{}", "lp"),
    "input": ("event*", "input/{}", "input"),
}
USB_GROUP = "plugdev"
PLAIN = re.compile(r"[\w.:+-]+")
"""Serial numbers that may stand in a rule; what a device says of itself may be anything."""


@dataclass(frozen=True, slots=True)
class Plugged:
    """Something that is plugged in. `address`: what a driver opens, `usb:VENDOR:PRODUCT` where the
    system gives it no node. `usb`: vendor and product; None for a port of the machine itself.
    `place`: the socket, as the system counts (1-1.2).
    """

    address: str
    subsystem: str
    usb: tuple[int, int] | None = None
    serial: str = ""
    name: str = ""
    place: str = ""

    @property
    def usb_id(self) -> str:
        """As `lsusb` writes it; empty where there is none."""
        return "" if self.usb is None else f"{self.usb[0]:04x}:{self.usb[1]:04x}"


@dataclass(frozen=True, slots=True)
class Answered:
    """A driver and the settings with which something answered it."""

    driver: Driver
    settings: Mapping[str, Any]
    identity: DeviceIdentity


def plugged_in(sys: Path = SYS, dev: Path = DEV) -> list[Plugged]:
    """Ports of the machine, and USB devices with and without a node."""
    nodes = [node for subsystem in NODES for node in _nodes(subsystem, sys, dev)]
    seen = {node.place for node in nodes}
    folders = sorted((sys / "bus/usb/devices").glob("*"))
    bare = [_bare(folder) for folder in folders if _text(folder / "bDeviceClass") != HUB]
    return [*nodes, *(each for each in bare if each is not None and each.place not in seen)]


def may_drive(plugged: Plugged, drivers: Iterable[Driver]) -> list[tuple[Driver, str]]:
    """Drivers that name this USB device, each with what it calls it."""
    return [
        (driver, place.what)
        for driver in drivers
        for place in driver.usb
        if plugged.usb == (place.vendor, place.product)
    ]


def probe(
    plugged: Plugged, drivers: Iterable[Driver], seconds: float = PROBE_SECONDS
) -> Answered | None:
    """The first driver that what is there answers, those that name its USB id first.

    Raises PortBusy when another program holds the port.
    """
    asked = sorted(drivers, key=lambda driver: _order(driver, plugged))
    for driver in asked:
        for settings in _trials(driver, plugged.address):
            identity = _answer(driver, settings, seconds)
            if identity is not None:
                return Answered(driver, settings, identity)
    return None


def udev_rule(plugged: Plugged, link: str) -> str:
    """Gives it the name /dev/muontra/`link` and its group, by USB id and serial number; by its
    socket where it has no serial number. Empty for a port of the machine itself.
    """
    if plugged.usb is None:
        return ""
    vendor, product = plugged.usb_id.split(":")
    own = plugged.subsystem == "usb"
    attribute = "ATTR" if own else "ATTRS"
    words = [
        f'SUBSYSTEM=="{plugged.subsystem}"',
        f'{attribute}{{idVendor}}=="{vendor}"',
        f'{attribute}{{idProduct}}=="{product}"',
        f'{attribute}{{serial}}=="{plugged.serial}"'
        if PLAIN.fullmatch(plugged.serial)
        else f'KERNELS=="{plugged.place}"',
        f'GROUP="{USB_GROUP if own else NODES[plugged.subsystem][2]}"',
        'MODE="0660"',
    ]
    return ", ".join(words if own else [*words, f'SYMLINK+="muontra/{link}"'])


def _order(driver: Driver, plugged: Plugged) -> tuple[bool, int]:
    kinds = TELLS_WHO_IT_IS
    place = kinds.index(driver.kind) if driver.kind in kinds else len(kinds)
    return not may_drive(plugged, [driver]), place


def _trials(driver: Driver, address: str) -> Iterator[dict[str, Any]]:
    if driver.kind in TELLS_WHO_IT_IS:
        for trial in driver.trials:
            yield {"path": address, **trial}


def _answer(driver: Driver, settings: Mapping[str, Any], seconds: float) -> DeviceIdentity | None:
    """None when nothing answers, or something else does."""
    try:
        device = driver.make(msgspec.convert(dict(settings), driver.settings), FrameTrace())
    except (msgspec.ValidationError, ValueError):
        return None  # this driver reaches its device another way
    try:
        identity: DeviceIdentity = device.open(Deadline.after(seconds))
    except PortBusy:
        raise
    except DriverError:
        return None
    finally:
        device.close()
    return identity


def _nodes(subsystem: str, sys: Path, dev: Path) -> Iterator[Plugged]:
    pattern, place, _ = NODES[subsystem]
    for entry in sorted((sys / "class" / subsystem).glob(pattern)):
        if not (entry / "device").exists():
            continue  # a console, not a port
        address = str(dev / place.format(entry.name))
        usb = _usb_folder((entry / "device").resolve())
        if usb is not None:
            yield _usb_device(usb, address, subsystem)
        elif subsystem == "tty" and _is_wired(entry):
            yield Plugged(address, subsystem, name="serial port of the machine")


def _is_wired(entry: Path) -> bool:
    """A PC names 32 ports; those without a chip behind them have type 0."""
    return _text(entry / "type") not in {"", "0"}


def _usb_folder(device: Path) -> Path | None:
    return next((each for each in (device, *device.parents) if (each / "idVendor").exists()), None)


def _bare(folder: Path) -> Plugged | None:
    """A device that is reached by its USB id alone; interfaces and broken entries are none."""
    vendor, product = _text(folder / "idVendor"), _text(folder / "idProduct")
    if not vendor or not product:
        return None
    return _usb_device(folder, f"usb:{vendor}:{product}", "usb")


def _usb_device(folder: Path, address: str, subsystem: str) -> Plugged:
    words = filter(None, (_text(folder / "manufacturer"), _text(folder / "product")))
    usb = None
    with suppress(ValueError):
        usb = int(_text(folder / "idVendor"), 16), int(_text(folder / "idProduct"), 16)
    serial, name = _text(folder / "serial"), " ".join(words)
    return Plugged(address, subsystem, usb, serial, name, folder.name)


def _text(path: Path) -> str:
    """What devices say of themselves is not always text."""
    with suppress(OSError):
        return path.read_text(encoding="utf-8", errors="replace").strip()
    return ""
