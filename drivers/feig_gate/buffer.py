"""The memory of a gate's reader: read, and cleared of what was read only.

docs/protocols/gates.md, "Taking the records of a FEIG gate".
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from drivers.deadline import Deadline
from drivers.errors import DriverError, FrameDamaged, WrongDevice
from drivers.feig_gate.records import GateRecord, decode_records
from drivers.feig_obid.commands import BUFFER_INFORMATION, CLEAR_BUFFER, READ_BUFFER, Request
from drivers.feig_obid.conversation import Answer
from drivers.feig_obid.device import FeigDevice
from drivers.feig_obid.statuses import trouble
from drivers.interfaces import DeviceIdentity
from drivers.repeated_reads import repeated

RECORDS_A_READ = 32

EMPTY = 0x92
OVERFLOW = 0x93
WITH_RECORDS = frozenset({0x00, 0x83, 0x84, 0x85, OVERFLOW, 0x94})
OTHER_MODE = frozenset({0x80, 0x81, 0x82})


@dataclass(frozen=True, slots=True)
class Batch:
    """The oldest records that a gate has. `overflow`: it could not keep all it saw."""

    records: tuple[GateRecord, ...] = ()
    overflow: bool = False


class GateMemory(Protocol):
    """Where records wait until somebody takes them. Owner: the thread that calls `open`."""

    def open(self, deadline: Deadline) -> DeviceIdentity:
        """As TagReader.open."""

    def close(self) -> None:
        """Harmless a second time."""

    def cancel(self) -> None:
        """From any thread: the wait in progress, or else the next one, raises Cancelled once."""

    def read(self, deadline: Deadline) -> Batch:
        """What waits now, from the oldest on; the same again until it is cleared."""

    def clear(self, records: Sequence[GateRecord], deadline: Deadline) -> bool:
        """Forget these, which are the oldest; False when others are the oldest by now."""


class ReaderBuffer:
    """Buffered read mode: the station asks."""

    def __init__(self, reader: FeigDevice) -> None:
        self._reader = reader

    def open(self, deadline: Deadline) -> DeviceIdentity:
        identity = self._reader.open(deadline)
        try:
            answer = self._asked(Request(BUFFER_INFORMATION), deadline)
        except DriverError:
            self.close()
            raise
        if answer.status in OTHER_MODE:
            self.close()
            raise WrongDevice(
                f"the {identity.model} keeps no tags by itself; set it to buffered read mode"
            )
        return identity

    def close(self) -> None:
        self._reader.close()

    def cancel(self) -> None:
        self._reader.cancel()

    def read(self, deadline: Deadline) -> Batch:
        return repeated(lambda: self._read(RECORDS_A_READ, deadline), deadline)

    def clear(self, records: Sequence[GateRecord], deadline: Deadline) -> bool:
        """The reader clears what it gave last, whatever became of its answer on the way; so it is
        asked for just these records once more, and must name them, before it is told to clear.
        Told twice it clears nothing more.
        """
        oldest = repeated(lambda: self._read(len(records), deadline, anew=True), deadline)
        if oldest.records != tuple(records):
            return False
        answer = self._asked(Request(CLEAR_BUFFER), deadline)
        if answer.status != EMPTY:
            _expect_good(CLEAR_BUFFER.name, answer)
        return True

    def _asked(self, request: Request, deadline: Deadline) -> Answer:
        return repeated(lambda: self._reader.converse(request, deadline), deadline)

    def _read(self, count: int, deadline: Deadline, *, anew: bool = False) -> Batch:
        question = Request(READ_BUFFER, {"sets": count})
        answer = self._reader.converse(question, deadline, anew=anew)
        if answer.status == EMPTY:
            return Batch()
        if answer.status not in WITH_RECORDS:
            _expect_good(READ_BUFFER.name, answer)
        return batch_of(answer.status, answer.fields.get("records", answer.detail))


def batch_of(status: int, data: bytes) -> Batch:
    """Raises FrameDamaged for records that make no sense."""
    try:
        records = decode_records(data) if data else ()
    except ValueError as problem:
        raise FrameDamaged(f"the gate's records make no sense: {problem}; ask again") from problem
    return Batch(records, overflow=status == OVERFLOW)


def _expect_good(what: str, answer: Answer) -> None:
    problem = trouble(what, answer.status, answer.detail, None)
    if problem is not None:
        raise problem
