"""Which reader answers: the software type of [65] (docs/protocols/readers.md, "FEIG models")."""

from collections.abc import Mapping
from types import MappingProxyType

MODELS: Mapping[int, str] = MappingProxyType(
    {
        30: "ISC.M01",
        31: "ISC.M02",
        40: "ISC.LR100",
        41: "ISC.LR200",
        60: "ISC.PRH101",
        73: "ISC.PRH100",
        75: "ISC.MR200",
        76: "ISC.MR101-A",
        78: "ISC.MR101-U",
        80: "CPR.M02",
        81: "CPR.02",
        82: "CPR40-A",
        83: "CPR40-U",
        87: "CPR.04",
        88: "CPR.04-USB",
        91: "ISC.LRU1000",
    }
)

UHF_MODELS = frozenset({91})
"""Readers of the same family for another kind of tag."""


def model_name(software_type: int) -> str:
    """The printed list has gaps: an unknown number is named, not refused."""
    return MODELS.get(software_type, f"type {software_type}")
