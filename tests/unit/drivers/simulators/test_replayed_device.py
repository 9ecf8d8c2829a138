"""A saved trace as a device: pieces, questions out of order, questions that nobody asked then."""

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.frame_trace import Direction
from drivers.frame_trace_file import SavedFrame
from drivers.simulators.device import Say
from drivers.simulators.replayed_device import Otherwise, ReplayedDevice, exchanges_of


def frame(direction: str, raw: str, sentence: str = "") -> SavedFrame:
    return SavedFrame(at=0.0, direction=Direction(direction), hex=raw, sentence=sentence)


TALK = (
    frame("←", "EE", "noise before the first question"),
    frame("→", "0102", "version"),
    frame("←", "0A"),
    frame("→", "0304", "inventory"),
    frame("✗", "FF"),
    frame("←", "0B"),
    frame("→", "", "masked"),
    frame("→", "0304", "inventory"),
    frame("←", "0C"),
    frame("→", "05", "acknowledged"),
)


def said(acts: Sequence[object]) -> str:
    return b"".join(act.data for act in acts if isinstance(act, Say)).hex().upper()


def heard(device: ReplayedDevice, raw: str, at: float = 1.0) -> str:
    return said(device.receive(bytes.fromhex(raw), at))


def test_answers_are_what_came_before_the_next_question() -> None:
    talk = list(exchanges_of(TALK))
    assert [each.question.hex() for each in talk] == ["0102", "0304", "0304", "05"]
    assert [b"".join(each.answers).hex() for each in talk] == ["0a", "ff0b", "0c", ""]


def test_the_same_question_is_answered_as_it_was_each_time() -> None:
    device = ReplayedDevice(TALK)
    assert [heard(device, "0304"), heard(device, "0304")] == ["FF0B", "0C"]
    assert not device.used_up
    assert heard(device, "0304") == "FF0B"
    assert device.used_up
    assert device.asked == {1, 2}


def test_the_last_question_ends_the_trace_also_without_an_answer() -> None:
    device = ReplayedDevice(TALK)
    assert heard(device, "05") == ""
    assert (device.used_up, device.otherwise) == (True, [])


@pytest.mark.parametrize("pieces", [["09", "08", "07"], ["090807"]])
def test_a_question_that_nobody_asked_then_is_kept_whole(pieces: list[str]) -> None:
    device = ReplayedDevice(TALK)
    heard(device, "0102")
    assert [heard(device, piece, 2.0) for piece in pieces] == [""] * len(pieces)
    recorded = list(exchanges_of(TALK))[1]
    assert device.otherwise == [Otherwise(bytes.fromhex("090807"), recorded)]
    assert heard(device, "09", 3.0) == ""
    assert len(device.otherwise) == 2
    assert heard(device, "0304", 4.0) == "FF0B"


def test_half_a_question_is_forgotten_when_the_line_fell_silent() -> None:
    device = ReplayedDevice(TALK)
    assert heard(device, "01", 1.0) == ""
    assert heard(device, "0304", 2.0) == "FF0B"
    assert device.otherwise == []


@given(st.data())
def test_any_split_of_the_questions_gives_the_same_answers(data: st.DataObject) -> None:
    stream = bytes.fromhex("010203040304" + "05")
    device, answers, rest = ReplayedDevice(TALK), "", stream
    while rest:
        size = data.draw(st.integers(1, len(rest)))
        answers += said(device.receive(rest[:size], 1.0))
        rest = rest[size:]
    assert answers == "0AFF0B0C"
    assert (device.otherwise, device.asked) == ([], {0, 1, 2, 3})


@given(st.lists(st.binary(max_size=6), max_size=6))
def test_whatever_is_asked_never_harms(pieces: list[bytes]) -> None:
    for frames in (TALK, ()):
        device = ReplayedDevice(frames)
        for piece in pieces:
            device.receive(piece, 1.0)
        assert len(device._buffer) <= 2
