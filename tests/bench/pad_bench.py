"""A pad on a pseudo-terminal, and its driver: whichever maker's."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Generic, TypeVar

from drivers.bibliotheca_3m.driver import BibliothecaReader
from drivers.bibliotheca_3m.simulator import BibliothecaSimulator
from drivers.deadline import Deadline
from drivers.errors import DeviceSilent
from drivers.feig_obid.driver import FeigReader
from drivers.feig_obid.simulator import FeigSimulator
from drivers.frame_trace import Direction, FrameTrace
from drivers.metratec.driver import MetratecReader
from drivers.metratec.simulator import MetratecSimulator
from drivers.simulators.faults import AnyFault, PlannedFault
from drivers.simulators.pty_host import PtyHost
from drivers.simulators.virtual_tags import VirtualTag
from drivers.uid import Uid
from tests.waiting import eventually

Simulator = TypeVar("Simulator", FeigSimulator, BibliothecaSimulator, MetratecSimulator)
Reader = TypeVar("Reader", FeigReader, BibliothecaReader, MetratecReader)


@dataclass
class Pad(Generic[Simulator, Reader]):
    simulator: Simulator
    host: PtyHost
    reader: Reader
    trace: FrameTrace

    def plan(
        self, fault: AnyFault, command: str | None = None, at: int = 1, times: int | None = 1
    ) -> None:
        planned = PlannedFault(fault=fault, command=command, at=at, times=times)
        self.simulator.faults.plan(planned)

    def tag(self, uid: Uid) -> VirtualTag:
        tag = self.simulator.pad.tag(uid)
        assert tag is not None
        return tag

    def heard(self, command: str) -> int:
        """How many frames of `command` reached the pad."""
        return sum(
            frame.direction is Direction.RECEIVED and frame.sentence.startswith(command)
            for frame in self.simulator.trace.frames()
        )

    def sent(self) -> list[str]:
        """What the driver asked, in words."""
        return [
            frame.sentence for frame in self.trace.frames() if frame.direction is Direction.SENT
        ]


def within(seconds: float = 5.0) -> Deadline:
    return Deadline.after(seconds)


def open_in_the_end(reader: Reader) -> None:
    """On a busy machine a hurried driver may miss an answer."""

    def opens() -> bool:
        try:
            reader.open(within())
        except DeviceSilent:
            return False
        return True

    eventually(opens, 5, "pad that answers")


@contextmanager
def pad_on_a_line(
    folder: Path, simulator: Simulator, make: Callable[[str, FrameTrace], Reader]
) -> Iterator[Pad[Simulator, Reader]]:
    """Opened by its driver: `make(path, trace)`."""
    trace = FrameTrace(capacity=5000)
    with PtyHost(simulator, folder / "pad") as host:
        reader = make(host.address, trace)
        open_in_the_end(reader)
        try:
            yield Pad(simulator, host, reader, trace)
        finally:
            reader.close()
