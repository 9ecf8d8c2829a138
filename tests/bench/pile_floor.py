"""The least time and the fewest frames in which a pile of books can be read and released.

Wire, air, the pause before each question and the field's off time of an RF reset add up; nothing
is computed at the same time. The reader's own computing time counts as zero.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from drivers.feig_obid.conversation import PAUSE_BETWEEN_FRAMES
from drivers.simulators import air
from drivers.uid import Uid

TAGS_A_FRAME = 24
BLOCK_SIZE = 4


@dataclass(frozen=True, slots=True)
class Floor:
    seconds: float = 0.0
    frames: int = 0

    def __add__(self, other: "Floor") -> "Floor":
        return Floor(self.seconds + other.seconds, self.frames + other.frames)

    def times(self, count: int) -> "Floor":
        return Floor(self.seconds * count, self.frames * count)


@dataclass(frozen=True, slots=True)
class PileFloor:
    """All sizes in bytes of whole frames, as in docs/protocols/readers.md, "Golden frames"."""

    baud: int
    write_seconds: float
    bits_a_character: int = 11

    def reading(self, uids: Sequence[Uid], blocks: int) -> Floor:
        """An inventory, a second one that proves it stable, and one read a tag."""
        read = self._exchange(
            17, 8 + blocks * (BLOCK_SIZE + 1), air.addressed(2, blocks * BLOCK_SIZE)
        )
        return self._inventory(uids).times(2) + read.times(len(uids))

    def releasing(self, uids: Sequence[Uid]) -> Floor:
        """One AFI write and one proof a tag."""
        write = self._exchange(16, 6, air.addressed(1, 0) + self.write_seconds)
        proof = self._exchange(15, 19, air.addressed(0, 14))
        return (write + proof).times(len(uids))

    def _inventory(self, uids: Sequence[Uid]) -> Floor:
        reset = self._exchange(5, 6, air.FIELD_OFF)
        _, on_air = air.inventory(uids)
        parts = -(-len(uids) // TAGS_A_FRAME) or 1
        answered = 7 * parts + 10 * len(uids)
        told = Floor(
            on_air + self._wire(7 * parts + answered) + PAUSE_BETWEEN_FRAMES * parts, parts
        )
        return reset + told

    def _exchange(self, asked: int, answered: int, on_air: float) -> Floor:
        return Floor(PAUSE_BETWEEN_FRAMES + self._wire(asked + answered) + on_air, 1)

    def _wire(self, characters: int) -> float:
        return characters * self.bits_a_character / self.baud
