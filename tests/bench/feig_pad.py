"""A FEIG pad on a pseudo-terminal with two sample books, and its driver."""

from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Literal

from drivers.feig_obid.block_order import BlockOrderSetting
from drivers.feig_obid.driver import FeigReader, FeigSettings
from drivers.feig_obid.simulator import FeigSimulator
from drivers.feig_obid.virtual_reader import FeigSimulatorSettings
from drivers.frame_trace import FrameTrace
from drivers.simulators.virtual_tags import VirtualTag
from drivers.uid import Uid
from tests.bench.pad_bench import Pad, pad_on_a_line

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


FeigPad = Pad[FeigSimulator, FeigReader]


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
) -> AbstractContextManager[FeigPad]:
    def make(path: str, trace: FrameTrace) -> FeigReader:
        settings = FeigSettings(
            path=path,
            patience=patience,
            block_order=block_order,
            rf_reset_before_inventory=rf_reset_before_inventory,
            address=address,
            frames=frames,
            antennas=antennas or {},
        )
        return FeigReader(settings, trace)

    simulator = FeigSimulator(sample_tags() if tags is None else tags, device)
    return pad_on_a_line(folder, simulator, make)
