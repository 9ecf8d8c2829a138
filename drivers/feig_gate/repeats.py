"""One walk past a gate is one alarm, however often the reader tells of it. Pure.

A reader gives its records again until they are cleared, one for each antenna, and again when its
own hold-off is over (docs/protocols/gates.md, "Repeats").
"""

from collections import OrderedDict
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from drivers.feig_gate.records import GateRecord
from drivers.uid import Uid

MOST_REMEMBERED = 1000
REMEMBERED_SECONDS = 600.0
"""Longer than any copy of a frame is under way, shorter than until a clock without a date says the
same again."""

DAY_SECONDS = 86_400.0


class _Walk(NamedTuple):
    """`at` on the clock that is compared, `noted` on the station's."""

    at: float
    noted: float


class Repeats:
    """`seconds`: a tag that comes again within them is the same walk. Owner: the driver's thread.

    Times are the reader's own where its records have them, else those of the station.
    """

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._taken: OrderedDict[Uid, _Walk] = OrderedDict()
        self._uncleared: tuple[GateRecord, ...] = ()

    def fresh(self, records: Sequence[GateRecord], now: float) -> tuple[GateRecord, ...]:
        """The records that were not taken before and are no walk that was.

        When the reader does not begin with what was taken last, it has cleared that.
        """
        old = len(self._uncleared)
        if [one.raw for one in self._uncleared] != [record.raw for record in records[:old]]:
            old, self._uncleared = 0, ()
        told, new = dict(self._taken), list[GateRecord]()
        for record in records[old:]:
            if record.uid is None:
                new.append(record)
                continue
            walk = _Walk(_seconds(record, now), now)
            if not self._same(told.get(record.uid), walk, of_day=record.time is not None):
                new.append(record)
            told[record.uid] = walk
        return tuple(new)

    def take(self, records: Iterable[GateRecord], now: float) -> None:
        """These are kept: they are repeats until the reader has cleared them, and afterwards for as
        long as they are the same walk.
        """
        self._uncleared = tuple(records)
        for record in self._uncleared:
            if record.uid is not None:
                self._taken[record.uid] = _Walk(_seconds(record, now), now)
                self._taken.move_to_end(record.uid)
        while len(self._taken) > MOST_REMEMBERED:
            self._taken.popitem(last=False)

    def cleared(self) -> None:
        """The reader has forgotten what was taken."""
        self._uncleared = ()

    def _same(self, before: _Walk | None, walk: _Walk, *, of_day: bool) -> bool:
        if before is None or walk.noted - before.noted > REMEMBERED_SECONDS:
            return False
        apart = abs(walk.at - before.at)
        if of_day:
            apart = min(apart, DAY_SECONDS - apart)
        return apart <= self._seconds


def _seconds(record: GateRecord, now: float) -> float:
    if record.time is None:
        return now
    hour, minute, second = record.time.split(":")
    return int(hour) * 3600.0 + int(minute) * 60.0 + float(second)
