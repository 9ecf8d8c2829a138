"""A technician's look at the pad: each tag's AFI is read, then all are told together. Pure."""

from collections.abc import Mapping

from drivers.uid import Uid
from kiosk.local.protocol import PadTag
from kiosk.recognition import UNREADABLE, TagKind, TagReading

TELLS_ITEM = frozenset({TagKind.ITEM, TagKind.FOREIGN})
"""A card's number is never told."""

Readings = Mapping[Uid, TagReading | None]


class PadLook:
    """One look. Owner: the controller thread."""

    def __init__(self, readings: Readings) -> None:
        self._readings = dict(readings)
        self._afis: dict[Uid, int | None] = {}

    @property
    def wanted(self) -> tuple[Uid, ...]:
        """Tags whose AFI is not read yet."""
        return tuple(uid for uid in self._readings if uid not in self._afis)

    def read(self, uid: Uid, afi: int | None) -> None:
        """What the pad said."""
        if uid in self._readings:
            self._afis[uid] = afi

    def tags(self) -> tuple[PadTag, ...]:
        """All tags, in the order in which they were laid down."""
        every = self._readings.items()
        return tuple(self._tag(uid, reading or UNREADABLE) for uid, reading in every)

    def _tag(self, uid: Uid, reading: TagReading) -> PadTag:
        afi = self._afis.get(uid)
        return PadTag(
            uid=uid,
            kind=reading.kind,
            item=reading.number if reading.kind in TELLS_ITEM else "",
            parts=reading.parts,
            afi=None if afi is None else f"{afi:02X}",
        )
