"""What holds for every codec whose frames tell their size and carry a check."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from drivers.bibliotheca_3m import frames as bibliotheca
from drivers.checksums import BIBLIOTHECA_HOST, FEIG_HOST
from drivers.feig_obid import frames as feig


@dataclass(frozen=True)
class Codec:
    """`begins(stream, at)`: the bytes of a frame that would begin there and fit its check."""

    decode: Callable[[bytes, bool], tuple[int, Any]]
    frames: st.SearchStrategy[Any]
    begins: Callable[[bytes, int], bytes]


def _feig_begins(stream: bytes, at: int) -> bytes:
    long = stream[at] == feig.ADVANCED_MARK
    length = int.from_bytes(stream[at + 1 : at + 3]) if long else stream[at]
    raw = stream[at : at + length]
    return raw if len(raw) >= feig.SHORTEST and FEIG_HOST(raw) == 0 else b""


def _bibliotheca_begins(stream: bytes, at: int) -> bytes:
    length = int.from_bytes(stream[at + 1 : at + bibliotheca.HEAD])
    raw = stream[at : at + bibliotheca.HEAD + length]
    whole = len(raw) == bibliotheca.HEAD + length > bibliotheca.HEAD + 2
    return raw if whole and BIBLIOTHECA_HOST(raw[1:-2]) == int.from_bytes(raw[-2:]) else b""


FEIG = Codec(
    feig.decode,
    st.builds(
        feig.Frame,
        command=st.integers(0, 255),
        data=st.binary(max_size=250),
        address=st.integers(0, 255),
        advanced=st.booleans(),
    ),
    _feig_begins,
)
BIBLIOTHECA = Codec(
    bibliotheca.decode,
    st.builds(
        bibliotheca.Frame,
        command=st.integers(0, 255),
        data=st.binary(max_size=300),
        start=st.sampled_from(sorted(bibliotheca.STARTS)),
    ),
    _bibliotheca_begins,
)

codecs = pytest.mark.parametrize("codec", [FEIG, BIBLIOTHECA], ids=["FEIG", "3M"])


def decoded(codec: Codec, buffer: bytes) -> list[Any]:
    """All frames of a line that has fallen silent."""
    found = []
    while buffer:
        used, frame = codec.decode(buffer, True)
        buffer = buffer[used:]
        if frame is not None:
            found.append(frame)
    return found


@codecs
@given(data=st.data())
def test_encode_and_decode_are_inverse(codec: Codec, data: st.DataObject) -> None:
    frame = data.draw(codec.frames)
    assert codec.decode(frame.raw, False) == (len(frame.raw), frame)


@codecs
@given(data=st.data(), cuts=st.lists(st.integers(1, 40), min_size=1))
def test_any_split_of_the_stream_gives_the_same_frames(
    codec: Codec, data: st.DataObject, cuts: list[int]
) -> None:
    sent = data.draw(st.lists(codec.frames, max_size=5))
    stream = b"".join(frame.raw for frame in sent)
    buffer, received, at = b"", list[Any](), 0
    while at < len(stream):
        step = cuts[at % len(cuts)]
        buffer, at = buffer + stream[at : at + step], at + step
        while True:
            used, frame = codec.decode(buffer, False)
            buffer = buffer[used:]
            if frame is None:
                break
            received.append(frame)
    assert received == sent


@codecs
@given(garbage=st.binary(max_size=300), silent=st.booleans())
def test_garbage_never_raises(codec: Codec, garbage: bytes, silent: bool) -> None:
    used, _ = codec.decode(garbage, silent)
    assert 0 <= used <= len(garbage)
    assert used or not silent or not garbage


@codecs
@given(data=st.data(), garbage=st.binary(max_size=40))
def test_garbage_never_hides_the_next_good_frame(
    codec: Codec, data: st.DataObject, garbage: bytes
) -> None:
    frame = data.draw(codec.frames)
    stream = garbage + frame.raw
    assume(not any(codec.begins(stream, at) for at in range(len(garbage))))
    assert decoded(codec, stream) == [frame]


@codecs
@given(data=st.data())
def test_a_damaged_frame_is_never_taken_for_a_good_one(codec: Codec, data: st.DataObject) -> None:
    sent = data.draw(st.lists(codec.frames, min_size=1, max_size=4))
    stream = bytearray(b"".join(frame.raw for frame in sent))
    at = data.draw(st.integers(0, len(stream) - 1))
    stream[at] ^= 1 << data.draw(st.integers(0, 7))
    assert decoded(codec, bytes(stream)) != sent
