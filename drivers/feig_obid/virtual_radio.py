"""The radio of a virtual reader: which antenna is on air, and which tags an inventory reports."""

from collections.abc import Sequence

from drivers.simulators.iso15693_field import IsoField
from drivers.simulators.virtual_tags import PadField
from drivers.uid import Uid

NOBODY = Uid("0" * 16)
"""No chip has this number."""


class VirtualRadio:
    """Owner: the thread of the simulator's host. `pads`, one an antenna, may be changed from any
    thread. One antenna has the field at a time.

    `only_new_tags`: a tag is reported once until it leaves or the field was off. `selected`: whom
    commands without an address are for, in the mode for that.
    """

    def __init__(self, pads: Sequence[PadField], *, only_new_tags: bool, tags_a_frame: int) -> None:
        self.only_new_tags = only_new_tags
        self.selected = NOBODY
        self._fields = [IsoField(PadField()), *(IsoField(pad) for pad in pads)]
        self._antenna = 1
        self._tags_a_frame = tags_a_frame
        self._reported: set[Uid] = set()
        self._pending: list[Uid] = []

    @property
    def antennas(self) -> int:
        return len(self._fields) - 1

    @property
    def field(self) -> IsoField:
        """The tags that have power."""
        return self._fields[self._antenna]

    @property
    def has_more(self) -> bool:
        """True when the last inventory found more than was told."""
        return bool(self._pending)

    def switch(self, antenna: int) -> None:
        """The field goes off, and comes back at an antenna, or not (0): tags forget that they were
        quiet.
        """
        self._antenna = antenna
        for field in self._fields:
            field.reset()
        self._reported.clear()
        self._pending.clear()
        self.selected = NOBODY

    def find(self) -> float:
        """An inventory; `next_found` gives what it found. Returns its seconds on the air."""
        self._reported = {uid for uid in self._reported if self.field.tag(uid)}
        found, seconds = self.field.inventory()
        self._pending = [tag.uid for tag in found if tag.uid not in self._reported]
        if self.only_new_tags:
            self._reported.update(self._pending)
        return seconds

    def next_found(self) -> list[tuple[Uid, int]]:
        """UID and DSFID of as many tags as one frame holds."""
        now = self._pending[: self._tags_a_frame]
        self._pending = self._pending[self._tags_a_frame :]
        here = [(uid, self.field.tag(uid)) for uid in now]
        return [(uid, tag.dsfid if tag else 0) for uid, tag in here]
