"""Readers with a plain USB plug: no serial line, so this driver cannot reach them.

docs/protocols/readers.md, "FEIG models". Linux shows them on the USB bus without a tty.
"""

from contextlib import suppress
from pathlib import Path

FEIG_VENDOR = "0ab1"
_BUS = Path("/sys/bus/usb/devices")
_REMEDY = (
    "A FEIG reader with a plain USB plug is connected, which needs its maker's own library; "
    "take one with a serial, network or virtual COM connection"
)


def remedy_for_usb(path: str, bus: Path = _BUS) -> str:
    """What to do when nothing usable is at `path`; empty when this is not the reason."""
    plain_usb = Path(path).resolve().name.startswith("hidraw")
    return _REMEDY if plain_usb or _lineless_reader_on(bus) else ""


def _lineless_reader_on(bus: Path) -> bool:
    return any(
        _read(vendor) == FEIG_VENDOR and not any(vendor.parent.glob("*/tty*"))
        for vendor in bus.glob("*/idVendor")
    )


def _read(file: Path) -> str:
    with suppress(OSError):
        return file.read_text().strip().lower()
    return ""
