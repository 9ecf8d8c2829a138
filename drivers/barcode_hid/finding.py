"""Which input node is the scanner, by what the kernel tells under /sys: no rights are needed."""

from collections.abc import Iterator
from pathlib import Path
from struct import calcsize

from drivers.barcode_hid.keys import LETTERS_AND_ENTER
from drivers.errors import PortMissing, WrongDevice

SYS_INPUT = Path("/sys/class/input")

_WORD_BITS = 8 * calcsize("l")


def node_of(usb: str, root: Path = SYS_INPUT) -> str:
    """The node of the one keyboard with `vendor:product` or `vendor:product:serial`.

    Raises PortMissing, or WrongDevice when there are two.
    """
    found = [node.name for node in _keyboards(root) if _is(node / "device", usb)]
    if not found:
        raise PortMissing(f"no keyboard scanner {usb} is there; plug it in")
    if len(found) > 1:
        raise WrongDevice(
            f"{' and '.join(found)} are both {usb}: name the scanner by its place instead, "
            'path = "/dev/input/by-path/…-event-kbd"'
        )
    return f"/dev/input/{found[0]}"


def _keyboards(root: Path) -> Iterator[Path]:
    """A scanner may show further nodes, for its buttons; only one has letters and ENTER."""
    for node in sorted(root.glob("event*")):
        keys = _number(_told(node / "device/capabilities/key"))
        if all(keys >> code & 1 for code in LETTERS_AND_ENTER):
            yield node


def _is(device: Path, usb: str) -> bool:
    vendor, product, *serial = usb.lower().split(":", 2)
    names = _told(device / "id/vendor").lower(), _told(device / "id/product").lower()
    return names == (vendor, product) and (
        not serial or _told(device / "uniq").lower() == serial[0]
    )


def _number(words: str) -> int:
    """A bit map as hexadecimal words, the highest first."""
    number = 0
    for word in words.split():
        number = number << _WORD_BITS | int(word, 16)
    return number


def _told(file: Path) -> str:
    """Empty where the device left in the middle."""
    try:
        return file.read_text().strip()
    except OSError:
        return ""
