"""3M and Bibliotheca pads as a `TagReader` (docs/protocols/readers.md, "3M pads")."""

from typing import Annotated

from msgspec import Meta, Struct

from drivers.bibliotheca_3m.commands import (
    ALL_FIELDS,
    AS_SEEN,
    CHECK_EAS,
    EAS_CONTROL,
    GET_AFI,
    GET_DSFID,
    INVENTORY,
    NO_SECOND_POLL,
    PASS_THROUGH,
    PROBE,
    PROBED_COMMAND,
    READ_BLOCKS,
    TAG_INFORMATION,
    VERSION,
    WITH_DSFID,
    WITH_UID,
    WRITE_AFI,
    WRITE_BLOCKS,
    WRITE_DSFID,
    Request,
    block_data,
    tags_seen,
)
from drivers.bibliotheca_3m.conversation import Answer, Conversation
from drivers.bibliotheca_3m.statuses import NO_TRANSPONDER, trouble
from drivers.deadline import Deadline
from drivers.errors import DeviceRefused, DriverError, TagUnreadable
from drivers.facts import TagSeen
from drivers.frame_trace import FrameTrace
from drivers.interfaces import DeviceIdentity, SystemInformation, TagBlocks
from drivers.iso15693_requests import HAS_AFI, IsoRequest, told_by_flags
from drivers.port import port_at
from drivers.registry import Driver
from drivers.repeated_reads import repeated
from drivers.serial_adapters import SERIAL_ADAPTERS
from drivers.tag_memory import blocks_that_are_there, told_geometry, whole_blocks
from drivers.uid import Uid

ANY_AFI = 0
LONGEST_TAG_ANSWER = 512


