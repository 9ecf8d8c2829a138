"""How the bench and the conformance suite get a simulated device of any driver."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from importlib import import_module
from pathlib import Path
from typing import Any, Protocol

from drivers.frame_trace import FrameTrace
from drivers.registry import Driver
from drivers.simulators.device import Act
from drivers.simulators.faults import FaultPlan


class Simulated(Protocol):
    """What every simulated device has, whatever its line."""

    @property
    def faults(self) -> FaultPlan: ...
    @property
    def trace(self) -> FrameTrace: ...


class Host(Protocol):
    """Where a simulated device is plugged in. `address` is what a driver is told to open."""

    @property
    def address(self) -> str: ...
    @property
    def plugged(self) -> bool: ...
    def plug(self) -> None:
        """Plug in, under another node name than before where the line has one."""

    def unplug(self) -> None:
        """Pull the plug: whoever has the device open loses it."""

    def say(self, acts: Sequence[Act]) -> None:
        """Let the device act by itself, as a scanner does."""

    def close(self) -> None:
        """Unplug for good; harmless a second time."""


@dataclass(frozen=True, slots=True)
class Simulation:
    """`make(options, faults, trace)` gives the device; `options` are the simulator's settings as
    in a bench file. `host(device, link)` plugs it in, where a driver finds it under `link` or under
    the address that the host tells. `settings(address)` are the driver's settings to reach it.

    What the device can do beside its line depends on its driver's kind:
    drivers/simulators/device.py.

    For the conformance suite: `hurried` are settings of the driver that shorten its waits and
    leave it nothing to learn first; `frames_are_checked` is False where frames carry no checksum,
    so that no driver could notice a turned bit.
    """

    make: Callable[[Mapping[str, Any], FaultPlan, FrameTrace], Any]
    host: Callable[[Any, Path], Host]
    settings: Callable[[str], Mapping[str, Any]]
    hurried: Mapping[str, Any] = field(default_factory=dict)
    frames_are_checked: bool = True


class NoSimulation(Exception):
    """The driver brings no simulated device."""


def simulation_of(driver: Driver) -> Simulation:
    """Raises NoSimulation."""
    module, _, name = driver.simulation.partition(":")
    if not name:
        raise NoSimulation(f"the driver {driver.name} brings no simulated device to test against")
    simulation = getattr(import_module(module), name)
    if not isinstance(simulation, Simulation):
        raise NoSimulation(f"{driver.simulation} is no Simulation record")
    return simulation
