"""One simulated device that is plugged in, its driver, and a watch over every call."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from threading import Event, Timer
from time import monotonic
from types import TracebackType
from typing import Any, Self

import msgspec

from drivers.conformance.recording import CountedFaults, MeasuredTrace
from drivers.deadline import Deadline
from drivers.errors import DriverError
from drivers.frame_trace import FrameTrace
from drivers.registry import Driver
from drivers.simulators.faults import AnyFault, PlannedFault
from drivers.simulators.simulation import simulation_of

OPEN_SECONDS = 2.0
GRACE_SECONDS = 0.5
"""A busy machine may wake a driver so much too late."""

RESCUE_SECONDS = 3.0
"""So long after its deadline a call that never returns loses its device."""

TRIES = 3
LOOK_SECONDS = 0.005


class Broken(Exception):
    """The driver did not keep its contract; the text says what it did and what is required."""


@dataclass(frozen=True, slots=True)
class Call:
    """One call of a driver. `do(turn, deadline)` makes it about the subject of this turn (turns 0
    and 1 have different ones) and raises Broken for a wrong answer; it is False when nothing came.

    `patient`: a device that says nothing is no error for this call.
    """

    name: str
    do: Callable[[int, Deadline], bool]
    patient: bool = False


def _within(setting: Any, hurried: Any) -> Any:  # noqa: ANN401 - settings as in a configuration
    """A table of settings keeps what is not hurried."""
    both = isinstance(setting, Mapping) and isinstance(hurried, Mapping)
    return {**setting, **hurried} if both else hurried


class Rig(ABC):
    """Owner: the thread that made it. Each kind of device has its own."""

    self_acting = False
    """True where the device speaks without being asked."""

    call_seconds = 2.0

    def __init__(self, driver: Driver, folder: Path, *, hurried: bool = True) -> None:
        self._driver = driver
        self.simulation = simulation_of(driver)
        self.faults = CountedFaults()
        self.device_trace = MeasuredTrace(self.faults.asked)
        self.trace = FrameTrace(capacity=5000)
        self.device: Any = self.simulation.make({}, self.faults, self.device_trace)
        self.prepare()
        self.host = self.simulation.host(self.device, folder / "device")
        self._hurry = self.simulation.hurried if hurried else {}
        self.driver = self.another_driver(self.trace)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        _kind: type[BaseException] | None,
        _error: BaseException | None,
        _trace: TracebackType | None,
    ) -> None:
        try:
            self.driver.close()
        finally:
            self.host.close()

    @abstractmethod
    def prepare(self) -> None:
        """Lay out what the device is tried with, before it is plugged in."""

    @abstractmethod
    def calls(self) -> Sequence[Call]:
        """The calls that are tried; the first is `open`."""

    def judge(self) -> None:  # noqa: B027 - most kinds have nothing left to judge
        """When all is well again: Broken where something was lost or done for good."""

    def put_right(self) -> None:
        """What a hand does when something went wrong: the plug goes back in."""
        if not self.host.plugged:
            address = self.host.address
            self.host.plug()
            if self.host.address != address:
                self._follow_to_another_address()
            self.connect()

    def secrets(self) -> Sequence[str]:
        """What people's cards and codes say, as a trace could betray it."""
        return ()

    def settings(self) -> dict[str, Any]:
        """The driver's settings to reach the device, as in a configuration."""
        reach = self.simulation.settings(self.host.address)
        return {**reach, **{name: _within(reach.get(name), it) for name, it in self._hurry.items()}}

    def another_driver(self, trace: FrameTrace) -> Any:  # noqa: ANN401 - each kind has its own Protocol
        """One more driver of the same device, not opened."""
        return self._driver.make(msgspec.convert(self.settings(), self._driver.settings), trace)

    def connect(self) -> None:
        """Open the driver. Raises as the driver does."""
        with self.watched("open", OPEN_SECONDS) as deadline:
            self.driver.open(deadline)

    def open(self, _turn: int, deadline: Deadline) -> bool:
        """The first call of every kind."""
        self.driver.close()
        identity = self.driver.open(deadline)
        expect(
            identity is None or bool(identity.maker and identity.model),
            f"open gave the identity {identity}; maker and model must be told",
        )
        return True

    def plan(self, fault: AnyFault, at: int = 1, times: int | None = 1) -> None:
        """Let a fault strike from the `at`-th frame from now on."""
        self.faults.plan(PlannedFault(fault=fault, at=at, times=times))

    def make(self, call: Call, turn: int, seconds: float | None = None) -> bool:
        """Make a call. Raises DriverError as the driver does, Broken for whatever else is wrong."""
        with self.watched(call.name, seconds or self.call_seconds) as deadline:
            return call.do(turn, deadline)

    def tried(self, call: Call, turn: int) -> bool:
        """As `make`; a typed error is allowed, and counts as nothing."""
        try:
            return self.make(call, turn)
        except DriverError as problem:
            expect(bool(str(problem)), f"{call.name} raised {type(problem).__name__} without words")
            return False

    def expect_well(self, call: Call) -> None:
        """The device works: by itself, or after it was opened again."""
        expect(
            any(self.tried(call, 0) for _ in range(TRIES))
            or any(self._reopened() and self.tried(call, 0) for _ in range(TRIES)),
            f"{call.name} does not work again when the fault is over and the device was reopened",
        )

    @contextmanager
    def watched(self, name: str, seconds: float) -> Iterator[Deadline]:
        """A call has so much time, and only errors of drivers/errors.py may come out of it."""
        rescue = Timer(seconds + RESCUE_SECONDS, self._rescue)
        rescue.start()
        began = monotonic()
        try:
            yield Deadline.after(seconds)
        except (DriverError, Broken):
            raise
        except Exception as problem:
            raise Broken(
                f"{name} raised {type(problem).__name__}: {problem}; "
                "only the errors of drivers/errors.py may come out of a driver"
            ) from problem
        finally:
            rescue.cancel()
            rescue.join()
            _expect_in_time(name, monotonic() - began, seconds)

    def _reopened(self) -> bool:
        self.driver.close()
        try:
            self.connect()
        except DriverError:
            return False
        return True

    def _follow_to_another_address(self) -> None:
        """As the configuration is changed for a device on TCP that came back elsewhere."""
        self.driver.close()
        self.driver = self.another_driver(self.trace)

    def _rescue(self) -> None:
        """Free a call that would never return."""
        self.host.unplug()
        self.driver.cancel()


def becomes_true(condition: Callable[[], bool], seconds: float) -> bool:
    """Whether it does, at the latest after so long."""
    deadline, never = Deadline.after(seconds), Event()
    while not condition():
        if deadline.expired():
            return False
        never.wait(LOOK_SECONDS)
    return True


def _expect_in_time(name: str, took: float, seconds: float) -> None:
    expect(
        took <= seconds + GRACE_SECONDS,
        f"{name} took {took:.2f} s; its deadline was after {seconds:.2f} s",
    )


def expect(kept: bool, sentence: str) -> None:
    """Raises Broken with `sentence` where the contract was not kept."""
    if not kept:
        raise Broken(sentence)
