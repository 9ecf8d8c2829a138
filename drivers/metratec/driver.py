"""metraTec HF readers as a `TagReader` (docs/protocols/readers.md, "metraTec readers")."""

from typing import Annotated

from msgspec import Meta, Struct

from drivers.deadline import Deadline
from drivers.errors import (
    DeviceRefused,
    DriverError,
    TagDisturbed,
    TagLeft,
    TagUnreadable,
    WrongDevice,
)
from drivers.facts import TagSeen
from drivers.frame_trace import FrameTrace
from drivers.interfaces import DeviceIdentity, SystemInformation, TagBlocks
from drivers.iso15693_requests import (
    RESET_EAS,
    SET_EAS,
    WRITE_AFI,
    WRITE_BLOCK,
    WRITE_DSFID,
    IsoRequest,
)
from drivers.metratec.commands import (
    FIELD_ON,
    FIRMWARE,
    HARDWARE,
    IDENTITY,
    INVENTORY,
    MODE,
    REVISION,
    SERIAL_NUMBER,
    VERBOSITY,
    Question,
    UidOrder,
    antenna,
    input_pin,
    output_pin,
)
from drivers.metratec.conversation import Conversation
from drivers.metratec.tag_line import TagLine
from drivers.port import port_at
from drivers.registry import Driver
from drivers.repeated_reads import repeated
from drivers.serial_adapters import SERIAL_ADAPTERS
from drivers.tag_memory import blocks_that_are_there, told_geometry, whole_blocks
from drivers.uid import Uid

OTHER_TAGS = ("UHF", "PULSAR", "G2", "MIFARE", "_MF", "DWARF14", "DWARF_14", "QR14")
"""Parts of the names of readers that read other kinds of tag."""


