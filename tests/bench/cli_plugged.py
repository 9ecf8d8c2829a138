"""The system's own list of devices, as folders: real links, no pretence."""

from collections.abc import Mapping
from pathlib import Path

FTDI = {"idVendor": "0403", "idProduct": "6001", "serial": "A50285BI", "product": "FT232R"}


class PluggedIn:
    """`sys` and `dev` as the kernel lays them out."""

    def __init__(self, folder: Path) -> None:
        self.sys, self.dev = folder / "sys", folder / "dev"
        (self.sys / "bus/usb/devices").mkdir(parents=True)

    def usb(self, place: str, told: Mapping[str, str], node: tuple[str, str] | None = None) -> Path:
        """A USB device at a socket; `node`: class and name of what the system made of it."""
        folder = self.sys / "devices/pci0000:00/usb1" / place
        folder.mkdir(parents=True)
        for name, text in told.items():
            (folder / name).write_bytes(f"{text}\n".encode("utf-8", "surrogateescape"))
        (self.sys / "bus/usb/devices" / place).symlink_to(folder)
        if node is not None:
            self._node(folder / f"{place}:1.0", *node)
        return folder

    def port_of_the_machine(self, name: str, kind: str) -> None:
        """`kind`: the number of the chip behind it."""
        entry = self._node(self.sys / "devices/platform" / f"of {name}", "tty", name)
        (entry / "type").write_text(kind)

    def console(self, name: str) -> None:
        """Something of this class behind which is no device."""
        (self.sys / "class/tty" / name).mkdir(parents=True)

    def _node(self, interface: Path, subsystem: str, name: str) -> Path:
        entry = interface / subsystem / name
        entry.mkdir(parents=True)
        (entry / "device").symlink_to(interface)
        link = self.sys / "class" / subsystem / name
        link.parent.mkdir(parents=True, exist_ok=True)
        link.symlink_to(entry)
        return entry
