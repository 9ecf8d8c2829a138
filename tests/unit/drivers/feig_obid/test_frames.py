import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from drivers.checksums import FEIG_HOST
from drivers.feig_obid.frames import (
    ADVANCED_MARK,
    SHORTEST,
    Frame,
    decode,
)
from tests.unit.drivers.feig_obid.golden import ADVANCED, ANSWERS, REQUESTS

GOLDEN = [row.frame for row in REQUESTS] + [*ANSWERS, *ADVANCED]

frames = st.builds(
    Frame,
    command=st.integers(0, 255),
    data=st.binary(max_size=250),
    address=st.integers(0, 255),
    advanced=st.booleans(),
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


@given(frames)
def test_encode_and_decode_are_inverse(frame: Frame) -> None:
    raw = frame.raw
    assert decode(raw) == (len(raw), frame)


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


def _accident(stream: bytes, start: int) -> bool:
    """True when the bytes before the good frame happen to begin a frame that checks as well."""
    for at in range(start):
        long = stream[at] == ADVANCED_MARK
        length = int.from_bytes(stream[at + 1 : at + 3]) if long else stream[at]
        raw = stream[at : at + length]
        if len(raw) >= SHORTEST and FEIG_HOST(raw) == 0:
            return True
    return False
