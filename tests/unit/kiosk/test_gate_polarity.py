"""What two walks with a test tag prove about a gate."""

import pytest

from drivers.tags.security import LibraryProfile
from kiosk.gate_polarity import Polarity, polarity_of

PROFILE = LibraryProfile(afi_secured=0x9E, afi_released=0xC2)


@pytest.mark.parametrize(
    ("secured", "released", "polarity", "said"),
    [
        (True, False, Polarity.RIGHT, "Nothing."),
        (False, True, Polarity.REVERSED, "secured_afi = 0x9E"),
        (True, True, Polarity.ALWAYS, "AFI C2"),
        (False, False, Polarity.NEVER, "AFI 9E"),
    ],
)
def test_only_an_alarm_for_the_secured_tag_alone_is_right(
    *, secured: bool, released: bool, polarity: Polarity, said: str
) -> None:
    found = polarity_of(secured=secured, released=released, profile=PROFILE)
    assert found.polarity is polarity
    assert said in found.advice
    assert ("Do not go live" in found.sentence) == (
        polarity in {Polarity.REVERSED, Polarity.ALWAYS}
    )
