"""The radio of a virtual reader: which tags are in reach, and which an inventory reports."""

from collections.abc import Sequence

from drivers.simulators import air
from drivers.simulators.virtual_tags import PadField, VirtualTag
from drivers.uid import Uid


class VirtualRadio:
    """Owner: the thread of the simulator's host. `pads`, one an antenna, may be changed from any
    thread. One antenna has the field at a time.

    `only_new_tags`: a tag is reported once until it leaves or the field was off.
    """

    def __init__(self, pads: Sequence[PadField], *, only_new_tags: bool, tags_a_frame: int) -> None:
        self._pads = pads
        self.only_new_tags = only_new_tags
        self._tags_a_frame = tags_a_frame
        self._antenna = 1
        self._reported: set[Uid] = set()
        self._pending: list[Uid] = []
        self._selected: Uid | None = None

    @property
    def antennas(self) -> int:
        return len(self._pads)

    @property
    def has_more(self) -> bool:
        """True when the last inventory found more than was told."""
        return bool(self._pending)

    def switch(self, antenna: int) -> None:
        """The field goes off, and comes back at an antenna, or not (0): tags forget that they were
        quiet.
        """
        self._antenna = antenna
        for pad in self._pads:
            pad.lose_power()
        self._reported.clear()
        self._pending.clear()
        self._selected = None

    def in_reach(self) -> tuple[VirtualTag, ...]:
        """The tags that have power."""
        return self._pads[self._antenna - 1].tags() if self._antenna else ()

    def find(self) -> float:
        """An inventory; `next_found` gives what it found. Returns its seconds on the air."""
        tags = self.in_reach()
        self._reported &= {tag.uid for tag in tags}
        found, seconds = air.inventory([tag.uid for tag in tags if not tag.quiet])
        self._pending = [uid for uid in found if uid not in self._reported]
        if self.only_new_tags:
            self._reported.update(self._pending)
        return seconds

    def next_found(self) -> list[tuple[Uid, int]]:
        """UID and DSFID of as many tags as one frame holds."""
        now = self._pending[: self._tags_a_frame]
        self._pending = self._pending[self._tags_a_frame :]
        dsfids = {tag.uid: tag.dsfid for tag in self.in_reach()}
        return [(uid, dsfids.get(uid, 0)) for uid in now]

    def select(self, uid: Uid) -> None:
        """From now on `selected` means this tag."""
        self._selected = uid

    def selected(self) -> VirtualTag | None:
        return self.addressed(self._selected) if self._selected else None

    def addressed(self, uid: Uid) -> VirtualTag | None:
        return next((tag for tag in self.in_reach() if tag.uid == uid), None)

    def only_one(self) -> VirtualTag | None:
        """Who answers without an address: several tags drown each other."""
        tags = self.in_reach()
        return tags[0] if len(tags) == 1 else None
