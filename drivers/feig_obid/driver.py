"""FEIG OBID i-scan and classic-pro pads as a `TagReader` (docs/protocols/readers.md)."""

from collections.abc import Callable, Iterable
from typing import TypeVar

from drivers.deadline import Deadline
from drivers.errors import (
    DeviceSilent,
    DriverError,
    FrameDamaged,
    TagLeft,
    TagUnreadable,
    WrongDevice,
)
from drivers.facts import TagSeen
from drivers.feig_obid.block_order import BlockOrder, BlockOrderSetting
from drivers.feig_obid.commands import (
    GET_INPUT,
    INVENTORY,
    MORE,
    READ_BLOCKS,
    RF_RESET,
    SOFTWARE_VERSION,
    SYSTEM_INFORMATION,
    WRITE_AFI,
    WRITE_BLOCKS,
    WRITE_DSFID,
    Fields,
    Request,
    blocks_in_line_order,
    inventory_records,
)
from drivers.feig_obid.conversation import Answer, Conversation, LineSettings
from drivers.feig_obid.models import Family, Model, model_of
from drivers.feig_obid.outputs import OutputOrder, output_requests
from drivers.feig_obid.statuses import MORE_DATA, NO_TRANSPONDER, TagDisturbed, trouble
from drivers.frame_trace import FrameTrace
from drivers.interfaces import DeviceIdentity, SystemInformation, TagBlocks
from drivers.port import port_at
from drivers.registry import Driver
from drivers.uid import Uid, uid_from_bytes

T = TypeVar("T")

READ_TRIES = 3
BLOCKS_A_FRAME = 16
"""The reader gives 128 bytes at most; 16 blocks fit also where a block has 8 bytes."""

USUAL_BLOCK_SIZE = 4
USUAL_BLOCK_COUNT = 28


