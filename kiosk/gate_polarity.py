"""Does a gate alarm for secured tags and for no others? What a walk with each one shows. Pure.

Some texts have the two values the wrong way round: only a test tag proves which way this gate takes
them (docs/protocols/gates.md).
"""

from enum import StrEnum

from msgspec import Struct

from drivers.tags.security import LibraryProfile


class Polarity(StrEnum):
    """What the gate alarms for."""

    RIGHT = "right"
    REVERSED = "reversed"
    ALWAYS = "always"
    NEVER = "never"


OF_WALKS: dict[tuple[bool, bool], Polarity] = {
    # (it alarmed for the secured tag, for the released one)
    (True, False): Polarity.RIGHT,
    (False, True): Polarity.REVERSED,
    (True, True): Polarity.ALWAYS,
    (False, False): Polarity.NEVER,
}

SENTENCES: dict[Polarity, str] = {
    Polarity.RIGHT: "The gate alarms for secured tags and lets released ones pass.",
    Polarity.REVERSED: "The gate is set the wrong way round: it alarms for released tags and lets"
    " secured ones pass. Do not go live.",
    Polarity.ALWAYS: "The gate alarmed for both tags. Do not go live.",
    Polarity.NEVER: "The gate alarmed for neither tag.",
}

ADVICE: dict[Polarity, str] = {
    Polarity.RIGHT: "Nothing.",
    Polarity.REVERSED: "Set the reader's own alarm value (AFI) to {secured}, and under this gate's"
    " [device.settings] secured_afi = 0x{secured} where its driver has that; then test again.",
    Polarity.ALWAYS: "Was the second tag truly released (`muontra tag read`: AFI {released})?"
    " If so, the gate looks at every tag, or at EAS: set its AFI filter to {secured}.",
    Polarity.NEVER: "Was the first tag truly secured (`muontra tag read`: AFI {secured})? Carry it"
    " upright through the middle; then look at the gate's power and at its AFI value.",
}


class PolarityFound(Struct, frozen=True):
    """The finding, and what to do."""

    polarity: Polarity
    sentence: str
    advice: str


def polarity_of(*, secured: bool, released: bool, profile: LibraryProfile) -> PolarityFound:
    """`secured`, `released`: whether the gate alarmed for such a tag."""
    found = OF_WALKS[secured, released]
    values = {"secured": f"{profile.afi_secured:02X}", "released": f"{profile.afi_released:02X}"}
    return PolarityFound(found, SENTENCES[found], ADVICE[found].format_map(values))