class BibliothecaSettings(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`patience` multiplies all waits for answers. `second_poll`: an inventory silences the tags
    it found and looks again for those they drowned; without it a round is shorter.
    `blocks_a_frame`: how many blocks the pad is asked for, or given, at once.
    """

    path: str
    baud: Annotated[int, Meta(gt=0)] = 19_200
    patience: Annotated[float, Meta(gt=0)] = 1.0
    second_poll: bool = True
    blocks_a_frame: Annotated[int, Meta(ge=1, le=64)] = 16


class BibliothecaReader:
    """Reads are tried up to three times, writes once. Owner: the thread that calls `open`."""

    def __init__(self, settings: BibliothecaSettings, trace: FrameTrace | None = None) -> None:
        self._settings = settings
        self._port = port_at(settings.path, settings.baud)
        self._line = Conversation(self._port, settings.patience, trace or FrameTrace())
        self._tells_all = True

    def open(self, deadline: Deadline) -> DeviceIdentity:
        self._port.open(deadline)
        self._line.restart()
        self._tells_all = True
        try:
            self._line.try_out(Request(PROBE, {"what": PROBED_COMMAND}), deadline)
            return self._identity(deadline)
        except DriverError:
            self.close()
            raise

    def close(self) -> None:
        self._port.close()

    def cancel(self) -> None:
        self._port.cancel()

    def inventory(self, deadline: Deadline) -> tuple[TagSeen, ...]:
        options = WITH_UID | WITH_DSFID | AS_SEEN
        options |= 0 if self._settings.second_poll else NO_SECOND_POLL
        request = Request(INVENTORY, {"afi": ANY_AFI, "options": options})
        return tags_seen(self._read(request, deadline).fields)

    def read_blocks(self, uid: Uid, first: int, count: int, deadline: Deadline) -> TagBlocks:
        def read(count: int) -> TagBlocks:
            return self._blocks(uid, first, count, deadline)

        return blocks_that_are_there(read, self, uid, range(first, first + count), deadline)

    def system_information(self, uid: Uid, deadline: Deadline) -> SystemInformation:
        """In one question where the pad has it, else by AFI and DSFID alone."""
        if self._tells_all:
            try:
                return self._tag_information(uid, deadline)
            except DeviceRefused:
                self._tells_all = False
        return self._afi_and_dsfid(uid, deadline)

    def write_blocks(self, uid: Uid, first: int, data: bytes, deadline: Deadline) -> None:
        blocks = whole_blocks(data, told_geometry(self, uid, deadline).block_size)
        step = self._settings.blocks_a_frame
        for at in range(0, len(blocks), step):
            part = blocks[at : at + step]
            fields = {"first": first + at, "count": len(part), "options": 0, "data": b"".join(part)}
            self._ask(Request(WRITE_BLOCKS, fields, uid), deadline)

    def write_afi(self, uid: Uid, afi: int, deadline: Deadline) -> None:
        """Once: these pads fail at it now and then, so the station reads back and asks again."""
        self._ask(Request(WRITE_AFI, {"afi": afi}, uid), deadline)

    def write_dsfid(self, uid: Uid, dsfid: int, deadline: Deadline) -> None:
        self._ask(Request(WRITE_DSFID, {"dsfid": dsfid}, uid), deadline)

    @property
    def knows_eas(self) -> bool:
        """These pads have commands for it."""
        return True

    def eas_alarm(self, deadline: Deadline) -> bool:
        """True when a tag with EAS set is there; no tag at all answers like one without."""
        answer = repeated(lambda: self._line.ask(Request(CHECK_EAS), deadline), deadline)
        if answer.status == NO_TRANSPONDER:
            return False
        self._expect_good(Request(CHECK_EAS), answer)
        return True

    def write_eas(self, uid: Uid, deadline: Deadline, *, on: bool) -> None:
        """Set or reset EAS, once."""
        self._ask(Request(EAS_CONTROL, {"eas": int(on)}, uid), deadline)

    def pass_through(self, request: IsoRequest, deadline: Deadline) -> bytes:
        """A command that the pad does not know, as it is; the body of the tag's answer."""
        body = request.body()
        fields = {"size": len(body), "most": LONGEST_TAG_ANSWER, "options": 0, "request": body}
        answer: bytes = self._ask(Request(PASS_THROUGH, fields), deadline).fields["answer"]
        return answer

    def _identity(self, deadline: Deadline) -> DeviceIdentity:
        told = self._read(Request(VERSION), deadline).fields
        firmware = f"{told['major']}.{told['minor']}.{told['build']}"
        return DeviceIdentity("3M", f"RFID pad type {told['model']:02X}", firmware)

    def _tag_information(self, uid: Uid, deadline: Deadline) -> SystemInformation:
        fields = self._read(Request(TAG_INFORMATION, {"wanted": ALL_FIELDS}, uid), deadline).fields
        try:
            told = told_by_flags(uid, fields["available"], fields["information"])
        except ValueError as problem:
            raise TagUnreadable(f"tag {uid}, tag information: {problem}", uid) from problem
        return told if fields["available"] & HAS_AFI else self._afi_and_dsfid(uid, deadline)

    def _afi_and_dsfid(self, uid: Uid, deadline: Deadline) -> SystemInformation:
        afi = self._read(Request(GET_AFI, uid=uid), deadline).fields["afi"]
        dsfid = self._read(Request(GET_DSFID, uid=uid), deadline).fields["dsfid"]
        return SystemInformation(uid, dsfid, afi, None, None, None)

    def _blocks(self, uid: Uid, first: int, count: int, deadline: Deadline) -> TagBlocks:
        """A pad may give fewer blocks than it was asked for: then it is asked for the rest."""
        blocks: list[bytes] = []
        while len(blocks) < count:
            asked = min(self._settings.blocks_a_frame, count - len(blocks))
            fields = {"first": first + len(blocks), "count": asked}
            blocks += block_data(self._read(Request(READ_BLOCKS, fields, uid), deadline).fields)
        return TagBlocks(first, len(blocks[0]), b"".join(blocks))

    def _read(self, request: Request, deadline: Deadline) -> Answer:
        return repeated(lambda: self._ask(request, deadline), deadline)

    def _ask(self, request: Request, deadline: Deadline) -> Answer:
        """Ask once. Raises what the status stands for, unless it is good."""
        answer = self._line.ask(request, deadline)
        self._expect_good(request, answer)
        return answer

    def _expect_good(self, request: Request, answer: Answer) -> None:
        problem = trouble(request.command.name, answer.status, request.uid)
        if problem is not None:
            raise problem


DRIVER = Driver(
    name="bibliotheca_3m",
    kind="pad",
    summary="3M and Bibliotheca pads 810, 210 and 895",
    settings=BibliothecaSettings,
    make=BibliothecaReader,
    simulation="drivers.bibliotheca_3m.simulator:SIMULATION",
    usb=SERIAL_ADAPTERS,
)
