"""Contacts and outputs on the GPIO pins of the machine, through gpiozero and lgpio.

docs/protocols/gates.md, "Wires on GPIO pins". gpiozero is imported at `open` only: a station
without pins needs neither it nor the C library behind it (pip install muontra[gpio]).
"""

from collections.abc import Callable, Mapping
from contextlib import suppress
from functools import partial
from queue import Empty, Full, Queue
from time import monotonic
from typing import Any, Literal

from msgspec import Struct

from drivers.contacts.fallback import Fallback
from drivers.contacts.lines import REST, Names, Sample
from drivers.deadline import Deadline
from drivers.errors import Cancelled, DeviceLost, DriverError, PortBusy, PortMissing, WrongDevice
from drivers.frame_trace import Direction, FrameTrace
from drivers.interfaces import DeviceIdentity

MOST_WAITING = 1024
"""Changes that nobody has taken yet; more come only from a contact that never rests."""


class GpioSettings(
    Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag="gpio", tag_field="on"
):
    """`pull`: "up" for contacts against ground, "down" for contacts against 3.3 V. `chip`: number
    of the GPIO chip, None = the one of the pin header. `active_high`: an output is on at 3.3 V.
    """

    pull: Literal["up", "down"] = "up"
    chip: int | None = None
    active_high: bool = True


Change = tuple[float, str, bool]
"""When, which contact, closed."""


class GpioLines:
    """Owner: the thread that calls `open`; the pins' own thread only puts changes in the queue."""

    def __init__(
        self,
        settings: GpioSettings,
        inputs: Mapping[str, int],
        outputs: Mapping[str, int],
        trace: FrameTrace,
    ) -> None:
        self._settings = settings
        self._input_pins = inputs
        self._output_pins = outputs
        self._trace = trace
        self._factory: Any = None
        self._inputs: dict[str, Any] = {}
        self._outputs: dict[str, Any] = {}
        self._closed: Names = REST
        self._changes: Queue[Change | None] = Queue(MOST_WAITING)
        self._fallback = Fallback(self._all_off, "outputs on GPIO")

    def open(self, deadline: Deadline) -> DeviceIdentity:
        """Raises PortMissing, PortBusy or WrongDevice."""
        self.close()
        try:
            self._open_pins()
            self._closed = self.sample(deadline).closed
        except DriverError:
            self.close()
            raise
        except Exception as problem:
            self.close()
            raise _open_error(problem) from problem
        return DeviceIdentity("GPIO", type(self._factory).__name__, "")

    def close(self) -> None:
        self._fallback.drop()
        devices = [*self._outputs.values(), *self._inputs.values()]
        self._all_off()
        self._inputs, self._outputs, self._changes = {}, {}, Queue(MOST_WAITING)
        for device in devices:
            device.close()
        factory, self._factory = self._factory, None
        if factory is not None:
            factory.close()

    def sample(self, deadline: Deadline) -> Sample:  # noqa: ARG002 - never waits
        self._expect_open()
        closed = frozenset(name for name, device in self._inputs.items() if device.is_active)
        return Sample(monotonic(), closed)

    def next_sample(self, until: float, deadline: Deadline) -> Sample | None:
        self._expect_open()
        if self._changes.full():
            return self._catch_up(deadline)
        left = min(until - deadline.clock(), deadline.remaining())
        with suppress(Empty):
            return self._after(self._next_change(left))
        return None

    def hold(self, outputs: Names, seconds: float, deadline: Deadline) -> None:  # noqa: ARG002
        self._expect_open()
        self._fallback.extend(seconds)
        for name, device in self._outputs.items():
            device.value = name in outputs
        self._trace.record(Direction.SENT, b"", f"outputs on: {', '.join(sorted(outputs)) or '–'}")

    def cancel(self) -> None:
        with suppress(Full):  # then nobody is waiting
            self._changes.put_nowait(None)

    def _open_pins(self) -> None:
        import gpiozero  # noqa: PLC0415 - see above

        self._factory = pin_factory(self._settings.chip)
        for name, pin in self._output_pins.items():
            self._outputs[name] = gpiozero.DigitalOutputDevice(
                pin, active_high=self._settings.active_high, pin_factory=self._factory
            )
        for name, pin in self._input_pins.items():
            device = gpiozero.DigitalInputDevice(
                pin, pull_up=self._settings.pull == "up", pin_factory=self._factory
            )
            self._inputs[name] = device
            device.when_activated = self._note(name, closed=True)
            device.when_deactivated = self._note(name, closed=False)

    def _note(self, name: str, *, closed: bool) -> Callable[[], None]:
        return partial(self._changed, name, closed)

    def _changed(self, name: str, closed: bool) -> None:
        with suppress(Full):  # the contacts are looked at anew then
            self._changes.put_nowait((monotonic(), name, closed))

    def _next_change(self, left: float) -> Change | None:
        """Raises Empty when none comes in `left` seconds."""
        return self._changes.get(timeout=left) if left > 0 else self._changes.get_nowait()

    def _after(self, change: Change | None) -> Sample:
        if change is None:
            raise Cancelled("the wait for a contact was ended by the station")
        at, name, closed = change
        self._closed = self._closed | {name} if closed else self._closed - {name}
        self._trace.record(Direction.RECEIVED, b"", f"{name} {'closed' if closed else 'open'}")
        return Sample(at, self._closed)

    def _catch_up(self, deadline: Deadline) -> Sample:
        """Changes were lost: forget those that came, and look."""
        while not self._changes.empty():
            self._changes.get_nowait()
        now = self.sample(deadline)
        self._closed = now.closed
        self._trace.record(Direction.DROPPED, b"", "changes came faster than they were taken")
        return now

    def _all_off(self) -> None:
        for device in self._outputs.values():
            device.off()

    def _expect_open(self) -> None:
        if self._factory is None:
            raise DeviceLost("the GPIO pins are not open; open them first")


def pin_factory(chip: int | None) -> Any:  # noqa: ANN401 - gpiozero carries no types
    """What makes pins. Raises whatever the C library has to say."""
    from gpiozero.pins.lgpio import LGPIOFactory  # noqa: PLC0415 - see above

    return LGPIOFactory(chip=chip)


def _open_error(problem: Exception) -> DriverError:
    """The libraries tell by words what is wrong."""
    text = f"{type(problem).__name__}: {problem}"
    if isinstance(problem, ImportError):
        return WrongDevice(f"GPIO needs more packages, install muontra[gpio] ({problem})")
    if "busy" in text.lower() or "InUse" in text:
        return PortBusy(f"another program holds a GPIO pin ({text}); stop it")
    if "permission" in text.lower() or "can not open gpiochip" in text.lower():
        return PortMissing(f"the GPIO chip cannot be opened ({text}); is this user in group gpio?")
    return WrongDevice(f"GPIO pins cannot be set up ({text}); correct the configuration")
