"""PN532 frames (docs/protocols/cards.md, "PN532 frames")."""

from collections.abc import Sequence
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.contactless_card.frames import (
    ACK,
    LONGEST,
    NACK,
    START,
    WAKE_UP,
    Frame,
    after_silence,
    command,
    decode,
    encode,
    first_frame,
)

GOLDEN = (
    ("0000FF02FED4022A00", command(0x02)),
    ("0000FF06FAD50332010607E800", Frame(bytes.fromhex("D50332010607"))),
    ("0000FF05FBD41401000017 00", command(0x14, b"\x01\x00\x00")),
    ("0000FF02FED5151600", Frame(bytes.fromhex("D515"))),
    ("0000FF03FDD41007 1500", command(0x10, b"\x07")),
    ("0000FF04FCD44A0100E100", command(0x4A, b"\x01\x00")),
    ("0000FF01FF7F8100", Frame(b"\x7f")),
    ("0000FF00FF00", Frame(b"", is_ack=True)),
    ("0000FFFF0000", Frame(b"", is_nack=True)),
)


def frames_in(pieces: Sequence[bytes]) -> list[Frame]:
    """What a reader of the line gets; after the last piece nothing more comes."""
    frames, buffer = [], b""
    for piece in (*pieces, None):
        buffer = after_silence(buffer) if piece is None else buffer + piece
        while True:
            used, frame = decode(buffer)
            assert used <= len(buffer)
            buffer = buffer[used:]
            if frame is not None:
                frames.append(frame)
            elif not used and piece is None and buffer:
                buffer = after_silence(buffer)
            elif not used:
                break
    return frames


def cut(raw: bytes, cuts: Sequence[int]) -> list[bytes]:
    places = [0, *sorted(at % (len(raw) + 1) for at in cuts), len(raw)]
    return [raw[a:b] for a, b in pairwise(places)]


some_frames = st.one_of(
    st.just(Frame(b"", is_ack=True)),
    st.just(Frame(b"", is_nack=True)),
    st.binary(min_size=1, max_size=LONGEST).map(Frame),
)


@pytest.mark.parametrize(("raw", "frame"), GOLDEN, ids=[raw for raw, _ in GOLDEN])
def test_golden_frames_both_ways(raw: str, frame: Frame) -> None:
    assert encode(frame) == bytes.fromhex(raw)
    assert first_frame(bytes.fromhex(raw)) == frame


@given(st.binary(min_size=256, max_size=LONGEST))
def test_a_long_frame_carries_two_bytes_of_length(data: bytes) -> None:
    raw = encode(Frame(data))
    assert raw[:5] == b"\x00\x00\xff\xff\xff"
    assert int.from_bytes(raw[5:7], "big") == len(data)
    assert sum(raw[5:8]) & 0xFF == sum(raw[8:-1]) & 0xFF == 0


@given(st.lists(some_frames, max_size=4), st.lists(st.integers(0, 5000), max_size=6))
def test_any_split_of_the_stream_gives_the_same_frames(
    frames: list[Frame], cuts: list[int]
) -> None:
    raw = WAKE_UP + b"".join(map(encode, frames))
    assert frames_in(cut(raw, cuts)) == frames


@given(st.binary(max_size=60), some_frames)
def test_garbage_never_hides_the_next_good_frame(garbage: bytes, frame: Frame) -> None:
    assert frame in frames_in([garbage, b"\x00" * 2, encode(frame)])


@pytest.mark.parametrize("head", ["0000FF", "0000FF05", "0000FF10F0D5", "0000FFFFFF0109F6D5"])
def test_a_frame_that_stays_cut_is_given_up_in_silence(head: str) -> None:
    """Its length says that more comes, and what comes is the answer to the next question."""
    frame = Frame(bytes.fromhex("D54B00"))
    assert frames_in([bytes.fromhex(head), encode(frame)])[-1] == frame


@given(some_frames, st.integers(0, 8 * 280))
def test_one_turned_bit_never_gives_another_frame(frame: Frame, bit: int) -> None:
    raw = bytearray(encode(frame)[1:-1])
    raw[bit // 8 % len(raw)] ^= 1 << bit % 8
    assert all(got == frame or got.data == b"" for got in frames_in([bytes(raw)]))


@given(st.binary(max_size=400))
def test_garbage_is_used_up_and_the_rest_is_bounded(garbage: bytes) -> None:
    buffer = garbage
    used, _ = decode(buffer)
    while used:
        buffer = buffer[used:]
        used, _ = decode(buffer)
    assert len(buffer) <= LONGEST + 8
    assert not buffer or buffer == b"\x00" or buffer.startswith(START)


def test_an_empty_or_overlong_frame_is_none() -> None:
    assert frames_in([bytes.fromhex("0000FF000000")]) == []
    assert frames_in([bytes.fromhex("0000FFFFFFFFFF02") + bytes(300)]) == []


def test_acknowledgements() -> None:
    assert [encode(Frame(b"", is_ack=True)), encode(Frame(b"", is_nack=True))] == [ACK, NACK]
