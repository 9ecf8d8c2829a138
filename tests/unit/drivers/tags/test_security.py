import pytest

from drivers.tags.security import LibraryProfile, SecurityState


def test_the_usual_pair() -> None:
    profile = LibraryProfile()
    assert profile.state_of(0x07) is SecurityState.SECURED
    assert profile.state_of(0xC2) is SecurityState.RELEASED
    assert profile.afi_for(SecurityState.SECURED) == 0x07
    assert profile.afi_for(SecurityState.RELEASED) == 0xC2


@pytest.mark.parametrize("afi", [None, *sorted(set(range(256)) - {0x07, 0xC2})])
def test_any_other_value_is_never_taken_as_secured(afi: int | None) -> None:
    assert LibraryProfile().state_of(afi) is SecurityState.UNKNOWN


def test_a_library_with_the_older_pair() -> None:
    profile = LibraryProfile(afi_secured=0xD7, afi_released=0xDA)
    assert profile.state_of(0xD7) is SecurityState.SECURED
    assert profile.state_of(0x07) is SecurityState.UNKNOWN


@pytest.mark.parametrize(("secured", "released"), [(7, 7), (256, 7), (7, -1)])
def test_a_pair_that_cannot_be_told_apart_is_refused(secured: int, released: int) -> None:
    with pytest.raises(ValueError, match="afi_"):
        LibraryProfile(secured, released)


def test_nobody_writes_an_unknown_state() -> None:
    with pytest.raises(ValueError, match="cannot be written"):
        LibraryProfile().afi_for(SecurityState.UNKNOWN)
