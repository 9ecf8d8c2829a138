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
from drivers.errors import Cancelled, DriverError, WrongDevice
from drivers.feig_obid.conversation import LineSettings
from drivers.feig_obid.device import FeigDevice
from drivers.feig_obid.outputs import TICK_SECONDS, Output, OutputMode, OutputOrder
from drivers.frame_trace import FrameTrace
from drivers.interfaces import DeviceIdentity
from drivers.repeated_reads import repeated

QUESTION_SECONDS = 0.03
"""With less time left nothing is asked: the answer would come too late."""

CLOSING_SECONDS = 0.3


class ReaderLinesSettings(
    LineSettings,
    frozen=True,
    kw_only=True,
    forbid_unknown_fields=True,
    tag="reader",
    tag_field="on",
):
    """The line to a reader, as of the driver feig_obid, and how often its inputs are looked at."""

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
        self._reader = FeigDevice(settings, trace)
        self._is_open = False
        self._cancelled_at_close = False
        self._closed: Names = REST

    def open(self, deadline: Deadline) -> DeviceIdentity:
        if self._cancelled_at_close:
            self._cancelled_at_close = False
            raise Cancelled("opening the reader was ended by the station")
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
        if self._is_open:
            self._is_open = False
            self._rest_at_close()
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
        time = max(seconds, TICK_SECONDS)
        orders = [
            OutputOrder(output, OutputMode.ON if name in outputs else OutputMode.OFF, time)
            for name, output in self._outputs.items()
        ]
        repeated(lambda: self._reader.set_outputs(orders, deadline), deadline)

    def cancel(self) -> None:
        self._reader.cancel()

    def _rest_at_close(self) -> None:
        """A `cancel` does not keep outputs on: it counts for the next call."""
        with suppress(DriverError):
            try:
                self.hold(REST, TICK_SECONDS, Deadline.after(CLOSING_SECONDS))
            except Cancelled:
                self._cancelled_at_close = True
                self.hold(REST, TICK_SECONDS, Deadline.after(CLOSING_SECONDS))

    def _rest(self, deadline: Deadline, model: str) -> None:
        try:
            self.hold(REST, TICK_SECONDS, deadline)
        except ValueError as problem:
            raise WrongDevice(f"{model}: {problem}; correct the configuration") from problem
