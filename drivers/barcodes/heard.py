"""What a splitter makes of a scanner's bytes: frozen values, no I/O."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from drivers.facts import Symbology


@dataclass(frozen=True, slots=True)
class Scanned:
    """The bytes of one whole code. `symbology` where the frame tells it."""

    raw: bytes
    symbology: Symbology | None = None


class Verdict(StrEnum):
    """What a scanner says to a command."""

    DONE = "done"
    AGAIN = "send it again"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Answered:
    """The scanner's answer to a command of ours."""

    verdict: Verdict
    raw: bytes


@dataclass(frozen=True, slots=True)
class Due:
    """What the host must send now, before anything else."""

    raw: bytes


@dataclass(frozen=True, slots=True)
class Dropped:
    """Bytes that are no code; `reason` is for technicians."""

    raw: bytes
    reason: str


Heard = Scanned | Answered | Due | Dropped


class Splitter(Protocol):
    """Collects bytes to codes; pure. Owner: the driver's thread."""

    @property
    def begun(self) -> bool:
        """True while something has begun and not ended."""

    def feed(self, data: bytes) -> Sequence[Heard]:
        """What these bytes complete."""

    def silence(self) -> Sequence[Heard]:
        """Nothing more comes: what has begun is whole, or is cut off and dropped.

        A cut code is never joined with the next one, which may be another person's.
        """

    def drop_begun(self) -> None:
        """The code that has begun is dropped to its end: its start came while the scanner was off.

        Nothing happens when none has begun.
        """
