"""Gates with a FEIG reader as a `SecurityGate` (docs/protocols/gates.md)."""

from time import monotonic, sleep
from typing import Annotated, Literal

from msgspec import Meta

from drivers.deadline import Deadline
from drivers.errors import DeviceRefused
from drivers.facts import AlarmsLost, GateEvent, TagAlarm
from drivers.feig_gate.buffer import GateMemory, ReaderBuffer
from drivers.feig_gate.notifications import SCHEME, Notifications
from drivers.feig_gate.records import GateRecord
from drivers.feig_gate.repeats import Repeats
from drivers.feig_obid.conversation import LineSettings
from drivers.feig_obid.device import FeigDevice
from drivers.feig_obid.outputs import TICK_SECONDS, Output, OutputMode, OutputOrder
from drivers.frame_trace import FrameTrace
from drivers.interfaces import DeviceIdentity, GateSignal
from drivers.registry import Driver
from drivers.repeated_reads import repeated

QUESTION_SECONDS = 0.15
"""With less time left the reader is not asked once more."""

SIGNALS: dict[GateSignal, tuple[bool, bool]] = {
    GateSignal.OFF: (False, False),
    GateSignal.LAMP: (True, False),
    GateSignal.LAMP_AND_SOUND: (True, True),
}
"""Lamp, sounder."""


class FeigGateSettings(LineSettings, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`path` may also be `listen://address:port`: then the reader connects to the station and
    reports by itself; `only_from` and `keep_alive_seconds` are for that, as in Notifications.

    `secured_afi`: where records tell the AFI, others are no alarm. `repeat_seconds`: the same tag
    within them is the same walk.
    """

    frames: Literal["standard", "advanced"] = "advanced"
    secured_afi: Annotated[int, Meta(ge=0, le=255)] = 0x07
    repeat_seconds: Annotated[float, Meta(ge=0, le=300)] = 3.0
    poll_seconds: Annotated[float, Meta(gt=0, le=10)] = 0.2
    lamp: Output | None = Output.RELAY_1
    sounder: Output | None = None
    only_from: str = ""
    keep_alive_seconds: Annotated[float, Meta(ge=0)] = 0.0


class FeigGate:
    """Owner: the thread that calls `open`. What was taken is remembered over a lost line."""

    def __init__(self, settings: FeigGateSettings, trace: FrameTrace | None = None) -> None:
        trace = trace or FrameTrace()
        self._settings = settings
        self._reports = settings.path.startswith(SCHEME)
        self._reader = FeigDevice(settings, trace)
        self._memory = self._memory_of(settings, trace)
        self._repeats = Repeats(settings.repeat_seconds)
        self._given: tuple[GateRecord, ...] = ()

    def open(self, deadline: Deadline) -> DeviceIdentity:
        return self._memory.open(deadline)

    def close(self) -> None:
        self._memory.close()

    def cancel(self) -> None:
        self._memory.cancel()

    def events(self, deadline: Deadline) -> tuple[GateEvent, ...]:
        while True:
            batch = self._memory.read(deadline)
            now = monotonic()
            alarms = self._alarms(batch.records, now)
            self._given = batch.records
            if alarms or batch.overflow:
                return (*([AlarmsLost(now)] if batch.overflow else []), *alarms)
            if batch.records:
                self.taken(deadline)
            if not self._wait(deadline):
                return ()

    def taken(self, deadline: Deadline) -> None:
        """First remembered, then cleared: if the answer is lost, they are repeats."""
        given, self._given = self._given, ()
        self._repeats.take(given, monotonic())
        if given and self._memory.clear(given, deadline):
            self._repeats.cleared()

    def signal(self, signal: GateSignal, seconds: float, deadline: Deadline) -> None:
        self._expect_reader()
        wanted = dict(
            zip((self._settings.lamp, self._settings.sounder), SIGNALS[signal], strict=True)
        )
        if wanted.pop(None, False) or not wanted:
            raise DeviceRefused("this gate has no output for that; see lamp and sounder", status=0)
        time = max(seconds, TICK_SECONDS)
        orders = [
            OutputOrder(output, OutputMode.ON if on else OutputMode.OFF, time)
            for output, on in wanted.items()
            if output is not None
        ]
        repeated(lambda: self._reader.set_outputs(orders, deadline), deadline)

    def inputs(self, deadline: Deadline) -> frozenset[int]:
        """The numbers of the reader's inputs that are active now, from 1."""
        self._expect_reader()
        return self._reader.inputs(deadline)

    def _memory_of(self, settings: FeigGateSettings, trace: FrameTrace) -> GateMemory:
        if not self._reports:
            return ReaderBuffer(self._reader)
        return Notifications(settings.path, settings.only_from, settings.keep_alive_seconds, trace)

    def _alarms(self, records: tuple[GateRecord, ...], now: float) -> list[GateEvent]:
        secured = {None, self._settings.secured_afi}
        return [
            TagAlarm(
                at=now,
                uid=record.uid,
                afi=record.afi,
                antenna=record.antenna,
                reader_time=record.reader_time,
            )
            for record in self._repeats.fresh(records, now)
            if record.afi in secured
        ]

    def _wait(self, deadline: Deadline) -> bool:
        """False when there is no time for one more question."""
        left = deadline.remaining() - QUESTION_SECONDS
        sleep(min(self._settings.poll_seconds, max(0.0, left)))
        return left > 0

    def _expect_reader(self) -> None:
        if self._reports:
            raise DeviceRefused("a gate that reports by itself takes no orders", status=0)


DRIVER = Driver(
    name="feig_gate",
    kind="gate",
    summary="gates with a FEIG reader (LR200, LR1002, LR2500, MR200)",
    settings=FeigGateSettings,
    make=FeigGate,
    simulation="drivers.feig_gate.simulator:SIMULATION",
)
