import pytest

from drivers.feig_obid.frames import (
    Frame,
    decode,
)
from tests.unit.drivers.feig_obid.golden import ADVANCED, ANSWERS, REQUESTS

GOLDEN = [row.frame for row in REQUESTS] + [*ANSWERS, *ADVANCED]


@pytest.mark.parametrize("text", GOLDEN)
def test_golden_frame_is_read_and_written_to_the_byte(text: str) -> None:
    raw = bytes.fromhex(text)
    used, frame = decode(raw)
    assert used == len(raw)
    assert frame is not None
    assert frame.raw == raw


def test_the_first_byte_tells_advanced_from_standard() -> None:
    for text in ADVANCED:
        _, frame = decode(bytes.fromhex(text))
        assert frame is not None
        assert frame.advanced


def test_an_unfinished_frame_waits_for_the_rest_and_is_dropped_in_silence() -> None:
    raw = bytes.fromhex("0D 00 65 00 02 05")
    assert decode(raw) == (0, None)
    assert decode(raw, silent=True) == (len(raw), None)


def test_a_frame_inside_an_unfinished_frame_is_not_taken_out_of_it() -> None:
    """A tag's memory may hold a whole frame; it must not answer for the reader."""
    outer = Frame(0xB0, bytes.fromhex("00 08 08 00 06 00 B0 01 5C 63 00 00"), address=0).raw
    for cut in range(1, len(outer)):
        assert decode(outer[:cut]) == (0, None)


@pytest.mark.parametrize("advanced", [False, True])
def test_data_that_do_not_fit_are_refused(advanced: bool) -> None:
    with pytest.raises(ValueError, match="do not fit"):
        _ = Frame(0xB0, bytes(65_536 if advanced else 251), advanced=advanced).raw
