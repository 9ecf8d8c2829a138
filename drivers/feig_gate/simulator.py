"""A gate with a FEIG reader in buffered read mode, on a line or a TCP port."""

from collections.abc import Mapping, Sequence
from threading import Lock
from time import monotonic
from typing import Any

import msgspec

from drivers.feig_gate.buffer import EMPTY, OVERFLOW
from drivers.feig_gate.records import GateRecord, encode_records
from drivers.feig_obid.commands import BUFFER_INFORMATION, Request
from drivers.feig_obid.outputs import Output
from drivers.feig_obid.simulator import SIMULATION as READER
from drivers.feig_obid.simulator import FeigSimulator
from drivers.feig_obid.statuses import OK
from drivers.feig_obid.virtual_control import Handler, Reply
from drivers.feig_obid.virtual_reader import FeigSimulatorSettings, VirtualReader
from drivers.frame_trace import FrameTrace
from drivers.simulators.device import Act
from drivers.simulators.faults import FaultPlan
from drivers.simulators.simulation import Simulation
from drivers.simulators.virtual_tags import PadField, VirtualTag

LR1002 = 45
TAG_TIME_ANTENNA_AND_AFI = 0x04B1


class FeigGateSimulatorSettings(
    FeigSimulatorSettings, frozen=True, kw_only=True, forbid_unknown_fields=True
):
    """`record_flags`: TR-DATA1, and TR-DATA2 shifted by 8: what a record tells. `capacity`: how
    many records are kept. Only tags with the AFI `secured_afi` are.
    """

    software_type: int = LR1002
    record_flags: int = TAG_TIME_ANTENNA_AND_AFI
    capacity: int = 100
    secured_afi: int = 0x07


class VirtualBuffer:
    """First in, first out; what was read last is marked, and cleared when told so. Any thread may
    add.
    """

    def __init__(self, settings: FeigGateSimulatorSettings) -> None:
        self._settings = settings
        self._lock = Lock()
        self._records: list[GateRecord] = []
        self._marked = 0
        self._overflow = False

    def add(self, tag: VirtualTag, antenna: int) -> None:
        """A tag was seen; with no room left it is lost."""
        minutes, seconds = divmod(monotonic(), 60)
        hours, minutes = divmod(int(minutes), 60)
        record = GateRecord(
            b"",
            uid=tag.uid,
            afi=tag.afi,
            dsfid=tag.dsfid,
            blocks=tuple(tag.read(block) for block in range(8)),
            time=f"{hours % 24:02}:{minutes:02}:{min(seconds, 59.999):06.3f}",
            date="2026-11-22",
            antenna=antenna,
            inputs=0,
            direction=1,
        )
        with self._lock:
            self._overflow |= len(self._records) >= self._settings.capacity
            if not self._overflow:
                self._records.append(record)

    def __len__(self) -> int:
        return len(self._records)

    def read(self, request: Request) -> Reply:
        with self._lock:
            found = self._records[: request.fields["sets"]]
            self._marked = len(found)
            if not found:
                return Reply(EMPTY)
            status = OVERFLOW if self._overflow else OK
            return Reply(status, encode_records(found, self._settings.record_flags))

    def clear(self, _request: Request) -> Reply:
        with self._lock:
            status = OK if self._marked else EMPTY
            del self._records[: self._marked]
            self._marked, self._overflow = 0, False
            return Reply(status)

    def initialise(self, _request: Request) -> Reply:
        with self._lock:
            self._records.clear()
            self._marked, self._overflow = 0, False
            return Reply()

    def information(self, _request: Request) -> Reply:
        fields = {"size": self._settings.capacity, "start": 0, "length": len(self._records)}
        return Reply(data=BUFFER_INFORMATION.answer.pack(fields))


class GateReader(VirtualReader):
    """A reader that keeps what it sees."""

    def __init__(
        self,
        pads: Sequence[PadField],
        settings: FeigGateSimulatorSettings,
        buffer: VirtualBuffer,
    ) -> None:
        self._buffer = buffer
        super().__init__(pads, settings)

    def _table_of_handlers(self) -> Mapping[str, Handler]:
        return {
            **super()._table_of_handlers(),
            "read buffer": self._buffer.read,
            "clear buffer": self._buffer.clear,
            "initialise buffer": self._buffer.initialise,
            "buffer information": self._buffer.information,
        }


class FeigGateSimulator(FeigSimulator):
    """Owner: the thread of its host; any thread may `walk` and look at `lamp`."""

    def __init__(
        self, settings: FeigGateSimulatorSettings, faults: FaultPlan, trace: FrameTrace
    ) -> None:
        super().__init__((), settings, faults, trace)
        self.buffer = VirtualBuffer(settings)
        self.reader = GateReader(self.pads, settings, self.buffer)
        self._secured_afi = settings.secured_afi

    @property
    def lamp(self) -> bool:
        """True while the alarm lamp is lit."""
        return Output.RELAY_1 in self.reader.outputs.lit()

    def walk(self, tags: Sequence[VirtualTag], *, inwards: bool) -> Sequence[Act]:
        """A person walks through: the reader keeps the secured tags until it is asked."""
        for tag in tags:
            if tag.afi == self._secured_afi:
                self.buffer.add(tag, antenna=1 if inwards else 2)
        return []


def _make(options: Mapping[str, Any], faults: FaultPlan, trace: FrameTrace) -> FeigGateSimulator:
    return FeigGateSimulator(msgspec.convert(options, FeigGateSimulatorSettings), faults, trace)


SIMULATION = Simulation(
    make=_make,
    host=READER.host,
    settings=READER.settings,
    hurried={"patience": 0.2, "poll_seconds": 0.02},
)
