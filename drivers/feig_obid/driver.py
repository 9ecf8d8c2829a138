"""FEIG OBID i-scan and classic-pro pads as a `TagReader` (docs/protocols/readers.md)."""

from collections.abc import Mapping

from msgspec import field

from drivers.belated_copies import LastRead
from drivers.deadline import Deadline
from drivers.errors import DeviceRefused, TagLocked, TagUnreadable
from drivers.feig_obid.block_order import BlockOrder, BlockOrderSetting
from drivers.feig_obid.commands import (
    EAS_ALARM,
    READ_BLOCKS,
    RESET_EAS,
    SET_EAS,
    SYSTEM_INFORMATION,
    WRITE_AFI,
    WRITE_BLOCKS,
    WRITE_DSFID,
    Request,
    blocks_in_line_order,
)
from drivers.feig_obid.conversation import Answer, LineSettings
from drivers.feig_obid.radio import Antenna, FeigRadio
from drivers.feig_obid.statuses import NO_TRANSPONDER, UNKNOWN_COMMAND
from drivers.field_layout import Fields
from drivers.frame_trace import FrameTrace
from drivers.interfaces import SystemInformation, TagBlocks
from drivers.registry import Driver
from drivers.repeated_reads import repeated
from drivers.serial_adapters import SERIAL_ADAPTERS
from drivers.tag_memory import blocks_that_are_there, told_geometry, whole_blocks
from drivers.tags.iso15693 import chip_of
from drivers.uid import Uid, uid_from_bytes

BLOCKS_A_FRAME = 16
"""The reader gives 128 bytes at most; 16 blocks fit also where a block has 8 bytes."""

BYTES_BESIDE_BLOCKS = 20
BYTES_A_BLOCK = 9


