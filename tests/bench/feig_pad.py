"""A FEIG pad on a pseudo-terminal with two sample books, and its driver."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from drivers.deadline import Deadline
from drivers.feig_obid.block_order import BlockOrderSetting
from drivers.feig_obid.driver import FeigReader, FeigSettings
from drivers.feig_obid.simulator import FeigSimulator
from drivers.feig_obid.virtual_reader import FeigSimulatorSettings
from drivers.frame_trace import Direction, FrameTrace
from drivers.simulators.faults import AnyFault, PlannedFault
from drivers.simulators.pty_host import PtyHost
from drivers.simulators.virtual_tags import VirtualTag
from drivers.uid import Uid

# Two tags of docs/protocols/tags.md: their checksums fit in memory order only.
LIBRARY_OF_OSLO = bytes.fromhex(
    "11 01 01 31 30 30 33 30 31 31 38 36 30 39 37 36 30 30 32 2F B0 4E 4F 30 32 30 33 30 30 30 30"
).ljust(36, b"\0")
LIBRARY_OF_HANOI = bytes.fromhex(
    "11 03 02 33 31 32 33 34 30 30 30 30 31 32 33 34 37 00 00 29 78 56 4E 48 4E 30 31"
).ljust(36, b"\0")

BOOK = Uid("E0040150338607AE")
OTHER_BOOK = Uid("E004010011223344")


def sample_tags() -> tuple[VirtualTag, VirtualTag]:
    return (
        VirtualTag(BOOK, memory=bytearray(LIBRARY_OF_OSLO), afi=0x07, dsfid=0x3E),
        VirtualTag(OTHER_BOOK, memory=bytearray(LIBRARY_OF_HANOI), afi=0x07, dsfid=0x06),
    )


@dataclass
class FeigPad:
    simulator: FeigSimulator
    host: PtyHost
    reader: FeigReader
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
        """How many frames of `command` reached the reader."""
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


@contextmanager
def feig_pad(
    folder: Path,
    tags: Sequence[VirtualTag] | None = None,
    device: FeigSimulatorSettings | None = None,
    *,
    patience: float = 1.0,
    block_order: BlockOrderSetting = "auto",
    rf_reset_before_inventory: bool = True,
    address: int = 255,
    frames: Literal["standard", "advanced"] = "standard",
    antennas: Mapping[str, int] | None = None,
) -> Iterator[FeigPad]:
    simulator = FeigSimulator(sample_tags() if tags is None else tags, device)
    trace = FrameTrace(capacity=5000)
    with PtyHost(simulator, folder / "pad") as host:
        settings = FeigSettings(
            path=str(host.link),
            patience=patience,
            block_order=block_order,
            rf_reset_before_inventory=rf_reset_before_inventory,
            address=address,
            frames=frames,
            antennas=antennas or {},
        )
        reader = FeigReader(settings, trace)
        reader.open(within())
        try:
            yield FeigPad(simulator, host, reader, trace)
        finally:
            reader.close()
