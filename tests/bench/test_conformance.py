"""Every installed driver keeps its contract on its own simulated device."""

from functools import cache, partial

import pytest

from drivers.conformance.line_faults import FAMILIES, strike
from drivers.conformance.suite import checks_for
from drivers.conformance.trial import Check
from tests.bench.conformance_trials import DRIVERS, troubles

CASES_OF_A_FAMILY = 2
"""A sample of each family of faults; `muontra driver check` tries all."""


def checks_of(name: str) -> dict[str, Check]:
    """The checks of a driver, with the families of faults as one."""
    checks = checks_for(DRIVERS[name].kind)
    families = [check.name for check in checks if check.name in FAMILIES]
    together = Check("faults", "every fault of the line", partial(strike, families=families))
    return {check.name: check for check in (*checks, together) if check.name not in FAMILIES}


@cache
def troubles_of(name: str) -> dict[str, str]:
    trials = {check: (DRIVERS[name], one) for check, one in checks_of(name).items()}
    return troubles(trials, CASES_OF_A_FAMILY)


@pytest.mark.parametrize(
    ("name", "check"), [(name, check) for name in sorted(DRIVERS) for check in checks_of(name)]
)
def test_the_driver_keeps_its_contract(name: str, check: str) -> None:
    assert troubles_of(name)[check] == ""
