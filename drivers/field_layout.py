"""Fields of a binary frame as data: packed, unpacked, and told in words."""

import struct
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

Fields = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Layout:
    """Fields of fixed width, most significant byte first, then perhaps a `rest` of any length."""

    shape: str = ""
    names: tuple[str, ...] = ()
    rest: str = ""

    def pack(self, fields: Fields) -> bytes:
        """Raises KeyError for a missing field and struct.error for one that does not fit."""
        fixed = struct.pack(f">{self.shape}", *(fields[name] for name in self.names))
        return fixed + (bytes(fields[self.rest]) if self.rest else b"")

    def unpack(self, data: bytes) -> dict[str, Any]:
        """Raises ValueError when `data` are too short, or too long without a `rest`."""
        width = struct.calcsize(f">{self.shape}")
        if len(data) < width or (len(data) > width and not self.rest):
            raise ValueError(f"{len(data)} bytes where {width} are expected")
        fields = dict(zip(self.names, struct.unpack(f">{self.shape}", data[:width]), strict=True))
        return fields | {self.rest: data[width:]} if self.rest else fields


def words(fields: Fields) -> list[str]:
    """Fields as words, for the trace."""
    return [
        f"{name} {value.hex(' ').upper()}" if isinstance(value, bytes) else f"{name} 0x{value:02X}"
        for name, value in fields.items()
    ]
