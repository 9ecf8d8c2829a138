"""What any FEIG reader answers: who it is, what it can do, its outputs and inputs."""

from collections.abc import Iterable
from dataclasses import dataclass

from drivers.deadline import Deadline
from drivers.errors import (
    DeviceRefused,
    DeviceSilent,
    DriverError,
    FrameDamaged,
    PortMissing,
    WrongDevice,
)
from drivers.feig_obid.commands import (
    GET_INPUT,
    READER_INFORMATION,
    SOFTWARE_VERSION,
    Request,
)
from drivers.feig_obid.conversation import Answer, Conversation, LineSettings
from drivers.feig_obid.models import Family, Model, model_of
from drivers.feig_obid.outputs import OutputOrder, output_requests
from drivers.feig_obid.statuses import trouble
from drivers.feig_obid.usb_readers import remedy_for_usb
from drivers.frame_trace import FrameTrace
from drivers.interfaces import DeviceIdentity
from drivers.port import port_at
from drivers.repeated_reads import repeated

GENERAL_INFORMATION = 0x00


@dataclass(frozen=True, slots=True)
class ReaderFacts:
    """What a reader said of itself. `revision`: 0x0205 is firmware 2.05. `longest_frame`: bytes
    that its smaller buffer holds, None = not told.
    """

    model: Model
    revision: int
    longest_frame: int | None = None

    @property
    def firmware(self) -> str:
        major, minor = divmod(self.revision, 256)
        return f"{major:X}.{minor:02X}"

    @property
    def custom_commands(self) -> bool:
        """Whether this firmware has the chip makers' own commands [B1]."""
        return self.model.abilities.custom_commands(self.revision)


NOT_ASKED = ReaderFacts(model_of(0), 0)


class FeigDevice:
    """Reads are tried up to three times, writes once. Owner: the thread that calls `open`."""

    def __init__(self, line: LineSettings, trace: FrameTrace | None = None) -> None:
        self._port = port_at(line.path, line.baud, line.parity)
        self._line = Conversation(self._port, line, trace or FrameTrace())
        self.facts = NOT_ASKED

    def open(self, deadline: Deadline) -> DeviceIdentity:
        self._open_port(deadline)
        self._line.restart()
        try:
            self.facts = self._reader_facts(deadline)
            self._expect_right_reader()
        except DriverError:
            self.close()
            raise
        return DeviceIdentity("FEIG", self.facts.model.name, self.facts.firmware)

    def close(self) -> None:
        self._port.close()

    def cancel(self) -> None:
        self._port.cancel()

    def set_outputs(self, orders: Iterable[OutputOrder], deadline: Deadline) -> None:
        """Lights, beeper, outputs, relays: each falls back by itself after its time.

        Raises ValueError for an output or a time that this reader does not have.
        """
        for request in output_requests(orders, self.facts.model.abilities.outputs):
            self.ask(request, deadline)

    def inputs(self, deadline: Deadline) -> frozenset[int]:
        """The numbers of the inputs that are active now, from 1."""
        bits = self.read(Request(GET_INPUT), deadline).fields["inputs"]
        return frozenset(number + 1 for number in range(8) if bits >> number & 1)

    def converse(self, request: Request, deadline: Deadline, *, anew: bool = False) -> Answer:
        """Ask once; what the status means is the caller's to say. `anew`: whatever the reader said
        before belongs to the past, even if it fits.
        """
        if anew:
            self._line.doubt()
        return self._line.ask(request, deadline)

    def ask(
        self, request: Request, deadline: Deadline, *, also: int | None = None, anew: bool = False
    ) -> Answer:
        """Ask once. Raises what the status stands for, unless it is good or `also` expected."""
        answer = self.converse(request, deadline, anew=anew)
        if answer.status == also:
            return answer
        problem = trouble(request.command.name, answer.status, answer.detail, request.uid)
        if problem is not None:
            raise problem
        return answer

    def read(self, request: Request, deadline: Deadline, *, anew: bool = False) -> Answer:
        """Ask up to three times."""
        return repeated(lambda: self.ask(request, deadline, anew=anew), deadline)

    def _open_port(self, deadline: Deadline) -> None:
        try:
            self._port.open(deadline)
        except (PortMissing, WrongDevice) as problem:
            remedy = remedy_for_usb(self._port.path)
            if remedy:
                raise WrongDevice(f"{problem}. {remedy}") from problem
            raise

    def _reader_facts(self, deadline: Deadline) -> ReaderFacts:
        fields = self.read(Request(SOFTWARE_VERSION), deadline).fields
        model, revision = model_of(fields["software"]), fields["revision"]
        return ReaderFacts(model, revision, self._longest_frame(deadline))

    def _longest_frame(self, deadline: Deadline) -> int | None:
        """Old firmware may not know the question: asked once, and done without the answer."""
        request = Request(READER_INFORMATION, {"what": GENERAL_INFORMATION})
        try:
            information: bytes = self.ask(request, deadline).fields["information"]
        except (DeviceRefused, DeviceSilent, FrameDamaged):
            return None
        sizes = information[7:11]
        told = min(int.from_bytes(sizes[:2], "big"), int.from_bytes(sizes[2:], "big"))
        return told or None

    def _expect_right_reader(self) -> None:
        if self.facts.model.family is Family.UHF:
            raise WrongDevice(
                f"{self._port.path} is a {self.facts.model.name}, a UHF reader; "
                "item tags need an HF reader: correct the configuration"
            )
