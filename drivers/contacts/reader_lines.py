"""Contacts and outputs on the inputs and outputs of a FEIG reader.

docs/protocols/gates.md, "Wires on a reader". A reader tells about its inputs only when asked, so
they are polled; its outputs fall back by themselves, even when this program is gone.
"""

from collections.abc import Mapping
from contextlib import suppress
from time import monotonic, sleep
from typing import Annotated

from msgspec import Meta

from drivers.contacts.lines import REST, Names, Sample
from drivers.deadline import Deadline
from drivers.errors import DriverError, WrongDevice
from drivers.feig_obid.driver import FeigReader, FeigSettings
from drivers.feig_obid.outputs import TICK_SECONDS, Output, OutputMode, OutputOrder
from drivers.frame_trace import FrameTrace
from drivers.interfaces import DeviceIdentity

QUESTION_SECONDS = 0.03
"""With less time left nothing is asked: the answer would come too late."""

CLOSING_SECONDS = 0.5
CLOSING_TRIES = 2
"""The first try may be ended by a `cancel` that nobody has heard yet."""


class ReaderLinesSettings(
    FeigSettings,
    frozen=True,
    kw_only=True,
    forbid_unknown_fields=True,
    tag="reader",
    tag_field="on",
):
    """The reader as the driver feig_obid has it, and how often its inputs are looked at."""

    poll_seconds: Annotated[float, Meta(gt=0, le=1)] = 0.02


class ReaderLines:
    """Owner: the thread that calls `open`; others may call `cancel` only."""

    def __init__(
        self,
        settings: ReaderLinesSettings,
        inputs: Mapping[str, int],
        outputs: Mapping[str, Output],
        trace: FrameTrace,
    ) -> None:
        self._settings = settings
        self._inputs = inputs
        self._outputs = outputs
        self._reader = FeigReader(settings, trace)
        self._is_open = False
        self._closed: Names = REST

    def open(self, deadline: Deadline) -> DeviceIdentity:
        identity = self._reader.open(deadline)
        try:
            self._rest(deadline, identity.model)
            self._closed = self.sample(deadline).closed
        except DriverError:
            self._reader.close()
            raise
        self._is_open = True
        return identity

    def close(self) -> None:
        for _ in range(CLOSING_TRIES if self._is_open else 0):
            with suppress(DriverError):
                self.hold(REST, TICK_SECONDS, Deadline.after(CLOSING_SECONDS))
                break
        self._is_open = False
        self._reader.close()

    def sample(self, deadline: Deadline) -> Sample:
        active = self._reader.inputs(deadline)
        closed = frozenset(name for name, number in self._inputs.items() if number in active)
        return Sample(monotonic(), closed)

    def next_sample(self, until: float, deadline: Deadline) -> Sample | None:
        while deadline.remaining() >= QUESTION_SECONDS:
            now = self.sample(deadline)
            if now.closed != self._closed:
                self._closed = now.closed
                return now
            left = min(until, deadline.at) - monotonic()
            if left <= 0:
                return None
            sleep(min(self._settings.poll_seconds, left))
        sleep(max(0.0, min(until, deadline.at) - monotonic()))
        return None

    def hold(self, outputs: Names, seconds: float, deadline: Deadline) -> None:
        orders = [
            OutputOrder(output, OutputMode.ON if name in outputs else OutputMode.OFF, seconds)
            for name, output in self._outputs.items()
        ]
        self._reader.set_outputs(orders, deadline)

    def cancel(self) -> None:
        self._reader.cancel()

    def _rest(self, deadline: Deadline, model: str) -> None:
        try:
            self.hold(REST, TICK_SECONDS, deadline)
        except ValueError as problem:
            raise WrongDevice(f"{model}: {problem}; correct the configuration") from problem
