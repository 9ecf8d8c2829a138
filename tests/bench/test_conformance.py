"""The conformance suite: every driver keeps its contract, and drivers that do not are caught."""

from dataclasses import replace
from functools import partial

import pytest

from drivers.conformance import every_kind, rig
from drivers.conformance.line_faults import FAMILIES, strike
from drivers.conformance.suite import checks_for, run
from drivers.conformance.trial import Check
from drivers.feig_obid.driver import DRIVER as FEIG
from drivers.feig_obid.driver import FeigReader
from drivers.registry import Driver, installed_drivers
from tests.bench import wrong_pads

CASES_OF_A_FAMILY = 2
"""A sample of each family of faults; `muontra driver check` tries all."""

DRIVERS = {
    status.name: status.driver
    for status in installed_drivers().values()
    if status.driver is not None and status.driver.simulation
}


def trouble(driver: Driver, check: Check, sample: int | None = None) -> str:
    [verdict] = run(driver, [check], sample)
    return verdict.trouble


def named(driver: Driver, name: str) -> Check:
    return next(check for check in checks_for(driver.kind) if check.name == name)


@pytest.mark.parametrize(
    ("name", "check"),
    [
        pytest.param(name, check, id=f"{name}-{check.name}")
        for name, driver in sorted(DRIVERS.items())
        for check in checks_for(driver.kind)
        if check.name not in FAMILIES
    ],
)
def test_the_driver_keeps_its_contract(name: str, check: Check) -> None:
    assert trouble(DRIVERS[name], check, CASES_OF_A_FAMILY) == ""


@pytest.mark.parametrize("name", sorted(DRIVERS))
def test_the_driver_survives_faults_of_every_family(name: str) -> None:
    driver = DRIVERS[name]
    families = [check.name for check in checks_for(driver.kind) if check.name in FAMILIES]
    every_family = Check("families", "faults", partial(strike, families=families))
    assert trouble(driver, every_family, CASES_OF_A_FAMILY) == ""


@pytest.mark.parametrize(
    ("reader", "check", "words"),
    [
        (wrong_pads.RepeatsWrites, "lost", "a driver must never repeat a write"),
        (wrong_pads.WritesToWhatLiesThere, "open-close", "0 were asked for"),
        (wrong_pads.TakesAnyAnswer, "lost", "read_blocks gave"),
        (wrong_pads.SeesAnEmptyPad, "another-node", "inventory told of {}"),
        (wrong_pads.RaisesAnything, "lost", "raised KeyError"),
        (wrong_pads.TellsTagsOnce, "every-tag", "inventory told of"),
        (wrong_pads.IgnoresDeadlines, "silent-device", "its deadline was after 0.30 s"),
        (wrong_pads.IsNeverCancelled, "cancel", "after cancel"),
        (wrong_pads.LeaksAThread, "leaks", "threads are left: forgotten"),
        (wrong_pads.LeaksADescriptor, "leaks", "/dev/null"),
        (wrong_pads.SharesTheLine, "second-open", "not PortBusy"),
        (wrong_pads.CallsEverythingLost, "port-missing", "DeviceLost, not PortMissing"),
        (wrong_pads.TakesAMissingTagForADeadPad, "no-such-tag", "DeviceSilent"),
        (wrong_pads.IsOpenedOnce, "open-close", "it was opened before"),
        (wrong_pads.KeepsTheNodeName, "another-node", "PortMissing"),
        (wrong_pads.RecordsNothing, "trace", "stayed empty"),
        (wrong_pads.ReadsTooFar, "end-of-memory", "what is left was asked for"),
        (wrong_pads.ClaimsTheWriteWasDone, "locked-memory", "write_blocks raised nothing"),
    ],
    ids=lambda given: getattr(given, "__name__", None),
)
def test_a_wrong_pad_driver_is_caught_by_the_check_that_is_meant_for_it(
    reader: type[FeigReader], check: str, words: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rig, "RESCUE_SECONDS", 0.6)
    monkeypatch.setattr(every_kind, "SOON_SECONDS", 0.2)
    assert words in trouble(wrong_pads.wrong(reader), named(FEIG, check))


def test_settings_that_take_anything_are_caught() -> None:
    driver = replace(FEIG, settings=wrong_pads.LenientSettings)
    assert "forbid_unknown_fields" in trouble(driver, named(driver, "unknown-settings"))
