"""ISO 15693 chips as they behave in the field, and the pad field they lie in.

docs/protocols/air.md, "Chips" and "Errors of a chip".
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from threading import Lock
from types import MappingProxyType
from typing import Annotated

from msgspec import Meta, Struct

from drivers.uid import Uid

NOT_SUPPORTED = 0x01
OPTION_NOT_SUPPORTED = 0x03
UNKNOWN_ERROR = 0x0F
NO_SUCH_BLOCK = 0x10
ALREADY_LOCKED = 0x11
LOCKED = 0x12


class TagRefusal(Exception):
    """The chip answers with an error byte."""

    def __init__(self, code: int) -> None:
        super().__init__(f"ISO 15693 error {code:02X}")
        self.code = code


@dataclass(frozen=True, slots=True)
class Chip:
    """A kind of chip. `counter_block` is no memory: it reads as zero and refuses plain writes."""

    name: str
    uid_start: str
    blocks: int
    reference: int
    block_size: int = 4
    has_eas: bool = False
    needs_option_flag: bool = False
    counter_block: int | None = None
    write_seconds: float = 0.005


CHIPS: Mapping[str, Chip] = MappingProxyType(
    {
        chip.name: chip
        for chip in (
            Chip("icode-sli", "E0040100", 28, 0x01, has_eas=True),
            Chip("icode-slix", "E0040110", 28, 0x01, has_eas=True),
            Chip("icode-slix2", "E0040108", 80, 0x01, has_eas=True, counter_block=79),
            Chip("tag-it-hf-i-plus", "E0070000", 64, 0x8B, needs_option_flag=True),
        )
    }
)


class TagMemory(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """All that a tag keeps without power. `blocks` is the whole memory in hexadecimal."""

    uid: Annotated[Uid, Meta(pattern="^[0-9A-F]{16}$")]
    chip: str = "icode-slix"
    blocks: str = ""
    afi: Annotated[int, Meta(ge=0, le=255)] = 0
    dsfid: Annotated[int, Meta(ge=0, le=255)] = 0
    eas: bool = False
    locked_blocks: tuple[int, ...] = ()
    afi_locked: bool = False
    dsfid_locked: bool = False
    eas_locked: bool = False


@dataclass(slots=True)
class VirtualTag:
    """One chip. Owner: the thread of the pad it lies on; others may look at it.

    `on_write` is called after each change of memory, before the chip answers.
    """

    uid: Uid
    chip: Chip = CHIPS["icode-slix"]
    memory: bytearray = field(default_factory=bytearray)
    afi: int = 0
    dsfid: int = 0
    eas: bool = False
    locked_blocks: set[int] = field(default_factory=set)
    afi_locked: bool = False
    dsfid_locked: bool = False
    eas_locked: bool = False
    quiet: bool = False
    on_write: Callable[["VirtualTag"], None] | None = None

    def __post_init__(self) -> None:
        room = self.chip.blocks * self.chip.block_size
        if len(self.memory) > room:
            raise ValueError(f"{len(self.memory)} bytes do not fit the {room} of {self.chip.name}")
        self.memory.extend(bytes(room - len(self.memory)))

    @classmethod
    def from_memory(cls, kept: TagMemory) -> "VirtualTag":
        """Raises KeyError for an unknown chip and ValueError for memory that does not fit."""
        return cls(
            uid=kept.uid,
            chip=CHIPS[kept.chip],
            memory=bytearray.fromhex(kept.blocks),
            afi=kept.afi,
            dsfid=kept.dsfid,
            eas=kept.eas,
            locked_blocks=set(kept.locked_blocks),
            afi_locked=kept.afi_locked,
            dsfid_locked=kept.dsfid_locked,
            eas_locked=kept.eas_locked,
        )

    def to_memory(self) -> TagMemory:
        """What the tag keeps without power."""
        return TagMemory(
            uid=self.uid,
            chip=self.chip.name,
            blocks=self.memory.hex().upper(),
            afi=self.afi,
            dsfid=self.dsfid,
            eas=self.eas,
            locked_blocks=tuple(sorted(self.locked_blocks)),
            afi_locked=self.afi_locked,
            dsfid_locked=self.dsfid_locked,
            eas_locked=self.eas_locked,
        )

    def read(self, block: int) -> bytes:
        """One block."""
        self._expect_block(block)
        size = self.chip.block_size
        return bytes(self.memory[block * size : (block + 1) * size])

    def write(self, block: int, data: bytes, *, option: bool) -> None:
        """One block."""
        self._expect_block(block)
        self._expect_option(option)
        if block == self.chip.counter_block or len(data) != self.chip.block_size:
            raise TagRefusal(UNKNOWN_ERROR)
        _refuse(block in self.locked_blocks, LOCKED)
        self.memory[block * len(data) : (block + 1) * len(data)] = data
        self._written()

    def lock(self, block: int, *, option: bool) -> None:
        """Lock one block for ever."""
        self._expect_block(block)
        self._expect_option(option)
        _refuse(block in self.locked_blocks, ALREADY_LOCKED)
        self.locked_blocks.add(block)
        self._written()

    def is_locked(self, block: int) -> bool:
        """The block's security status."""
        self._expect_block(block)
        return block in self.locked_blocks

    def write_afi(self, afi: int, *, option: bool) -> None:
        self._expect_option(option)
        _refuse(self.afi_locked, LOCKED)
        self.afi = afi
        self._written()

    def lock_afi(self, *, option: bool) -> None:
        self._expect_option(option)
        _refuse(self.afi_locked, ALREADY_LOCKED)
        self.afi_locked = True
        self._written()

    def write_dsfid(self, dsfid: int, *, option: bool) -> None:
        self._expect_option(option)
        _refuse(self.dsfid_locked, LOCKED)
        self.dsfid = dsfid
        self._written()

    def lock_dsfid(self, *, option: bool) -> None:
        self._expect_option(option)
        _refuse(self.dsfid_locked, ALREADY_LOCKED)
        self.dsfid_locked = True
        self._written()

    def write_eas(self, *, on: bool) -> None:
        self._expect_eas()
        _refuse(self.eas_locked, LOCKED)
        self.eas = on
        self._written()

    def lock_eas(self) -> None:
        self._expect_eas()
        _refuse(self.eas_locked, ALREADY_LOCKED)
        self.eas_locked = True
        self._written()

    def _expect_eas(self) -> None:
        _refuse(not self.chip.has_eas, NOT_SUPPORTED)

    def _expect_block(self, block: int) -> None:
        _refuse(not 0 <= block < self.chip.blocks, NO_SUCH_BLOCK)

    def _expect_option(self, option: bool) -> None:
        _refuse(self.chip.needs_option_flag and not option, OPTION_NOT_SUPPORTED)

    def _written(self) -> None:
        if self.on_write is not None:
            self.on_write(self)


def _refuse(refused: bool, code: int) -> None:
    if refused:
        raise TagRefusal(code)


class PadField:
    """The tags within reach of one pad's antenna. Any thread may lay and lift."""

    def __init__(self, tags: Iterable[VirtualTag] = ()) -> None:
        self._lock = Lock()
        self._tags: dict[Uid, VirtualTag] = {}
        for tag in tags:
            self.lay(tag)

    def lay(self, tag: VirtualTag) -> None:
        """Bring a tag into the field: it wakes up as after any loss of power."""
        with self._lock:
            tag.quiet = False
            self._tags[tag.uid] = tag

    def lift(self, uid: Uid | None) -> None:
        """Take a tag out of the field; harmless when it is not there, or none is named."""
        if uid is not None:
            with self._lock:
                self._tags.pop(uid, None)

    def tags(self) -> tuple[VirtualTag, ...]:
        """What lies in the field now."""
        with self._lock:
            return tuple(self._tags.values())

    def tag(self, uid: Uid) -> VirtualTag | None:
        """The tag of this UID, if it is there."""
        with self._lock:
            return self._tags.get(uid)

    def lose_power(self) -> None:
        """The field was off: quiet tags wake up."""
        for tag in self.tags():
            tag.quiet = False
