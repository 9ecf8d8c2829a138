"""A pad with two books, and every call of it held against what lies there."""

from collections import Counter
from collections.abc import Callable, Sequence

from drivers.conformance.rig import Call, Rig, expect
from drivers.deadline import Deadline
from drivers.simulators.virtual_tags import CHIPS, VirtualTag
from drivers.tags.content import TagModel
from drivers.tags.elements import elements_named
from drivers.tags.encode import DSFIDS, encode_tag
from drivers.uid import Uid

CONTENT_BLOCKS = 9
WRITTEN_AT = 20
WRITTEN_BLOCKS = 2
SECURED, RELEASED = 0x07, 0xC2


def book(number: int, chip: str = "icode-slix") -> VirtualTag:
    """A library tag like no other: every block differs from those of other numbers."""
    elements = {"primary_item_identifier": f"{number:02}.{number:05}", "owner_institution": "VN-LC"}
    model = TagModel.ISO28560_3
    content = encode_tag(model, elements_named(elements)).ljust(CONTENT_BLOCKS * 4, b"\0")
    rest = bytes((number * 37 + at) % 251 for at in range(4 * CHIPS[chip].blocks - len(content)))
    return VirtualTag(
        Uid(f"{CHIPS[chip].uid_start}{number:0{16 - len(CHIPS[chip].uid_start)}X}"),
        CHIPS[chip],
        bytearray(content + rest),
        afi=SECURED,
        dsfid=DSFIDS[model] if number % 2 else 0x00,
    )


class PadRig(Rig):
    """A pad with two books. Their memory is the truth against which every answer is held.

    That a write took effect is told by a read only: each write is followed by one.
    """

    def prepare(self) -> None:
        self.books = (book(1), book(2, "icode-slix2"))
        self._asked: Counter[Uid] = Counter()
        self._written: Counter[Uid] = Counter()
        for tag in self.books:
            self.lay(tag)

    def lay(self, tag: VirtualTag) -> None:
        """Lay a tag on the pad; from now on its writes are counted."""
        tag.on_write = self._count_write
        self.device.pad.lay(tag)

    def put_right(self) -> None:
        """Also the books go back on the pad."""
        for tag in self.books:
            self.device.pad.lay(tag)
        super().put_right()

    def calls(self) -> Sequence[Call]:
        return (
            Call("open", self.open),
            Call("inventory", self._inventory),
            Call("read_blocks", self._read_content),
            Call("system_information", self._system_information),
            Call("write_afi", self._write_afi),
            Call("write_dsfid", self._write_dsfid),
            Call("write_blocks", self._write_blocks),
        )

    def _inventory(self, _turn: int, deadline: Deadline) -> bool:
        lying = {tag.uid: tag.dsfid for tag in self.device.pad.tags()}
        seen = {tag.uid: tag.dsfid for tag in self.driver.inventory(deadline)}
        invented = seen.keys() - {tag.uid for tag in self.books} - lying.keys()
        expect(not invented, f"inventory told of {', '.join(invented)}, which is nowhere")
        expect(seen == lying, f"inventory told of {seen}, and there lie {lying} (UID and DSFID)")
        return True

    def _read_content(self, turn: int, deadline: Deadline) -> bool:
        return self._read_blocks(turn, deadline, 0, CONTENT_BLOCKS)

    def _read_blocks(self, turn: int, deadline: Deadline, first: int, count: int) -> bool:
        tag, size = self.books[turn], self.books[turn].chip.block_size
        told = self.driver.read_blocks(tag.uid, first, count, deadline)
        expect(
            (told.first, told.block_size) == (first, size),
            f"read_blocks gave block {told.first} of {told.block_size} bytes for {first} of {size}",
        )
        truth = tag.memory[first * size : (first + count) * size]
        expect(
            told.data == truth,
            f"read_blocks gave {told.data.hex(' ')}, and {tag.uid} holds {truth.hex(' ')}",
        )
        return True

    def _system_information(self, turn: int, deadline: Deadline) -> bool:
        tag = self.books[turn]
        told = self.driver.system_information(tag.uid, deadline)
        expect(
            (told.uid, told.dsfid, told.afi) == (tag.uid, tag.dsfid, tag.afi),
            f"system_information gave {told}; {tag.uid} has AFI {tag.afi:02X}, "
            f"DSFID {tag.dsfid:02X}",
        )
        expect(
            told.block_size in {None, tag.chip.block_size}
            and told.block_count in {None, tag.chip.blocks},
            f"system_information gave {told}; the chip has {tag.chip.blocks} blocks of 4 bytes",
        )
        return True

    def _write_afi(self, turn: int, deadline: Deadline) -> bool:
        tag = self.books[turn]
        value = RELEASED if tag.afi == SECURED else SECURED
        self._counted(tag, 1, lambda: self.driver.write_afi(tag.uid, value, deadline))
        return self._system_information(turn, deadline) and tag.afi == value

    def _write_dsfid(self, turn: int, deadline: Deadline) -> bool:
        tag = self.books[turn]
        value = tag.dsfid ^ 0x40
        self._counted(tag, 1, lambda: self.driver.write_dsfid(tag.uid, value, deadline))
        return self._system_information(turn, deadline) and tag.dsfid == value

    def _write_blocks(self, turn: int, deadline: Deadline) -> bool:
        tag, size = self.books[turn], self.books[turn].chip.block_size
        place = slice(WRITTEN_AT * size, (WRITTEN_AT + WRITTEN_BLOCKS) * size)
        data = bytes(byte ^ 0xFF for byte in tag.memory[place])
        self._counted(
            tag,
            WRITTEN_BLOCKS,
            lambda: self.driver.write_blocks(tag.uid, WRITTEN_AT, data, deadline),
        )
        return (
            self._read_blocks(turn, deadline, WRITTEN_AT, WRITTEN_BLOCKS)
            and tag.memory[place] == data
        )

    def _counted(self, tag: VirtualTag, writes: int, write: Callable[[], None]) -> None:
        """A write is done once, and on no other tag, also when it ends in an error."""
        self._asked[tag.uid] += writes
        try:
            write()
        finally:
            for uid, count in self._written.items():
                expect(
                    count <= self._asked[uid],
                    f"{uid} was written {count} times, and {self._asked[uid]} were asked for: "
                    "a driver must never repeat a write",
                )

    def _count_write(self, tag: VirtualTag) -> None:
        self._written[tag.uid] += 1
