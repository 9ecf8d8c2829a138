"""Conformance checks of several drivers, tried side by side: they wait more than they work."""

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from drivers.conformance.suite import checks_for, run
from drivers.conformance.trial import Check
from drivers.registry import Driver, installed_drivers

Key = TypeVar("Key")

SIDE_BY_SIDE = 8
ALONE = "leaks"
"""This check looks at all threads and descriptors of the process."""

DRIVERS = {
    status.name: status.driver
    for status in installed_drivers().values()
    if status.driver is not None and status.driver.simulation
}


def named(driver: Driver, name: str) -> Check:
    """One check of a driver."""
    return next(check for check in checks_for(driver.kind) if check.name == name)


def troubles(
    trials: Mapping[Key, tuple[Driver, Check]], sample: int | None = None
) -> dict[Key, str]:
    """What is wrong in each trial; empty = nothing."""

    def trouble(trial: tuple[Driver, Check]) -> str:
        [verdict] = run(trial[0], [trial[1]], sample)
        return verdict.trouble

    together = {key: trial for key, trial in trials.items() if trial[1].name != ALONE}
    with ThreadPoolExecutor(SIDE_BY_SIDE) as pool:
        said = dict(zip(together, pool.map(trouble, together.values()), strict=True))
    return said | {key: trouble(trial) for key, trial in trials.items() if key not in said}
