"""The conformance suite: every driver keeps its contract, and drivers that do not are caught."""

from dataclasses import replace
from functools import partial

import pytest

from drivers.conformance import drops, every_kind, rig
from drivers.conformance.line_faults import FAMILIES, strike
from drivers.conformance.suite import checks_for, run
from drivers.conformance.trial import Check
from drivers.feig_obid.driver import DRIVER as FEIG
from drivers.feig_obid.driver import FeigReader
from drivers.registry import Driver, installed_drivers
from tests.bench import wrong_devices, wrong_pads

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


@pytest.mark.parametrize(
    ("name", "kind", "check", "words"),
    [
        ("barcode_serial", wrong_devices.CutsCodes, "order", "none of the codes"),
        ("barcode_serial", wrong_devices.IsAlwaysOn, "off-means-off", "while the scanner was off"),
        ("barcode_serial", wrong_devices.IsOnAfterOpen, "off-after-open", "right after open"),
        ("barcode_serial", wrong_devices.TracesCodes, "trace", "record_masked"),
        ("contactless_card", wrong_devices.TellsACardAgain, "stays-once", "a second time"),
        ("contactless_card", wrong_devices.TakesRandomNumbers, "random-uid", "drawn anew"),
        ("contactless_card", wrong_devices.MisreadsCards, "open-close", "that no card has"),
        ("feig_gate", wrong_devices.TakesByItself, "until-taken", "nobody had taken it"),
        ("feig_gate", wrong_devices.NeverTakes, "until-taken", "after it had been taken"),
        ("feig_gate", wrong_devices.TakesWhatWasNotGiven, "nothing-lost", "was lost"),
        ("feig_gate", wrong_devices.LightsNothing, "signal", "lit no lamp"),
        ("escpos_printer", wrong_devices.PrintsTwice, "once", "2 receipts for 1"),
        ("escpos_printer", wrong_devices.PrintsAgainInDoubt, "no-answer", "2 receipts for 1"),
        ("escpos_printer", wrong_devices.HidesThatPaperIsOut, "no-paper", "raised nothing"),
        ("escpos_printer", wrong_devices.WantsAnAnswer, "no-answer", "DeviceSilent"),
        ("book_drop", wrong_devices.KeepsItselfAlive, "rest-alone", "still on"),
        ("book_drop", wrong_devices.NeverRests, "rest-closed", "after close"),
        ("book_drop", wrong_devices.InventsAJam, "open-close", "a jam is told"),
    ],
    ids=lambda given: getattr(given, "__name__", None),
)
def test_a_wrong_driver_of_another_kind_is_caught_by_the_check_that_is_meant_for_it(
    name: str,
    kind: type[wrong_devices.Wrong],
    check: str,
    words: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(drops, "LATE_SECONDS", 0.2)
    driver = wrong_devices.wrong(DRIVERS[name], kind)
    assert words in trouble(driver, named(driver, check))


def test_settings_that_take_anything_are_caught() -> None:
    driver = replace(FEIG, settings=wrong_pads.LenientSettings)
    assert "forbid_unknown_fields" in trouble(driver, named(driver, "unknown-settings"))
