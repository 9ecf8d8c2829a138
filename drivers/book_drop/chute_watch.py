"""The state of a chute out of the edges of its sensors. Pure (docs/protocols/book-drop.md)."""

from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType

from drivers.contacts.debounce import Edge
from drivers.contacts.lines import Sample
from drivers.facts import ChuteState
from drivers.interfaces import ChuteOrder

MOUTH = "mouth"
PASSED = "passed"
BIN_FULL = "bin_full"
SENSORS = (MOUTH, PASSED, BIN_FULL)

SWALLOWING = frozenset({ChuteOrder.OPEN_SHUTTER, ChuteOrder.TO_BIN, ChuteOrder.TO_OTHER_BIN})

MEANINGS: Mapping[tuple[str, bool], Mapping[str, bool]] = MappingProxyType(
    {
        (MOUTH, True): {"item_in_mouth": True},
        (MOUTH, False): {"item_in_mouth": False, "jammed": False},
        (PASSED, False): {"jammed": False},
        (BIN_FULL, False): {"bin_full": False},
    }
)
"""What a sensor says at once when it is covered (True) or becomes free."""


class ChuteWatch:
    """`item_passed` stays true from the moment something went past the far sensor until the next
    order, or the next item: a falling book covers the sensor for a tenth of a second only.

    A jam: an item that was swallowed did not pass in `pass_seconds`, or covers the far sensor for
    as long. It is over when the mouth or the far sensor becomes free, unless the far one stays
    covered. `full_seconds`: items fall past the bin's sensor faster. Owner: the driver's thread.
    """

    def __init__(self, pass_seconds: float, full_seconds: float, start: Sample) -> None:
        self._pass_seconds = pass_seconds
        self._full_seconds = full_seconds
        self._covered_at = {name: start.at for name in SENSORS if name in start.closed}
        self._pass_by: float | None = None
        self._has_passed = False
        self.state = ChuteState(
            item_in_mouth=MOUTH in start.closed,
            item_passed=PASSED in start.closed,
            bin_full=False,
        )

    def change(self, edge: Edge) -> None:
        """Edges come in the order of their times."""
        self.pass_time(edge.at)
        if edge.closed:
            self._covered_at[edge.contact] = edge.at
        else:
            self._covered_at.pop(edge.contact, None)
        match edge.contact, edge.closed:
            case "mouth", True:
                self._has_passed = False
            case "passed", True:
                self._has_passed, self._pass_by = True, None
            case _:
                pass
        self.state = replace(self.state, **MEANINGS.get((edge.contact, edge.closed), {}))
        self.pass_time(edge.at)

    def order(self, order: ChuteOrder, now: float) -> None:
        """An order was given: what passes from now on passes because of it."""
        swallows = order in SWALLOWING and self.state.item_in_mouth
        self._pass_by = now + self._pass_seconds if swallows else None
        self._has_passed = False
        self.pass_time(now)

    def pass_time(self, now: float) -> None:
        """Nothing changed until `now`."""
        bin_full = self._is_over(self._full_at(), now)
        jammed = self._is_over(self._pass_by, now) or self._is_over(self._stuck_at(), now)
        if jammed:
            self._pass_by = None
        self.state = replace(
            self.state,
            item_passed=self._has_passed or PASSED in self._covered_at,
            bin_full=self.state.bin_full or bin_full,
            jammed=self.state.jammed or jammed,
        )

    def due(self) -> float | None:
        """When `pass_time` changes something if no sensor does."""
        coming = [
            None if self.state.bin_full else self._full_at(),
            self._pass_by,
            None if self.state.jammed else self._stuck_at(),
        ]
        return min((at for at in coming if at is not None), default=None)

    def _full_at(self) -> float | None:
        since = self._covered_at.get(BIN_FULL)
        return None if since is None else since + self._full_seconds

    def _stuck_at(self) -> float | None:
        since = self._covered_at.get(PASSED)
        return None if since is None else since + self._pass_seconds

    def _is_over(self, at: float | None, now: float) -> bool:
        return at is not None and at <= now
