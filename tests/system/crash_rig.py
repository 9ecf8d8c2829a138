"""Kills the station and the service at named steps while a patron borrows and returns.

Each round arms one step, starts what is dead, plays a visit until something dies, and goes on.
In the end everything runs unarmed and the promises are checked, before and after every tag lies on
the pad once more. `cuts` counts how often each step was truly cut.
"""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from random import Random
from typing import Any

from drivers.simulators.virtual_tags import VirtualTag
from kiosk.crash_points import CrashPoint as KioskPoint
from service.crash_points import CrashPoint as ServicePoint
from tests.system.rig import Rig, states

CARDS = ("04271936", "04272026")
SINGLES = ("VV.00417", "VV.00388", "VV.00402", "TK.00103", "VV.00512")
SET_OF_THREE = "LC.00931"
AT_REST = {"done", "done-tag-open", "refused", "trouble", "part-missing", "put-back"}


@dataclass
class CrashRig:
    """One rig, one seed."""

    rig: Rig
    seed: int
    cuts: Counter[str] = field(default_factory=Counter)

    def __post_init__(self) -> None:
        self.chance = Random(self.seed)
        self.books = {item: self.rig.book(item) for item in SINGLES}
        self.books[SET_OF_THREE] = self.rig.book(SET_OF_THREE, parts=3)

    def round(self, step: KioskPoint | ServicePoint, passing: int = 1) -> None:
        """One visit that is cut at `step`, or at whatever moment it ends."""
        armed = f"{step.value}:{passing}"
        station, service = self.rig.station, self.rig.service
        if isinstance(step, ServicePoint):
            service.kill()
            service.start(armed)
            station.start()
        else:
            station.start(armed)
        self._visit()
        self.cuts[step.value] += station.cut if isinstance(step, KioskPoint) else service.cuts
        self._clear_up()

    def every_step(self, tries: int = 4) -> None:
        """Cut each named step at least once."""
        for step in (*KioskPoint, *ServicePoint):
            for _ in range(tries):
                if not self.cuts[step.value]:
                    self.round(step)

    def sample(self, rounds: int) -> None:
        """Cut steps by chance, not always at their first passing."""
        for _ in range(rounds):
            self.round(self.chance.choice((*KioskPoint, *ServicePoint)), self.chance.choice((1, 2)))

    def _visit(self) -> None:
        station = self.rig.station
        if not self._until(lambda view: bool(view.get("online")), "station online"):
            return
        items = self.chance.sample(sorted(self.books), self.chance.choice((1, 2, 3)))
        tags = [tag for item in items for tag in self.books[item]]
        lent = any(tag.afi != 0x07 for tag in tags)
        if lent and self.chance.random() < 0.7:
            station.do("ChooseReturn")
        elif not self._show_card():
            return
        self.rig.lay(*tags)
        if self.chance.random() < 0.2:
            self._until(lambda view: bool(states(view)), "any line")
            lifted = self.chance.choice(tags)
            self.rig.lift(lifted)
            items = [item for item in items if lifted not in self.books[item]]
        self._end_visit(items)

    def _show_card(self) -> bool:
        station = self.rig.station
        for order in ("ChooseBorrow", "ChooseTyping"):
            station.do(order)
        station.do("NumberTyped", number=self.chance.choice(CARDS))
        answered = self._until(
            lambda view: view["kind"] == "BorrowView" or view.get("not_answered"), "card answered"
        )
        return bool(answered) and station.view["kind"] == "BorrowView"

    def _end_visit(self, items: list[str]) -> None:
        station = self.rig.station
        if not self._until(lambda view: _rests(view, items), f"{items} at rest"):
            return
        station.do("Finish")
        self._until(lambda view: view["kind"] in {"FarewellView", "StartView"}, "farewell")
        station.do("Finish")
        self._until(lambda view: view["kind"] == "StartView", "start")

    def _until(self, condition: Callable[[dict[str, Any]], object], what: str) -> bool:
        """Wait for a view; a service that dies meanwhile is started again, unarmed."""

        def seen(view: dict[str, Any]) -> bool:
            if self.rig.service.died:
                self.rig.service.start()
            return bool(condition(view))

        return self.rig.station.until(seen, 20, what)

    def _clear_up(self) -> None:
        self.rig.station.kill()
        if self.rig.service.died:
            self.rig.service.start()
        self.rig.lift(*self.tags())

    def tags(self) -> list[VirtualTag]:
        return [tag for tags in self.books.values() for tag in tags]

    def verdict(self, seconds: float = 20.0) -> list[str]:
        """What was promised and is not so, before and after each tag was seen again."""
        self.rig.service.kill()  # it may still be armed; unarmed it starts again
        return self.rig.come_to_rest() or self.rig.see_all_tags(seconds)


def _rests(view: dict[str, Any], items: list[str]) -> bool:
    found = states(view)
    return set(items) <= set(found) and set(found.values()) <= AT_REST
