"""What a check is, and what it is given to try a driver with."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from random import Random
from typing import TypeVar

from drivers.conformance.rig import Rig
from drivers.registry import Driver

T = TypeVar("T")
R = TypeVar("R", bound=Rig)

SIDE_BY_SIDE = 12
"""Cases wait more than they work."""


@dataclass(slots=True)
class Trial:
    """One driver under trial. `sample`: how many cases of a check are tried, None for all;
    which ones depends on `seed` alone.
    """

    driver: Driver
    make_rig: Callable[..., Rig]
    folder: Path
    sample: int | None = None
    seed: int = 0
    _numbers: "count[int]" = field(default_factory=count)

    def rig(self, *, hurried: bool = True) -> Rig:
        """A device of its own, plugged in; to be used in `with`."""
        folder = self.folder / f"{next(self._numbers)}"
        folder.mkdir(parents=True)
        return self.make_rig(self.driver, folder, hurried=hurried)

    def some(self, cases: Sequence[T]) -> Sequence[T]:
        """The cases to try."""
        if self.sample is None or len(cases) <= self.sample:
            return cases
        return Random(self.seed).sample(cases, self.sample)

    def each(self, cases: Sequence[T], attempt: Callable[[T], None]) -> None:
        """Try the cases side by side; raises what the first of them raised."""
        with ThreadPoolExecutor(SIDE_BY_SIDE) as pool:
            list(pool.map(attempt, cases))


def rig_of(trial: Trial, kind: type[R]) -> R:
    """The rig of a check that is for one kind of device only."""
    rig = trial.rig()
    if not isinstance(rig, kind):
        raise TypeError(f"{trial.driver.name} is a {trial.driver.kind}: no {kind.__name__}")
    return rig


@dataclass(frozen=True, slots=True)
class Check:
    """`run` raises Broken where the driver does not do what `sentence` requires."""

    name: str
    sentence: str
    run: Callable[[Trial], None]
