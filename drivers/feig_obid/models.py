"""Which reader answers, and what its family can do (docs/protocols/readers.md, "FEIG models")."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import Literal, NamedTuple

from drivers.feig_obid.outputs import OutputForm


class Family(StrEnum):
    CLASSIC_PRO = "CPR"
    MID_RANGE = "MR"
    PROXIMITY = "PR"
    LONG_RANGE = "LR"
    UHF = "UHF"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Abilities:
    """What readers of a family take. `custom_until`: the first firmware without the custom
    commands [B1], None = all have them. `buffers`: they collect tags by themselves, as gates do.
    """

    frames: tuple[Literal["standard", "advanced"], ...]
    outputs: OutputForm
    custom_until: int | None = None
    antennas: int = 1
    buffers: bool = False

    def custom_commands(self, revision: int) -> bool:
        """True where the firmware `revision` (2.05 is 0x0205) knows [B1]."""
        return self.custom_until is None or revision < self.custom_until


ABILITIES: Mapping[Family, Abilities] = MappingProxyType(
    {
        Family.CLASSIC_PRO: Abilities(("standard",), "71", custom_until=0x0200),
        Family.MID_RANGE: Abilities(("standard", "advanced"), "71"),
        Family.PROXIMITY: Abilities(("standard", "advanced"), "71"),
        Family.LONG_RANGE: Abilities(("standard", "advanced"), "72", antennas=2, buffers=True),
        Family.UHF: Abilities(("advanced",), "72", antennas=4, buffers=True),
        Family.UNKNOWN: Abilities(("standard", "advanced"), "71", antennas=2),
    }
)


class Model(NamedTuple):
    """`usb`: made for a plain USB plug; on a serial line only as a virtual COM port."""

    name: str
    family: Family
    usb: bool = False

    @property
    def abilities(self) -> Abilities:
        """Those of its family, unless it differs."""
        return _OWN_ABILITIES.get(self.name, ABILITIES[self.family])


_OWN_ABILITIES: Mapping[str, Abilities] = MappingProxyType(
    {
        "ISC.MR200": Abilities(("standard", "advanced"), "71", buffers=True),
        "ISC.LR200": Abilities(("standard", "advanced"), "71", buffers=True),
    }
)

MODELS: Mapping[int, Model] = MappingProxyType(
    {
        30: Model("ISC.M01", Family.MID_RANGE),
        31: Model("ISC.M02", Family.MID_RANGE),
        33: Model("ISC.M02.M8", Family.MID_RANGE),
        40: Model("ISC.LR100", Family.LONG_RANGE),
        41: Model("ISC.LR200", Family.LONG_RANGE),
        42: Model("ISC.LR2000", Family.LONG_RANGE),
        43: Model("ISC.LR2500-B", Family.LONG_RANGE),
        44: Model("ISC.LR2500-A", Family.LONG_RANGE),
        45: Model("ISC.LR1002", Family.LONG_RANGE),
        50: Model("ISC.MU02", Family.UHF),
        51: Model("ISC.MU95", Family.UHF),
        54: Model("ISC.MRU102", Family.UHF),
        55: Model("ISC.MRU200", Family.UHF),
        60: Model("ISC.PRH101", Family.PROXIMITY),
        61: Model("ISC.PRH101-U", Family.PROXIMITY, usb=True),
        62: Model("ISC.PRHD102", Family.PROXIMITY),
        63: Model("ISC.PRH102", Family.PROXIMITY),
        64: Model("ISC.PRH200", Family.PROXIMITY),
        71: Model("ISC.PRH100-U", Family.PROXIMITY, usb=True),
        72: Model("ISC.PRH100", Family.PROXIMITY),
        73: Model("ISC.MR100-U", Family.MID_RANGE, usb=True),
        74: Model("ISC.MR100 or PR100", Family.MID_RANGE),
        75: Model("ISC.MR200", Family.MID_RANGE),
        76: Model("ISC.MR101", Family.MID_RANGE),
        77: Model("ISC.MR102", Family.MID_RANGE),
        78: Model("ISC.MR101-U", Family.MID_RANGE, usb=True),
        80: Model("CPR.M02", Family.CLASSIC_PRO),
        81: Model("CPR.02", Family.CLASSIC_PRO),
        82: Model("CPR40-U", Family.CLASSIC_PRO, usb=True),
        83: Model("CPR40", Family.CLASSIC_PRO),
        84: Model("CPR50", Family.CLASSIC_PRO),
        85: Model("CPR44", Family.CLASSIC_PRO),
        86: Model("CPR30", Family.CLASSIC_PRO),
        87: Model("CPR52", Family.CLASSIC_PRO),
        88: Model("CPR.04-U", Family.CLASSIC_PRO, usb=True),
        89: Model("CPR46", Family.CLASSIC_PRO),
        91: Model("ISC.LRU1002", Family.UHF),
        92: Model("ISC.LRU1000", Family.UHF),
        93: Model("ISC.LRU2000", Family.UHF),
        94: Model("ISC.LRU3000", Family.UHF),
        110: Model("CPR20", Family.CLASSIC_PRO),
        111: Model("CPR47", Family.CLASSIC_PRO),
        113: Model("CPR60", Family.CLASSIC_PRO),
    }
)


def model_of(software_type: int) -> Model:
    """A number that nobody has listed is named, not refused."""
    return MODELS.get(software_type, Model(f"type {software_type}", Family.UNKNOWN))
