import re
from pathlib import Path

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from drivers.bibliotheca_3m.frames import HEAD, LONGEST, STARTS, Frame, decode
from drivers.checksums import BIBLIOTHECA_HOST
from tests.unit.drivers.bibliotheca_3m import golden

READERS = Path(__file__).parents[4] / "docs" / "protocols" / "readers.md"
ALL = (*golden.REQUESTS, *golden.ANSWERS, golden.CHECK_EXAMPLE, *golden.CAPTURED)

frames = st.builds(
    Frame,
    command=st.integers(0, 255),
    data=st.binary(max_size=300),
    start=st.sampled_from(sorted(STARTS)),
)


def decoded(buffer: bytes) -> list[Frame]:
    """All frames of a line that has fallen silent."""
    found: list[Frame] = []
    while buffer:
        used, frame = decode(buffer, silent=True)
        buffer = buffer[used:]
        if frame is not None:
            found.append(frame)
    return found


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


@given(frames)
def test_encode_and_decode_are_inverse(frame: Frame) -> None:
    assert decode(frame.raw) == (len(frame.raw), frame)


@given(st.lists(frames, max_size=5), st.lists(st.integers(1, 40), min_size=1))
def test_any_split_of_the_stream_gives_the_same_frames(sent: list[Frame], cuts: list[int]) -> None:
    stream = b"".join(frame.raw for frame in sent)
    buffer, received, at = b"", list[Frame](), 0
    while at < len(stream):
        step = cuts[at % len(cuts)]
        buffer, at = buffer + stream[at : at + step], at + step
        while True:
            used, frame = decode(buffer)
            buffer = buffer[used:]
            if frame is None:
                break
            received.append(frame)
    assert received == sent


@given(st.binary(max_size=300), st.booleans())
def test_garbage_never_raises(garbage: bytes, silent: bool) -> None:
    used, _ = decode(garbage, silent=silent)
    assert 0 <= used <= len(garbage)
    assert used or not silent or not garbage


@given(st.binary(max_size=40), frames)
def test_garbage_never_hides_the_next_good_frame(garbage: bytes, frame: Frame) -> None:
    stream = garbage + frame.raw
    assume(not _accident(stream, len(garbage)))
    assert decoded(stream) == [frame]


@given(st.lists(frames, min_size=1, max_size=4), st.data())
def test_a_damaged_frame_is_never_taken_for_a_good_one(
    sent: list[Frame], data: st.DataObject
) -> None:
    stream = bytearray(b"".join(frame.raw for frame in sent))
    at = data.draw(st.integers(0, len(stream) - 1))
    stream[at] ^= 1 << data.draw(st.integers(0, 7))
    assert decoded(bytes(stream)) != sent


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


def _accident(stream: bytes, start: int) -> bool:
    """True when the bytes before the good frame happen to begin a frame that checks as well."""
    for at in range(start):
        length = int.from_bytes(stream[at + 1 : at + HEAD])
        raw = stream[at : at + HEAD + length]
        whole = len(raw) == HEAD + length > HEAD + 2
        if whole and BIBLIOTHECA_HOST(raw[1:-2]) == int.from_bytes(raw[-2:]):
            return True
    return False
