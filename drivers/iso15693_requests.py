"""ISO 15693 commands as they go over the air, for readers that pass them on as they are.

    request  FLAGS COMMAND [MAKER] [UID, least byte first] PARAMETERS  CRC-low CRC-high
    answer   FLAGS DATA                                                CRC-low CRC-high

An answer with the error flag has one error byte as its data (docs/protocols/iso15693.md).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from drivers.checksums import ISO15693_AIR
from drivers.errors import TagDisturbed, TagError, TagLocked, TagUnreadable
from drivers.interfaces import SystemInformation
from drivers.uid import UID_BYTES, Uid, uid_bytes, uid_from_bytes

HIGH_RATE = 0x02
INVENTORY = 0x04
ADDRESSED = 0x20
OPTION = 0x40
ERROR = 0x01

NOT_SUPPORTED = frozenset({0x01, 0x02})
NXP = 0x04
FIRST_CUSTOM, LAST_CUSTOM = 0xA0, 0xDF

HAS_DSFID, HAS_AFI, HAS_SIZE, HAS_REFERENCE = 0x01, 0x02, 0x04, 0x08
SIZE_BITS = 0x1F


@dataclass(frozen=True, slots=True)
class IsoCommand:
    """One row of the table. `writes`: changes the chip, so it is never repeated unasked."""

    name: str
    code: int
    writes: bool = False

    @property
    def custom(self) -> bool:
        """Commands of a maker carry the maker's number."""
        return FIRST_CUSTOM <= self.code <= LAST_CUSTOM


STAY_QUIET = IsoCommand("stay quiet", 0x02, writes=True)
READ_BLOCK = IsoCommand("read block", 0x20)
WRITE_BLOCK = IsoCommand("write block", 0x21, writes=True)
LOCK_BLOCK = IsoCommand("lock block", 0x22, writes=True)
READ_BLOCKS = IsoCommand("read blocks", 0x23)
RESET_TO_READY = IsoCommand("reset to ready", 0x26, writes=True)
WRITE_AFI = IsoCommand("write AFI", 0x27, writes=True)
LOCK_AFI = IsoCommand("lock AFI", 0x28, writes=True)
WRITE_DSFID = IsoCommand("write DSFID", 0x29, writes=True)
LOCK_DSFID = IsoCommand("lock DSFID", 0x2A, writes=True)
SYSTEM_INFORMATION = IsoCommand("system information", 0x2B)
BLOCK_SECURITY = IsoCommand("block security", 0x2C)
SET_EAS = IsoCommand("set EAS", 0xA2, writes=True)
RESET_EAS = IsoCommand("reset EAS", 0xA3, writes=True)
LOCK_EAS = IsoCommand("lock EAS", 0xA4, writes=True)
EAS_ALARM = IsoCommand("EAS alarm", 0xA5)

COMMANDS: Mapping[int, IsoCommand] = MappingProxyType(
    {
        command.code: command
        for command in (
            STAY_QUIET,
            READ_BLOCK,
            WRITE_BLOCK,
            LOCK_BLOCK,
            READ_BLOCKS,
            RESET_TO_READY,
            WRITE_AFI,
            LOCK_AFI,
            WRITE_DSFID,
            LOCK_DSFID,
            SYSTEM_INFORMATION,
            BLOCK_SECURITY,
            SET_EAS,
            RESET_EAS,
            LOCK_EAS,
            EAS_ALARM,
        )
    }
)


@dataclass(frozen=True, slots=True)
class IsoRequest:
    """A command to the tag `uid`, or to whoever hears it."""

    command: IsoCommand
    uid: Uid | None = None
    parameters: bytes = b""
    option: bool = False

    def body(self, *, uid_as_printed: bool = False) -> bytes:
        """Without the check; with the UID in air order, or as it is printed."""
        flags = HIGH_RATE | (ADDRESSED if self.uid else 0) | (OPTION if self.option else 0)
        maker = bytes((NXP,)) if self.command.custom else b""
        uid = uid_bytes(self.uid) if self.uid else b""
        uid = uid if uid_as_printed else uid[::-1]
        return bytes((flags, self.command.code)) + maker + uid + self.parameters

    def __str__(self) -> str:
        parts = [self.command.name, self.uid or "", self.parameters.hex(" ").upper()]
        return " ".join(part for part in parts if part)


@dataclass(frozen=True, slots=True)
class IsoAnswer:
    """What a chip answered. `error`: its error byte, None when all is well."""

    data: bytes = b""
    error: int | None = None

    def body(self) -> bytes:
        """Without the check."""
        return b"\0" + self.data if self.error is None else bytes((ERROR, self.error))


