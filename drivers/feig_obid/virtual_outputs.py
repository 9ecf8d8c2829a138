"""Outputs of a virtual reader: what was told, and until when it holds."""

from collections.abc import Callable
from time import monotonic

from drivers.feig_obid.outputs import PLACES, TICK_SECONDS, Output, OutputMode
from drivers.field_layout import Fields

_ENTRY_BYTES = 4


class VirtualOutputs:
    """Owner: the thread of the simulator's host; others may look."""

    def __init__(self, clock: Callable[[], float] = monotonic) -> None:
        self._clock = clock
        self._told: dict[Output, tuple[OutputMode, float]] = {}

    def lit(self) -> frozenset[Output]:
        """What is on or flashes now."""
        now = self._clock()
        told = dict(self._told)
        return frozenset(
            output
            for output, (mode, until) in told.items()
            if now < until and mode is not OutputMode.OFF
        )

    def obey_71(self, fields: Fields) -> None:
        """A pair of bits a place, one time for lights and one for switched outputs."""
        for output, place in PLACES.items():
            mode = fields["state"] >> place.pair & 3 if place.pair is not None else 0
            if mode:
                self._tell(output, mode, fields["output_time" if place.switched else "light_time"])

    def obey_72(self, fields: Fields) -> bool:
        """An entry a place; False, and nothing done, when one is not whole or names no place."""
        raw: bytes = fields["outputs"]
        if len(raw) != fields["count"] * _ENTRY_BYTES:
            return False
        entries = [raw[at : at + _ENTRY_BYTES] for at in range(0, len(raw), _ENTRY_BYTES)]
        by_number = {place.kind << 5 | place.number: output for output, place in PLACES.items()}
        if any(entry[0] not in by_number for entry in entries):
            return False
        for entry in entries:
            if entry[1] & 3:
                self._tell(by_number[entry[0]], entry[1] & 3, int.from_bytes(entry[2:], "big"))
        return True

    def _tell(self, output: Output, mode: int, ticks: int) -> None:
        self._told[output] = OutputMode(mode), self._clock() + ticks * TICK_SECONDS