class MetratecSettings(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`patience` multiplies all waits for answers. `uid_order`: how a UID stands in a tag command;
    not proved on a device. `continuous_inventory`: the reader looks by itself between the rounds
    it is asked for. `antenna`: the port of a multiplexer. `blocks_a_frame`: read at once.
    """

    path: str
    baud: Annotated[int, Meta(gt=0)] = 115_200
    patience: Annotated[float, Meta(gt=0)] = 1.0
    uid_order: UidOrder = "printed"
    continuous_inventory: bool = False
    antenna: Annotated[int, Meta(ge=0)] | None = None
    blocks_a_frame: Annotated[int, Meta(ge=1, le=64)] = 16


class MetratecReader:
    """Reads are tried up to three times, writes once. Owner: the thread that calls `open`.

    An inventory tells no DSFID, so a tag that is new on the pad is asked for it once.
    """

    def __init__(self, settings: MetratecSettings, trace: FrameTrace | None = None) -> None:
        self._settings = settings
        self._port = port_at(settings.path, settings.baud)
        self._line = Conversation(self._port, settings.patience, trace or FrameTrace())
        self._tags = TagLine(self._line, settings.uid_order, settings.blocks_a_frame)
        self._dsfids: dict[Uid, int] = {}

    def open(self, deadline: Deadline) -> DeviceIdentity:
        self._port.open(deadline)
        self._dsfids = {}
        try:
            return repeated(lambda: self._started(deadline), deadline)
        except DriverError:
            self.close()
            raise

    def close(self) -> None:
        self._port.close()

    def cancel(self) -> None:
        self._port.cancel()

    def inventory(self, deadline: Deadline) -> tuple[TagSeen, ...]:
        lines = repeated(lambda: self._round(deadline), deadline)
        uids = dict.fromkeys(Uid(line) for line in lines[:-1])
        self._dsfids = {uid: dsfid for uid, dsfid in self._dsfids.items() if uid in uids}
        return tuple(TagSeen(uid, self._dsfid(uid, deadline)) for uid in uids)

    def read_blocks(self, uid: Uid, first: int, count: int, deadline: Deadline) -> TagBlocks:
        def read(count: int) -> TagBlocks:
            return self._tags.blocks(uid, first, count, deadline)

        return blocks_that_are_there(read, self, uid, range(first, first + count), deadline)

    def system_information(self, uid: Uid, deadline: Deadline) -> SystemInformation:
        return self._tags.information(uid, deadline)

    def write_blocks(self, uid: Uid, first: int, data: bytes, deadline: Deadline) -> None:
        blocks = whole_blocks(data, told_geometry(self, uid, deadline).block_size)
        for number, block in enumerate(blocks, start=first):
            self._tags.write(IsoRequest(WRITE_BLOCK, uid, bytes((number,)) + block), uid, deadline)

    def write_afi(self, uid: Uid, afi: int, deadline: Deadline) -> None:
        self._tags.write(IsoRequest(WRITE_AFI, uid, bytes((afi,))), uid, deadline)

    def write_dsfid(self, uid: Uid, dsfid: int, deadline: Deadline) -> None:
        self._dsfids.pop(uid, None)
        self._tags.write(IsoRequest(WRITE_DSFID, uid, bytes((dsfid,))), uid, deadline)

    def write_eas(self, uid: Uid, deadline: Deadline, *, on: bool) -> None:
        """Set or reset EAS, once."""
        self._tags.write(IsoRequest(SET_EAS if on else RESET_EAS, uid), uid, deadline)

    @property
    def knows_eas(self) -> bool:
        """Any command of a chip can be sent."""
        return True

    def eas_alarm(self, deadline: Deadline) -> bool:
        """True when a tag with EAS set is there: those answer all at once, others not at all."""
        return self._tags.hears_eas(deadline)

    def read_input(self, pin: int, deadline: Deadline) -> bool:
        """True while the input is high."""
        (word,) = repeated(lambda: self._line.ask(input_pin(pin), deadline), deadline)
        return word.startswith("HI")

    def write_output(self, pin: int, deadline: Deadline, *, high: bool) -> None:
        """Set an output: a lamp, a lock."""
        self._line.ask(output_pin(pin, high=high), deadline)

    def _started(self, deadline: Deadline) -> DeviceIdentity:
        """Whatever state the reader is in, also half-way through an earlier start."""
        self._line.start(deadline)
        identity = self._identity(deadline)
        self._set_up(deadline)
        return identity

    def _identity(self, deadline: Deadline) -> DeviceIdentity:
        """Newer readers tell hardware and firmware apart, older ones know one word for both."""
        hardware = self._word(HARDWARE, deadline)
        told = self._word(FIRMWARE, deadline) if hardware else self._word(REVISION, deadline)
        name, version = _name_and_version(hardware or told), _name_and_version(told)[1]
        if any(part in name[0].upper() for part in OTHER_TAGS):
            raise WrongDevice(
                f"{self._settings.path} is a {name[0]}, which reads other tags; item tags need a "
                "reader for ISO 15693: correct the configuration"
            )
        return DeviceIdentity("metraTec", name[0], version, self._word(SERIAL_NUMBER, deadline))

    def _word(self, question: Question, deadline: Deadline) -> str:
        """One line, or nothing from a reader that does not know the question."""
        try:
            return repeated(lambda: self._line.ask(question, deadline), deadline)[0]
        except DeviceRefused:
            return ""

    def _set_up(self, deadline: Deadline) -> None:
        """Readers for one standard refuse to be told which; old ones know no verbosity."""
        self._word(MODE, deadline)
        self._word(VERBOSITY, deadline)
        self._line.ask(FIELD_ON, deadline)
        if self._settings.antenna is not None:
            self._line.ask(antenna(self._settings.antenna), deadline)

    def _round(self, deadline: Deadline) -> tuple[str, ...]:
        if self._settings.continuous_inventory:
            return self._line.next_round(deadline)
        return self._line.ask(INVENTORY, deadline)

    def _dsfid(self, uid: Uid, deadline: Deadline) -> int:
        """0 for a tag that does not tell it. One that was hard to hear is asked again next time."""
        if uid not in self._dsfids:
            try:
                self._dsfids[uid] = self.system_information(uid, deadline).dsfid
            except (TagLeft, TagDisturbed):
                return 0
            except TagUnreadable:
                self._dsfids[uid] = 0
        return self._dsfids[uid]


def _name_and_version(told: str) -> tuple[str, str]:
    """`DESKID_ISO      0312` is a name and 3.12; older firmware has the hardware in between."""
    found = IDENTITY.fullmatch(told)
    if found is None:
        return told.strip(), ""
    version = found["version"]
    return found["name"].strip(), f"{version[:2].lstrip('0') or '0'}.{version[2:]}"


DRIVER = Driver(
    name="metratec",
    kind="pad",
    summary="metraTec HF readers with the ASCII protocol",
    settings=MetratecSettings,
    make=MetratecReader,
    simulation="drivers.metratec.simulator:SIMULATION",
    usb=SERIAL_ADAPTERS,
)