class FeigSettings(LineSettings, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`rf_reset_before_inventory`: many readers report a tag once until it leaves; without the
    reset a book that is lifted and laid down again between two rounds would stay unseen.
    `antennas`: places by name, each with the number of its antenna, as in
    `{ pad = 1, book-drop = 2 }`; without it the reader has the one it begins with.
    """

    block_order: BlockOrderSetting = "auto"
    rf_reset_before_inventory: bool = True
    antennas: Mapping[str, Antenna] = field(default_factory=dict)


class FeigReader(FeigRadio):
    """A `TagReader` and `EasReader`. Owner: the thread that calls `open`."""

    def __init__(self, settings: FeigSettings, trace: FrameTrace | None = None) -> None:
        super().__init__(
            settings,
            trace,
            antennas=settings.antennas,
            rf_reset_before_inventory=settings.rf_reset_before_inventory,
        )
        self._order = BlockOrder(settings.block_order)
        self._last_read = LastRead[Answer]()

    @property
    def knows_eas(self) -> bool:
        return self.facts.custom_commands

    def read_blocks(self, uid: Uid, first: int, count: int, deadline: Deadline) -> TagBlocks:
        def read(count: int) -> TagBlocks:
            return self._blocks(uid, first, count, deadline)

        return blocks_that_are_there(read, self, uid, range(first, first + count), deadline)

    def system_information(self, uid: Uid, deadline: Deadline) -> SystemInformation:
        fields = self.read_tag(Request(SYSTEM_INFORMATION, uid=uid), deadline).fields
        size, count = _geometry(fields)
        return SystemInformation(
            uid=uid_from_bytes(fields["uid"]),
            dsfid=fields["dsfid"],
            afi=fields["afi"],
            block_size=size,
            block_count=count,
            chip_reference=fields["chip"],
        )

    def write_blocks(self, uid: Uid, first: int, data: bytes, deadline: Deadline) -> None:
        blocks = whole_blocks(data, told_geometry(self, uid, deadline).block_size)
        _expect_memory(uid, range(first, first + len(blocks)))
        step = self._blocks_a_frame()
        for at in range(0, len(blocks), step):
            self._write_once(uid, first + at, blocks[at : at + step], deadline)

    def write_afi(self, uid: Uid, afi: int, deadline: Deadline) -> None:
        self.ask_tag(Request(WRITE_AFI, {"afi": afi}, uid), deadline)

    def write_dsfid(self, uid: Uid, dsfid: int, deadline: Deadline) -> None:
        self.ask_tag(Request(WRITE_DSFID, {"dsfid": dsfid}, uid), deadline)

    def write_eas(self, uid: Uid, deadline: Deadline, *, on: bool) -> None:
        self._expect_eas()
        if not chip_of(uid).has_eas:
            raise TagUnreadable(f"tag {uid} is a {chip_of(uid).name}: this chip has no EAS", uid)
        self.ask_tag(Request(SET_EAS if on else RESET_EAS, uid=uid), deadline)

    def eas_alarm(self, deadline: Deadline) -> bool:
        self._expect_eas()
        return any(self._eas_alarm_at(antenna, deadline) for antenna in self.antennas)

    def _eas_alarm_at(self, antenna: int | None, deadline: Deadline) -> bool:
        """Silence is a proof here, so it must not be an answer to an earlier question."""

        def check() -> bool:
            self.wake_tags(antenna, deadline)
            answer = self.ask(Request(EAS_ALARM), deadline, also=NO_TRANSPONDER, anew=True)
            return answer.status != NO_TRANSPONDER

        return repeated(check, deadline)

    def _expect_eas(self) -> None:
        if not self.knows_eas:
            raise DeviceRefused(
                f"{self._port.path}, {self.facts.model.name} with firmware {self.facts.firmware}, "
                "has no EAS commands; secure by AFI, or take a reader of the MR, PR or LR series",
                UNKNOWN_COMMAND,
            )

    def _blocks_a_frame(self) -> int:
        """Fewer in readers whose buffers are small."""
        longest = self.facts.longest_frame
        if longest is None:
            return BLOCKS_A_FRAME
        return max(1, min(BLOCKS_A_FRAME, (longest - BYTES_BESIDE_BLOCKS) // BYTES_A_BLOCK))

    def _blocks(self, uid: Uid, first: int, count: int, deadline: Deadline) -> TagBlocks:
        blocks: list[bytes] = []
        step = self._blocks_a_frame()
        for at in range(first, first + count, step):
            fields = {"first": at, "count": min(step, first + count - at)}
            request = Request(READ_BLOCKS, fields, uid)
            blocks += blocks_in_line_order(self._read_of_this_tag(request, uid, deadline).fields)
        self._order.learn(first, blocks)
        data = b"".join(self._order.turn(block) for block in blocks)
        return TagBlocks(first, len(blocks[0]), data)

    def _read_of_this_tag(self, request: Request, uid: Uid, deadline: Deadline) -> Answer:
        return self._last_read.sure(
            uid,
            lambda: self.read_tag(request, deadline),
            lambda: self.read(request, deadline, anew=True),
        )

    def _write_once(self, uid: Uid, first: int, blocks: list[bytes], deadline: Deadline) -> None:
        fields = {
            "first": first,
            "count": len(blocks),
            "size": len(blocks[0]),
            "blocks": b"".join(self._order.turn(block) for block in blocks),
        }
        self.ask_tag(Request(WRITE_BLOCKS, fields, uid), deadline)


def _expect_memory(uid: Uid, blocks: range) -> None:
    counter = chip_of(uid).counter_block
    if counter in blocks:
        raise TagLocked(
            f"block {counter} of tag {uid} is the counter of its chip, no memory; write before it",
            uid,
        )


def _geometry(fields: Fields) -> tuple[int | None, int | None]:
    """Block size and count. The manual says sizes, real readers pass the chip's own `size - 1`
    and `count - 1`: an odd size is such a one.
    """
    size, count = fields["size"], fields["count"]
    if size == count == 0:
        return None, None
    return (size + 1, count + 1) if size % 2 else (size, count)


DRIVER = Driver(
    name="feig_obid",
    kind="pad",
    summary="FEIG OBID i-scan and classic-pro HF readers",
    settings=FeigSettings,
    make=FeigReader,
    simulation="drivers.feig_obid.simulator:SIMULATION",
    usb=SERIAL_ADAPTERS,
    trials=(
        {},
        {"frames": "advanced"},
        {"baud": 115_200},
        {"baud": 115_200, "frames": "advanced"},
        {"baud": 19_200},
        {"baud": 9_600},
    ),
)
