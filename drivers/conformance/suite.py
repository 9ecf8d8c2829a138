"""The checks of each kind of device, and how a driver did."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from time import monotonic

from drivers.conformance import cards, drops, gates, pads, printers, scanners
from drivers.conformance.pad_rig import PadRig
from drivers.conformance.rig import Broken, Rig
from drivers.conformance.trial import Check, Trial
from drivers.errors import DriverError
from drivers.registry import DeviceKind, Driver

RIGS: Mapping[DeviceKind, Callable[..., Rig]] = {
    "pad": PadRig,
    "scanner": scanners.ScannerRig,
    "card": cards.CardRig,
    "gate": gates.GateRig,
    "printer": printers.PrinterRig,
    "drop": drops.DropRig,
}

CHECKS: Mapping[DeviceKind, Sequence[Check]] = {
    "pad": pads.CHECKS,
    "scanner": scanners.CHECKS,
    "card": cards.CHECKS,
    "gate": gates.CHECKS,
    "printer": printers.CHECKS,
    "drop": drops.CHECKS,
}


@dataclass(frozen=True, slots=True)
class Verdict:
    """How a driver did in one check; `trouble` is empty when it did well."""

    check: str
    sentence: str
    trouble: str
    seconds: float


def checks_for(kind: DeviceKind) -> Sequence[Check]:
    """All checks of a kind, in the order in which they are tried."""
    return CHECKS[kind]


def run(
    driver: Driver, checks: Sequence[Check], sample: int | None = None, seed: int = 0
) -> Iterator[Verdict]:
    """Try a driver, one check after the other. Raises NoSimulation where it brings no device."""
    with TemporaryDirectory(prefix="conformance-") as folder:
        for check in checks:
            place = Path(folder) / check.name
            trial = Trial(driver, RIGS[driver.kind], place, sample, seed)
            began = monotonic()
            trouble = _trouble(check, trial)
            yield Verdict(check.name, check.sentence, trouble, monotonic() - began)


def _trouble(check: Check, trial: Trial) -> str:
    try:
        check.run(trial)
    except Broken as problem:
        return str(problem)
    except DriverError as problem:
        return f"{type(problem).__name__}, where nothing was wrong: {problem}"
    return ""
