import re
from pathlib import Path

import pytest

from drivers.bibliotheca_3m.frames import LONGEST, Frame, decode
from tests.unit.drivers.bibliotheca_3m import golden

READERS = Path(__file__).parents[4] / "docs" / "protocols" / "readers.md"
ALL = (*golden.REQUESTS, *golden.ANSWERS, golden.CHECK_EXAMPLE, *golden.CAPTURED)


@pytest.mark.parametrize("text", ALL)
def test_golden_frame_is_read_and_written_to_the_byte(text: str) -> None:
    raw = bytes.fromhex(text)
    used, frame = decode(raw)
    assert used == len(raw)
    assert frame is not None
    assert frame.raw == raw


def test_every_golden_frame_is_documented_and_every_documented_one_is_tested() -> None:
    _, _, section = READERS.read_text().partition("## Golden frames of 3M pads")
    found = re.findall(r"  ((?:[0-9A-F]{2} )+[0-9A-F]{2})$", section.split("```")[1], re.MULTILINE)
    assert set(found) == set(ALL)


def test_a_claim_of_more_than_any_answer_has_is_not_waited_for() -> None:
    assert decode(bytes.fromhex("D6 FF FF 02")) == (4, None)
    assert decode(bytes.fromhex("D6 00 0F FE")) == (0, None)


def test_a_frame_inside_an_unfinished_frame_is_not_taken_out_of_it() -> None:
    """A tag's memory may hold a whole frame; it must not answer for the pad."""
    outer = Frame(0x02, bytes.fromhex(golden.ASK_VERSION)).raw
    for cut in range(1, len(outer)):
        assert decode(outer[:cut]) == (0, None)


def test_data_that_do_not_fit_are_refused() -> None:
    with pytest.raises(ValueError, match="do not fit"):
        _ = Frame(0x04, bytes(LONGEST)).raw
