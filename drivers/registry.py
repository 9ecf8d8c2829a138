"""Drivers are entry points in the group `muontra.drivers`; each names a `Driver` record.

A driver that fails to load is a record with its reason; the others load.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from drivers.frame_trace import FrameTrace

if TYPE_CHECKING:
    from importlib.metadata import EntryPoint

GROUP = "muontra.drivers"

DeviceKind = Literal["pad", "scanner", "card", "gate", "printer", "drop"]


@dataclass(frozen=True, slots=True)
class UsbPlace:
    """A USB device that this driver may drive: what is plugged in, or the adapter before it."""

    vendor: int
    product: int
    what: str


@dataclass(frozen=True, slots=True)
class Driver:
    """What a station needs to know of a driver to configure and start it.

    `make(settings, trace)` gives an unopened device of the Protocol of its kind
    (drivers/interfaces.py); `settings` is the frozen struct that the configuration is decoded to.
    `simulation` names a `Simulation` (drivers/simulators/simulation.py) as "module:NAME"; it is
    imported by the bench and the conformance suite only. `usb` and `trials` are for finding a
    device: which USB ids may be one, and which settings beside the path are tried when probing.
    """

    name: str
    kind: DeviceKind
    summary: str
    settings: type[Any]
    make: Callable[[Any, FrameTrace], Any]
    simulation: str = ""
    usb: tuple[UsbPlace, ...] = ()
    trials: tuple[Mapping[str, Any], ...] = ({},)


@dataclass(frozen=True, slots=True)
class DriverStatus:
    """A driver, or the reason why it is out of service."""

    name: str
    driver: Driver | None
    reason: str = ""


def installed_drivers() -> Mapping[str, DriverStatus]:
    """All drivers of this installation by name, also those that could not be loaded."""
    # Slow to import (it takes the mail library along): not before the first picture.
    from importlib.metadata import entry_points  # noqa: PLC0415

    return load_drivers(entry_points(group=GROUP))


def load_drivers(points: "Iterable[EntryPoint]") -> Mapping[str, DriverStatus]:
    """Load each entry point by itself."""
    return {point.name: _load(point) for point in points}


def _load(point: "EntryPoint") -> DriverStatus:
    try:
        driver = point.load()
    except Exception as problem:  # noqa: BLE001 - foreign code may raise anything at import
        return DriverStatus(point.name, None, f"{type(problem).__name__}: {problem}")
    if not isinstance(driver, Driver):
        return DriverStatus(point.name, None, f"{point.value} is no Driver record")
    return DriverStatus(point.name, driver)
