"""Lights, beeper and switched outputs of a reader, as the requests [71] and [72].

docs/protocols/readers.md, "FEIG outputs and inputs". Newer readers take [72], where every output
has a time of its own; [71] has one for all it names, so several may be needed.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import IntEnum, StrEnum
from types import MappingProxyType
from typing import Literal, NamedTuple

from drivers.feig_obid.commands import SET_OUTPUT, SET_OUTPUTS, Request

OutputForm = Literal["71", "72"]

TICK_SECONDS = 0.1
MOST_TICKS = 0xFFFE
"""The next one, FFFF, means without end: it is never sent, so that outputs fall back by themselves.
"""


class Output(StrEnum):
    GREEN = "green light"
    RED = "red light"
    BEEPER = "beeper"
    OUT_1 = "output 1"
    OUT_2 = "output 2"
    RELAY_1 = "relay 1"
    RELAY_2 = "relay 2"
    RELAY_3 = "relay 3"


class OutputMode(IntEnum):
    """As the readers number them."""

    ON = 1
    OFF = 2
    FLASH = 3


@dataclass(frozen=True, slots=True)
class OutputOrder:
    """One output for `seconds` (0.1 … 6553.4), then as it was; `hertz` where it flashes."""

    output: Output
    mode: OutputMode
    seconds: float
    hertz: Literal[1, 2, 4, 8] = 4


class Place(NamedTuple):
    """The lower bit of its pair in the words of [71], None = not there; type and number in [72]."""

    pair: int | None
    kind: int
    number: int

    @property
    def switched(self) -> bool:
        """Outputs and relays have a time of their own in [71]."""
        return self.pair is None or self.pair >= 8


PLACES: Mapping[Output, Place] = MappingProxyType(
    {
        Output.GREEN: Place(0, 1, 1),
        Output.RED: Place(2, 1, 2),
        Output.BEEPER: Place(4, 2, 1),
        Output.OUT_1: Place(10, 0, 1),
        Output.OUT_2: Place(12, 0, 2),
        Output.RELAY_1: Place(14, 4, 1),
        Output.RELAY_2: Place(None, 4, 2),
        Output.RELAY_3: Place(None, 4, 3),
    }
)
_FREQUENCIES: Mapping[int, int] = MappingProxyType({8: 0, 4: 1, 2: 2, 1: 3})


def output_requests(orders: Iterable[OutputOrder], form: OutputForm) -> list[Request]:
    """What to send. Raises ValueError for a time or an output that the form does not have."""
    orders = tuple(orders)
    if form == "72":
        return [_set_outputs(orders)] if orders else []
    times = dict.fromkeys(_ticks(order) for order in orders)
    return [
        _set_output([order for order in orders if _ticks(order) == time], time) for time in times
    ]


def _set_output(orders: Sequence[OutputOrder], ticks: int) -> Request:
    state = frequency = output_time = 0
    for order in orders:
        place = PLACES[order.output]
        if place.pair is None:
            raise ValueError(f"this reader has no {order.output}")
        state |= order.mode << place.pair
        frequency |= _frequency(order) << place.pair
        output_time |= ticks if place.switched else 0
    fields = {
        "state": state,
        "frequency": frequency,
        "light_time": ticks,
        "output_time": output_time,
    }
    return Request(SET_OUTPUT, fields)


def _set_outputs(orders: Sequence[OutputOrder]) -> Request:
    entries = b"".join(_entry(order) for order in orders)
    return Request(SET_OUTPUTS, {"form": 1, "count": len(orders), "outputs": entries})


def _entry(order: OutputOrder) -> bytes:
    _, kind, number = PLACES[order.output]
    how = order.mode | _frequency(order) << 2
    return bytes((kind << 5 | number, how)) + _ticks(order).to_bytes(2, "big")


def _frequency(order: OutputOrder) -> int:
    return _FREQUENCIES[order.hertz] if order.mode is OutputMode.FLASH else 0


def _ticks(order: OutputOrder) -> int:
    ticks = round(order.seconds / TICK_SECONDS)
    if not 1 <= ticks <= MOST_TICKS:
        raise ValueError(f"{order.output} for {order.seconds} s: a reader keeps 0.1 to 6553.4 s")
    return ticks
