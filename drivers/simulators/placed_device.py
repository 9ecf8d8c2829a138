"""A simulated device of a bench: made by its driver's simulation, and brought to its line."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from importlib.metadata import entry_points
from pathlib import Path
from types import MappingProxyType
from typing import Any

import msgspec

from drivers.frame_trace import FrameTrace
from drivers.registry import GROUP, DeviceKind, Driver, load_drivers
from drivers.simulators.bench_protocol import BenchDevice, DeviceState
from drivers.simulators.faults import FaultPlan
from drivers.simulators.simulation import Host, NoSimulation, Simulation, simulation_of


class NotOnThisDesk(Exception):
    """A name that nothing here has, or an act that is not possible; the text says which."""


@dataclass(slots=True)
class PlacedDevice:
    """One device; `device` is what its kind says in drivers/simulators/device.py."""

    name: str
    driver: Driver
    simulation: Simulation
    device: Any
    _host: Host | None = None

    @property
    def host(self) -> Host:
        """Where it is plugged in."""
        if self._host is None:
            raise NotOnThisDesk(f"{self.name} is not at its place yet")
        return self._host

    @property
    def is_placed(self) -> bool:
        """True when it has a line, plugged in or not."""
        return self._host is not None

    def plug_in(self, folder: Path) -> None:
        """Bring it to its line; a link to it is made in `folder`."""
        self._host = self.simulation.host(self.device, folder / self.name)

    def state(self) -> DeviceState:
        """What a person sees of it, and how a station reaches it."""
        return DeviceState(
            name=self.name,
            kind=self.driver.kind,
            path=self.host.address,
            plugged=self.host.plugged,
            driver=self.driver.name,
            settings=dict(self.simulation.settings(self.host.address)),
            shows=tuple(SHOWN[self.driver.kind](self.device)),
        )


def drivers_named(names: set[str]) -> Mapping[str, Driver]:
    """Only those that are asked for are loaded. Raises NotOnThisDesk."""
    points = [point for point in entry_points(group=GROUP) if point.name in names]
    statuses = load_drivers(points)
    for name in sorted(names):
        if name not in statuses:
            raise NotOnThisDesk(f"there is no driver {name}; `muontra driver list` names them")
        if statuses[name].driver is None:
            raise NotOnThisDesk(f"the driver {name} does not load: {statuses[name].reason}")
    return {name: status.driver for name, status in statuses.items() if status.driver}


def placed_device(wanted: BenchDevice, driver: Driver, trace: FrameTrace) -> PlacedDevice:
    try:
        simulation = simulation_of(driver)
        device = simulation.make(wanted.options, FaultPlan(), trace)
    except (NoSimulation, msgspec.ValidationError, TypeError, ValueError) as problem:
        raise NotOnThisDesk(f"the device {wanted.name}: {problem}") from problem
    return PlacedDevice(wanted.name, driver, simulation, device)


def _scanner(device: Any) -> Iterable[str]:  # noqa: ANN401 - each kind has its own Protocol
    return ["on" if device.listening else "off"]


def _gate(device: Any) -> Iterable[str]:  # noqa: ANN401
    return ["lamp"] if device.lamp else []


def _printer(device: Any) -> Iterable[str]:  # noqa: ANN401
    cover = ["cover open"] if device.cover_open else []
    return [f"paper {device.paper}", *cover, f"{len(device.printed())} receipts"]


def _drop(device: Any) -> Iterable[str]:  # noqa: ANN401
    sensors = {"bin full": device.bin_full, "jammed": device.jammed}
    return [*sorted(device.outputs), *(name for name, held in sensors.items() if held)]


SHOWN: Mapping[DeviceKind, Callable[[Any], Iterable[str]]] = MappingProxyType(
    {
        "pad": lambda _: (),
        "card": lambda _: (),
        "scanner": _scanner,
        "gate": _gate,
        "printer": _printer,
        "drop": _drop,
    }
)
