"""The simulated bench as screens and commands see it: its frozen values and its client.

The bench itself is drivers/simulators/bench.py, a process of its own.
"""

from drivers.simulators.bench_client import BenchClient, BenchGone, BenchRefused
from drivers.simulators.bench_protocol import (
    BenchItem,
    DevicePlugged,
    DeviceState,
    Event,
    ItemMoved,
    ItemState,
    Lay,
    Lift,
    Plug,
    Scan,
    State,
    Subscribe,
    TagWritten,
    Unplug,
)

__all__ = [
    "BenchClient",
    "BenchGone",
    "BenchItem",
    "BenchRefused",
    "DevicePlugged",
    "DeviceState",
    "Event",
    "ItemMoved",
    "ItemState",
    "Lay",
    "Lift",
    "Plug",
    "Scan",
    "State",
    "Subscribe",
    "TagWritten",
    "Unplug",
]
