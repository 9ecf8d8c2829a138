"""The conformance suite catches drivers that do one thing wrong, each by the check meant for it."""

from collections.abc import Iterator
from dataclasses import replace

import pytest

from drivers.conformance import drops, rig
from drivers.feig_obid.driver import DRIVER as FEIG
from tests.bench import wrong_devices, wrong_pads
from tests.bench.conformance_trials import DRIVERS, named, troubles

WRONG_PADS = (
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
)

WRONG_DEVICES = (
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
)

WRONG = {
    **{
        (reader.__name__, check): (wrong_pads.wrong(reader), check, words)
        for reader, check, words in WRONG_PADS
    },
    **{
        (kind.__name__, check): (wrong_devices.wrong(DRIVERS[name], kind), check, words)
        for name, kind, check, words in WRONG_DEVICES
    },
    ("LenientSettings", "unknown-settings"): (
        replace(FEIG, settings=wrong_pads.LenientSettings),
        "unknown-settings",
        "forbid_unknown_fields",
    ),
}


@pytest.fixture(scope="module")
def said() -> Iterator[dict[tuple[str, str], str]]:
    """What the suite says of all of them, with less patience for what never ends."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(rig, "RESCUE_SECONDS", 0.6)
        patch.setattr(drops, "LATE_SECONDS", 0.2)
        trials = {key: (driver, named(driver, check)) for key, (driver, check, _) in WRONG.items()}
        yield troubles(trials)


@pytest.mark.parametrize("key", WRONG, ids="-".join)
def test_a_wrong_driver_is_caught_by_the_check_that_is_meant_for_it(
    said: dict[tuple[str, str], str], key: tuple[str, str]
) -> None:
    _, _, words = WRONG[key]
    assert words in said[key]
