"""What a printer's answers mean (docs/protocols/printers.md, "Status")."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.escpos_printer.frames import (
    Question,
    decode,
    is_sound,
    question_frame,
    status_of,
)
from drivers.interfaces import Paper, PrinterStatus

IDLE = 0x12
ALL_WELL = dict.fromkeys(Question, IDLE)


@pytest.mark.parametrize(("question", "raw"), [(1, "100401"), (2, "100402"), (4, "100404")])
def test_golden_questions(question: int, raw: str) -> None:
    assert question_frame(Question(question)).hex() == raw


@pytest.mark.parametrize(
    ("answer", "paper"),
    [(0x12, Paper.GOOD), (0x1E, Paper.NEAR_END), (0x72, Paper.OUT), (0x7E, Paper.OUT)],
)
def test_golden_answers_about_paper(answer: int, paper: Paper) -> None:
    assert status_of({Question.PAPER: answer}).paper is paper


def test_all_well() -> None:
    told = status_of(ALL_WELL)
    assert told == PrinterStatus(Paper.GOOD, cover_open=False, offline=False)
    assert told.hindrance == ""


def test_no_answer_is_unknown_and_no_hindrance() -> None:
    assert status_of({}) == PrinterStatus()
    assert PrinterStatus().hindrance == ""


@pytest.mark.parametrize(
    ("question", "answer", "word"),
    [
        (Question.PAPER, 0x72, "paper"),
        (Question.OFFLINE, 0x32, "paper"),
        (Question.OFFLINE, 0x16, "cover"),
        (Question.PRINTER, 0x1A, "offline"),
    ],
)
def test_what_hinders_is_named(question: Question, answer: int, word: str) -> None:
    assert word in status_of({**ALL_WELL, question: answer}).hindrance


def test_near_end_prints() -> None:
    assert status_of({**ALL_WELL, Question.PAPER: 0x1E}).hindrance == ""


def test_offline_with_a_known_reason_names_the_reason() -> None:
    told = status_of({**ALL_WELL, Question.PRINTER: 0x1A, Question.ERROR: 0x1A})
    assert "cutter" in told.hindrance


@pytest.mark.parametrize(
    ("question", "answer", "word"),
    [
        (Question.OFFLINE, 0x1A, "button"),
        (Question.ERROR, 0x1A, "cutter"),
        (Question.ERROR, 0x32, "repaired"),
        (Question.ERROR, 0x52, "hot"),
        (Question.OFFLINE, 0x52, "error"),
    ],
)
def test_troubles_are_told_with_what_to_do(question: Question, answer: int, word: str) -> None:
    assert word in status_of({**ALL_WELL, question: answer}).trouble


def test_an_error_with_a_name_is_told_once() -> None:
    told = status_of({**ALL_WELL, Question.OFFLINE: 0x52, Question.ERROR: 0x1A})
    assert told.trouble.count(";") == 1
    assert "cutter" in told.trouble
    assert "because of an error" not in told.trouble


@pytest.mark.parametrize("half", [0x16, 0x1A, 0x32, 0x52])
def test_half_a_pair_of_bits_is_no_answer_about_paper(half: int) -> None:
    assert not is_sound(Question.PAPER, half)
    assert is_sound(Question.OFFLINE, half)


def answers_in(data: bytes) -> list[int]:
    found = []
    while data:
        used, answer = decode(data)
        assert 0 < used <= len(data)
        data = data[used:]
        if answer is not None:
            found.append(answer)
    return found


@given(st.binary(), st.integers(0, 200))
def test_any_split_gives_the_same_answers_and_garbage_hides_none(data: bytes, cut: int) -> None:
    noise = bytes(byte for byte in data if byte & 0x93 != 0x12)
    assert answers_in(data[:cut]) + answers_in(data[cut:]) == answers_in(data)
    assert answers_in(noise + b"\x72" + noise) == [0x72]


@pytest.mark.parametrize("flow", [0x11, 0x13])
def test_flow_control_never_looks_like_an_answer(flow: int) -> None:
    assert answers_in(bytes((flow,))) == []


@given(st.dictionaries(st.sampled_from(Question), st.integers(0, 255)))
def test_any_answers_give_some_status(answers: dict[Question, int]) -> None:
    status_of(answers)