class FeigSettings(LineSettings, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`rf_reset_before_inventory`: many readers report a tag once until it leaves; without the
    reset a book that is lifted and laid down again between two rounds would stay unseen.
    """

    block_order: BlockOrderSetting = "auto"
    rf_reset_before_inventory: bool = True


class FeigReader:
    """Reads are tried up to three times, writes once. Owner: the thread that calls `open`."""

    def __init__(self, settings: FeigSettings, trace: FrameTrace | None = None) -> None:
        self._settings = settings
        self._port = port_at(settings.path, settings.baud, settings.parity)
        self._line = Conversation(self._port, settings, trace or FrameTrace())
        self._order = BlockOrder(settings.block_order)
        self._model: Model = model_of(0)
        self._last_uid: Uid | None = None
        self._last_read: tuple[Answer, Fields] | None = None

    def open(self, deadline: Deadline) -> DeviceIdentity:
        self._port.open(deadline)
        self._line.restart()
        try:
            return self._identity(deadline)
        except DriverError:
            self.close()
            raise

    def close(self) -> None:
        self._port.close()

    def cancel(self) -> None:
        self._port.cancel()

    def inventory(self, deadline: Deadline) -> tuple[TagSeen, ...]:
        return _repeated(lambda: self._whole_inventory(deadline), deadline)

    def read_blocks(self, uid: Uid, first: int, count: int, deadline: Deadline) -> TagBlocks:
        try:
            return self._blocks(uid, first, count, deadline)
        except TagUnreadable:
            _, end = self._geometry_of(uid, deadline)
            if not first < end < first + count:
                raise
            return self._blocks(uid, first, end - first, deadline)

    def system_information(self, uid: Uid, deadline: Deadline) -> SystemInformation:
        fields = self._read(Request(SYSTEM_INFORMATION, uid=uid), deadline).fields
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
        size, _ = self._geometry_of(uid, deadline)
        if len(data) % size:
            raise ValueError(f"{len(data)} bytes are no whole blocks of {size}")
        blocks = [data[at : at + size] for at in range(0, len(data), size)]
        for at in range(0, len(blocks), BLOCKS_A_FRAME):
            self._write_once(uid, first + at, blocks[at : at + BLOCKS_A_FRAME], deadline)

    def write_afi(self, uid: Uid, afi: int, deadline: Deadline) -> None:
        self._ask(Request(WRITE_AFI, {"afi": afi}, uid), deadline)

    def write_dsfid(self, uid: Uid, dsfid: int, deadline: Deadline) -> None:
        self._ask(Request(WRITE_DSFID, {"dsfid": dsfid}, uid), deadline)

    def set_outputs(self, orders: Iterable[OutputOrder], deadline: Deadline) -> None:
        """Lights, beeper, outputs, relays: each falls back by itself after its time.

        Raises ValueError for an output or a time that this reader does not have.
        """
        for request in output_requests(orders, self._model.abilities.outputs):
            self._ask(request, deadline)

    def inputs(self, deadline: Deadline) -> frozenset[int]:
        """The numbers of the inputs that are active now, from 1."""
        bits = self._read(Request(GET_INPUT), deadline).fields["inputs"]
        return frozenset(number + 1 for number in range(8) if bits >> number & 1)

    def converse(self, request: Request, deadline: Deadline, *, anew: bool = False) -> Answer:
        """Ask once, for drivers of gates: what the status means is theirs to say. `anew`: whatever
        the reader said before belongs to the past, even if it fits.
        """
        if anew:
            self._line.doubt()
        return self._line.ask(request, deadline)

    def _identity(self, deadline: Deadline) -> DeviceIdentity:
        fields = self._read(Request(SOFTWARE_VERSION), deadline).fields
        self._model = model_of(fields["software"])
        if self._model.family is Family.UHF:
            raise WrongDevice(
                f"{self._settings.path} is a {self._model.name}, a UHF reader; "
                "item tags need an HF reader: correct the configuration"
            )
        major, minor = divmod(fields["revision"], 256)
        return DeviceIdentity("FEIG", self._model.name, f"{major:X}.{minor:02X}")

    def _whole_inventory(self, deadline: Deadline) -> tuple[TagSeen, ...]:
        """An inventory in parts is repeated from its start: the reader has dropped what it sent."""
        if self._settings.rf_reset_before_inventory:
            self._ask(Request(RF_RESET), deadline)
        seen: dict[Uid, TagSeen] = {}
        answer = self._inventory_part(0, deadline)
        while answer.status == MORE_DATA:
            seen |= _tags(answer)
            answer = self._inventory_part(MORE, deadline)
        return tuple((seen | _tags(answer)).values())

    def _inventory_part(self, mode: int, deadline: Deadline) -> Answer:
        return self._ask(Request(INVENTORY, mode=mode), deadline, also=NO_TRANSPONDER)

    def _geometry_of(self, uid: Uid, deadline: Deadline) -> tuple[int, int]:
        """Block size and count; the usual ones of a chip that does not tell."""
        try:
            told = self.system_information(uid, deadline)
        except TagUnreadable:
            return USUAL_BLOCK_SIZE, USUAL_BLOCK_COUNT
        return told.block_size or USUAL_BLOCK_SIZE, told.block_count or USUAL_BLOCK_COUNT

    def _blocks(self, uid: Uid, first: int, count: int, deadline: Deadline) -> TagBlocks:
        blocks: list[bytes] = []
        for at in range(first, first + count, BLOCKS_A_FRAME):
            fields = {"first": at, "count": min(BLOCKS_A_FRAME, first + count - at)}
            answer = self._read_of_this_tag(Request(READ_BLOCKS, fields, uid), deadline)
            blocks += blocks_in_line_order(answer.fields)
        self._order.learn(first, blocks)
        data = b"".join(self._order.turn(block) for block in blocks)
        return TagBlocks(first, len(blocks[0]), data)

    def _read_of_this_tag(self, request: Request, deadline: Deadline) -> Answer:
        """An answer does not name its tag. One that equals the last answer for another tag may be
        a belated copy of that: asked again behind a clean line, it is this tag's own.
        """
        answer = self._read(request, deadline)
        if self._last_read == (answer, request.fields) and self._last_uid != request.uid:
            self._line.doubt()
            answer = self._read(request, deadline)
        self._last_uid, self._last_read = request.uid, (answer, request.fields)
        return answer

    def _write_once(self, uid: Uid, first: int, blocks: list[bytes], deadline: Deadline) -> None:
        fields = {
            "first": first,
            "count": len(blocks),
            "size": len(blocks[0]),
            "blocks": b"".join(self._order.turn(block) for block in blocks),
        }
        self._ask(Request(WRITE_BLOCKS, fields, uid), deadline)

    def _read(self, request: Request, deadline: Deadline) -> Answer:
        return _repeated(lambda: self._ask(request, deadline), deadline)

    def _ask(self, request: Request, deadline: Deadline, *, also: int | None = None) -> Answer:
        """Ask once. Raises what the status stands for, unless it is good or `also` expected."""
        answer = self._line.ask(request, deadline)
        if answer.status == also:
            return answer
        problem = trouble(request.command.name, answer.status, answer.detail, request.uid)
        if problem is not None:
            raise problem
        return answer


def _repeated(read: Callable[[], T], deadline: Deadline) -> T:
    """The one place where this driver repeats: a read, for what may pass by itself."""
    for _ in range(READ_TRIES - 1):
        try:
            return read()
        except (DeviceSilent, FrameDamaged, TagLeft, TagDisturbed):
            if deadline.expired():
                raise
    return read()


def _tags(answer: Answer) -> dict[Uid, TagSeen]:
    if answer.status == NO_TRANSPONDER:
        return {}
    return {tag.uid: tag for tag in inventory_records(answer.fields)}


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
)
