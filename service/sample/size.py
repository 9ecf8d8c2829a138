"""Which sample library: the same size, seed and day make the same one, byte by byte."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from random import Random

from service.sample.collection import Copy, collection, title_count
from service.sample.readers import FEWEST_PATRONS

PATRONS_PER_COPY = 0.08


@dataclass(frozen=True, slots=True)
class Sample:
    """`as_of` is the day from which due dates and expiry days are counted."""

    copies: int
    seed: int
    as_of: date

    @property
    def titles(self) -> int:
        return title_count(self.copies)

    @property
    def patrons(self) -> int:
        return max(FEWEST_PATRONS, round(self.copies * PATRONS_PER_COPY))

    def collection(self) -> Iterator[list[Copy]]:
        """The copies, title by title."""
        return collection(self.copies, self.chance("collection"))

    def chance(self, part: str) -> Random:
        """Each part draws for itself, so that one can change and leave the others as they are."""
        return Random(f"{self.seed}/{part}")
