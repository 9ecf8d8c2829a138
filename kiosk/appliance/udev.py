"""Rules for udev, from the USB ids of all installed drivers: names that stay, and who may open.

`python -m kiosk.appliance.udev` prints them. A serial adapter sits in many devices, so a name says
id and serial number only: /dev/muontra/0403-6001-A50285BI. What it is *for* is said by a rule of
the library's own, which `muontra devices discover` prints (/dev/muontra/pad).
"""

from collections.abc import Iterable

from drivers.registry import Driver, UsbPlace, installed_drivers

HEAD = """\
# Installed as /etc/udev/rules.d/69-muontra.rules; made from the drivers, do not edit.
# A library's own names belong into 70-muontra.rules: `muontra devices discover` prints them.
"""
RULES = """\
# {what}
SUBSYSTEM=="tty|usbmisc|input", {parent}, GOTO="muontra_name"
SUBSYSTEM=="usb", ENV{{DEVTYPE}}=="usb_device", {own}, GOTO="muontra_usb"
"""
TAIL = """\
GOTO="muontra_end"

# No modem is looked for in a reader, and no reader is put to sleep.
LABEL="muontra_usb"
GROUP="plugdev", MODE="0660", ENV{ID_MM_DEVICE_IGNORE}="1"
TEST=="power/control", ATTR{power/control}="on"
GOTO="muontra_end"

LABEL="muontra_name"
SUBSYSTEM=="input", KERNEL!="event*", GOTO="muontra_end"
ENV{ID_MM_PORT_IGNORE}="1"
IMPORT{builtin}="usb_id"
IMPORT{builtin}="path_id"
SUBSYSTEM=="tty", GROUP="dialout", MODE="0660"
SUBSYSTEM=="usbmisc", GROUP="lp", MODE="0660"
SUBSYSTEM=="input", GROUP="input", MODE="0660"
ENV{MUONTRA_ID}="$env{ID_VENDOR_ID}-$env{ID_MODEL_ID}"
ENV{ID_SERIAL_SHORT}=="?*", SYMLINK+="muontra/$env{MUONTRA_ID}-$env{ID_SERIAL_SHORT}"
# Without a serial number the socket tells two of a kind apart.
ENV{ID_SERIAL_SHORT}=="?*", GOTO="muontra_end"
ENV{ID_PATH_TAG}=="?*", SYMLINK+="muontra/$env{MUONTRA_ID}-at-$env{ID_PATH_TAG}"

LABEL="muontra_end"
"""


def rules(drivers: Iterable[Driver]) -> str:
    """One place for each USB id, whichever drivers know it."""
    places: dict[tuple[int, int], UsbPlace] = {}
    for driver in drivers:
        for place in driver.usb:
            places.setdefault((place.vendor, place.product), place)
    known = "".join(_rules_of(places[key]) for key in sorted(places))
    return f'{HEAD}ACTION=="remove", GOTO="muontra_end"\n\n{known}{TAIL}'


def _rules_of(place: UsbPlace) -> str:
    return RULES.format(
        what=f"{place.vendor:04x}:{place.product:04x} {place.what}",
        parent=_match("ATTRS", place),
        own=_match("ATTR", place),
    )


def _match(attribute: str, place: UsbPlace) -> str:
    return (
        f'{attribute}{{idVendor}}=="{place.vendor:04x}", '
        f'{attribute}{{idProduct}}=="{place.product:04x}"'
    )


def loaded_drivers() -> list[Driver]:
    """Those of this installation."""
    return [status.driver for status in installed_drivers().values() if status.driver]


if __name__ == "__main__":
    print(rules(loaded_drivers()), end="")  # noqa: T201 - the program's output
