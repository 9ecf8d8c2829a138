"""3M and metraTec pads on a pseudo-terminal with two sample books, and their drivers."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Generic, TypeVar

from drivers.bibliotheca_3m.driver import BibliothecaReader, BibliothecaSettings
from drivers.bibliotheca_3m.simulator import BibliothecaSimulator
from drivers.bibliotheca_3m.virtual_pad import BibliothecaSimulatorSettings
from drivers.frame_trace import Direction, FrameTrace
from drivers.metratec.driver import MetratecReader, MetratecSettings
from drivers.metratec.simulator import MetratecSimulator
from drivers.metratec.virtual_reader import MetratecSimulatorSettings
from drivers.simulators.faults import AnyFault, PlannedFault
from drivers.simulators.pty_host import PtyHost
from drivers.simulators.virtual_tags import VirtualTag
from drivers.uid import Uid
from tests.bench.feig_pad import sample_tags, within

Simulator = TypeVar("Simulator", BibliothecaSimulator, MetratecSimulator)
Reader = TypeVar("Reader", BibliothecaReader, MetratecReader)


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


@contextmanager
def bibliotheca_pad(
    folder: Path,
    tags: Sequence[VirtualTag] | None = None,
    device: BibliothecaSimulatorSettings | None = None,
    **settings: Any,  # noqa: ANN401 - settings as in a configuration
) -> Iterator[Pad[BibliothecaSimulator, BibliothecaReader]]:
    simulator = BibliothecaSimulator(sample_tags() if tags is None else tags, device)
    trace = FrameTrace(capacity=5000)
    with PtyHost(simulator, folder / "pad") as host:
        reader = BibliothecaReader(BibliothecaSettings(path=host.address, **settings), trace)
        reader.open(within())
        try:
            yield Pad(simulator, host, reader, trace)
        finally:
            reader.close()


@contextmanager
def metratec_pad(
    folder: Path,
    tags: Sequence[VirtualTag] | None = None,
    device: MetratecSimulatorSettings | None = None,
    **settings: Any,  # noqa: ANN401 - settings as in a configuration
) -> Iterator[Pad[MetratecSimulator, MetratecReader]]:
    simulator = MetratecSimulator(sample_tags() if tags is None else tags, device)
    trace = FrameTrace(capacity=5000)
    with PtyHost(simulator, folder / "pad") as host:
        reader = MetratecReader(MetratecSettings(path=host.address, **settings), trace)
        reader.open(within())
        try:
            yield Pad(simulator, host, reader, trace)
        finally:
            reader.close()