def checked(body: bytes) -> bytes:
    """A frame as it goes over the air."""
    return body + ISO15693_AIR(body).to_bytes(2, "little")


def unchecked(frame: bytes) -> bytes:
    """The body of a frame. Raises ValueError when it is cut or its check does not fit."""
    body = frame[:-2]
    if not body or checked(body) != frame:
        raise ValueError(f"{frame.hex(' ').upper()} fails its check")
    return body


def parse_request(body: bytes, *, uid_as_printed: bool = False) -> IsoRequest:
    """The other way round. Raises ValueError (cut, or an inventory) or KeyError (no such
    command).
    """
    if len(body) < 2 or body[0] & INVENTORY:
        raise ValueError(f"{body.hex(' ').upper()} is no command to a tag")
    command = COMMANDS[body[1]]
    rest = body[3:] if command.custom else body[2:]
    uid = None
    if body[0] & ADDRESSED:
        raw, rest = rest[:UID_BYTES], rest[UID_BYTES:]
        uid = uid_from_bytes(raw if uid_as_printed else raw[::-1])
    return IsoRequest(command, uid, rest, bool(body[0] & OPTION))


def parse_answer(body: bytes) -> IsoAnswer:
    """Raises ValueError for an error that names none, or for no flags at all."""
    if not body or (body[0] & ERROR and len(body) < 2):
        raise ValueError(f"{body.hex(' ').upper()} is no answer of a tag")
    return IsoAnswer(error=body[1]) if body[0] & ERROR else IsoAnswer(body[1:])


def pack_system_information(told: SystemInformation) -> bytes:
    """The data of a chip's answer to Get System Information."""
    parts = {
        HAS_DSFID: bytes((told.dsfid,)),
        HAS_AFI: bytes((told.afi,)),
        HAS_SIZE: _size_bytes(told.block_count, told.block_size),
        HAS_REFERENCE: b"" if told.chip_reference is None else bytes((told.chip_reference,)),
    }
    flags = sum(flag for flag, part in parts.items() if part)
    return bytes((flags,)) + uid_bytes(told.uid)[::-1] + b"".join(parts.values())


def parse_system_information(data: bytes) -> SystemInformation:
    """Raises ValueError when it is cut or too long. What a chip does not tell is 0 or None."""
    uid = uid_from_bytes(data[1 : 1 + UID_BYTES][::-1])
    return told_by_flags(uid, data[0], data[1 + UID_BYTES :])


def told_by_flags(uid: Uid, flags: int, fields: bytes) -> SystemInformation:
    """The fields whose flags are set, in the order of the flags; sizes are told less one."""
    widths = {HAS_DSFID: 1, HAS_AFI: 1, HAS_SIZE: 2, HAS_REFERENCE: 1}
    told: dict[int, bytes] = {}
    for flag, width in widths.items():
        if flags & flag:
            told[flag], fields = fields[:width], fields[width:]
    if fields or any(len(told[flag]) < widths[flag] for flag in told):
        raise ValueError("system information of the wrong length")
    size = told.get(HAS_SIZE)
    return SystemInformation(
        uid=uid,
        dsfid=told.get(HAS_DSFID, b"\0")[0],
        afi=told.get(HAS_AFI, b"\0")[0],
        block_size=(size[1] & SIZE_BITS) + 1 if size else None,
        block_count=size[0] + 1 if size else None,
        chip_reference=told[HAS_REFERENCE][0] if HAS_REFERENCE in told else None,
    )


def refusal(what: str, uid: Uid, error: int) -> TagError:
    """The error that a chip's error byte stands for."""
    kind, text = _REFUSALS.get(error, (TagUnreadable, f"error {error:02X}"))
    return kind(f"tag {uid} refused {what}: {text}", uid)


def _size_bytes(count: int | None, size: int | None) -> bytes:
    return bytes((count - 1, size - 1)) if count and size else b""


_REFUSALS: Mapping[int, tuple[type[TagError], str]] = MappingProxyType(
    {
        0x01: (TagUnreadable, "command not supported"),
        0x02: (TagUnreadable, "command not recognised"),
        0x03: (TagUnreadable, "option not supported"),
        0x0F: (TagUnreadable, "unknown error"),
        0x10: (TagUnreadable, "block not available"),
        0x11: (TagLocked, "already locked"),
        0x12: (TagLocked, "locked, the content cannot change"),
        0x13: (TagDisturbed, "block not programmed"),
        0x14: (TagDisturbed, "block not locked"),
    }
)
