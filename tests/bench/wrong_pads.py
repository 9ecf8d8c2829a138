"""FEIG pad drivers that each do one thing wrong, to see the conformance suite catch it."""

import os
from dataclasses import replace
from pathlib import Path
from threading import Event, Thread

import msgspec

from drivers.deadline import Deadline
from drivers.errors import DeviceLost, DeviceSilent, DriverError, PortBusy, PortMissing, TagLeft
from drivers.facts import TagSeen
from drivers.feig_obid.driver import DRIVER, FeigReader, FeigSettings
from drivers.frame_trace import FrameTrace
from drivers.interfaces import DeviceIdentity, SystemInformation, TagBlocks
from drivers.registry import Driver
from drivers.uid import Uid


class RepeatsWrites(FeigReader):
    def write_afi(self, uid: Uid, afi: int, deadline: Deadline) -> None:
        try:
            super().write_afi(uid, afi, deadline)
        except DriverError:
            super().write_afi(uid, afi, deadline)


class WritesToWhatLiesThere(FeigReader):
    def write_dsfid(self, uid: Uid, dsfid: int, deadline: Deadline) -> None:
        for tag in self.inventory(deadline):
            super().write_dsfid(tag.uid, dsfid, deadline)


class TakesAnyAnswer(FeigReader):
    """What was read last is given again when nothing better comes."""

    last: TagBlocks | None = None

    def read_blocks(self, uid: Uid, first: int, count: int, deadline: Deadline) -> TagBlocks:
        try:
            self.last = super().read_blocks(uid, first, count, deadline)
        except DriverError:
            if self.last is None:
                raise
        return self.last


class SeesAnEmptyPad(FeigReader):
    def inventory(self, deadline: Deadline) -> tuple[TagSeen, ...]:
        try:
            return super().inventory(deadline)
        except DriverError:
            return ()


class RaisesAnything(FeigReader):
    def inventory(self, deadline: Deadline) -> tuple[TagSeen, ...]:
        try:
            return super().inventory(deadline)
        except DriverError as problem:
            raise KeyError("inventory") from problem


class TellsTagsOnce(FeigReader):
    """As readers do without an RF reset between two rounds."""

    def __init__(self, settings: FeigSettings, trace: FrameTrace) -> None:
        super().__init__(msgspec.structs.replace(settings, rf_reset_before_inventory=False), trace)


class IgnoresDeadlines(FeigReader):
    def system_information(self, uid: Uid, deadline: Deadline) -> SystemInformation:
        return super().system_information(uid, Deadline.after(deadline.remaining() + 60))


class IsNeverCancelled(FeigReader):
    def cancel(self) -> None:
        pass


class LeaksAThread(FeigReader):
    def open(self, deadline: Deadline) -> DeviceIdentity:
        Thread(target=Event().wait, args=(20,), name="forgotten", daemon=True).start()
        return super().open(deadline)


class LeaksADescriptor(FeigReader):
    def open(self, deadline: Deadline) -> DeviceIdentity:
        os.open("/dev/null", os.O_RDONLY)
        return super().open(deadline)


class SharesTheLine(FeigReader):
    def open(self, deadline: Deadline) -> DeviceIdentity:
        try:
            return super().open(deadline)
        except PortBusy:
            return DeviceIdentity("FEIG", "?", "?")


class CallsEverythingLost(FeigReader):
    def open(self, deadline: Deadline) -> DeviceIdentity:
        try:
            return super().open(deadline)
        except PortMissing as problem:
            raise DeviceLost("it is gone") from problem


class TakesAMissingTagForADeadPad(FeigReader):
    def system_information(self, uid: Uid, deadline: Deadline) -> SystemInformation:
        try:
            return super().system_information(uid, deadline)
        except TagLeft as problem:
            raise DeviceSilent("no answer") from problem


class IsOpenedOnce(FeigReader):
    opened = False

    def open(self, deadline: Deadline) -> DeviceIdentity:
        if self.opened:
            raise PortBusy("it was opened before")
        self.opened = True
        return super().open(deadline)


class KeepsTheNodeName(FeigReader):
    """What the link pointed to at first is opened for ever."""

    def __init__(self, settings: FeigSettings, trace: FrameTrace) -> None:
        node = str(Path(settings.path).resolve())
        super().__init__(msgspec.structs.replace(settings, path=node), trace)


class RecordsNothing(FeigReader):
    def __init__(self, settings: FeigSettings, _trace: FrameTrace) -> None:
        super().__init__(settings)


class ReadsTooFar(FeigReader):
    def read_blocks(self, uid: Uid, first: int, count: int, deadline: Deadline) -> TagBlocks:
        told = super().read_blocks(uid, first, count, deadline)
        return TagBlocks(first, told.block_size, told.data.ljust(count * told.block_size, b"\0"))


class ClaimsTheWriteWasDone(FeigReader):
    def write_blocks(self, uid: Uid, first: int, data: bytes, deadline: Deadline) -> None:
        try:
            super().write_blocks(uid, first, data, deadline)
        except DriverError:
            return


class LenientSettings(FeigSettings, frozen=True, kw_only=True, forbid_unknown_fields=False):
    pass


def wrong(reader: type[FeigReader]) -> Driver:
    """The FEIG driver, with `reader` in its place."""
    return replace(DRIVER, make=reader)
