import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.metratec.frames import LONGEST, Frame, Framing, answer, decode, encode
from tests.unit.drivers.metratec.golden import LINES

READERS = Path(__file__).parents[4] / "docs" / "protocols" / "readers.md"
CHECKED, PLAIN, START = Framing(True, True), Framing(True, False), Framing()

texts = st.text("ABCDEFTNV0123456789 !", min_size=1, max_size=40).map(str.strip).filter(bool)
said = st.lists(texts, min_size=1, max_size=6).map(tuple)


def quiet(lines: tuple[str, ...]) -> bool:
    """None of them is an event, which is dropped."""
    return not any(line.startswith(("HBT", "IN0", "IN1", "ARP")) for line in lines)


answers = st.lists(said.filter(quiet), max_size=5)


@pytest.mark.parametrize("line", LINES)
def test_golden_line_carries_its_check(line: str) -> None:
    text = line[:-5]
    assert encode(text, checked=True) == f"{line}\r".encode()
    _, frame = decode(f"{line}\r\n".encode(), CHECKED, silent=False)
    assert frame is not None
    assert frame.lines == (text,)


def test_every_golden_line_is_documented_and_every_documented_one_is_tested() -> None:
    _, _, section = READERS.read_text().partition("## Golden lines of metraTec readers")
    found = re.findall(r"  (\S.* [0-9A-F]{4})$", section.split("```")[1], re.MULTILINE)
    assert {line.split("  ")[-1].strip() for line in found} == set(LINES)


@given(answers, st.lists(st.integers(1, 40), min_size=1), st.sampled_from([CHECKED, PLAIN]))
def test_any_split_of_the_stream_gives_the_same_answers(
    sent: list[tuple[str, ...]], cuts: list[int], framing: Framing
) -> None:
    stream = b"".join(answer(lines, framing) for lines in sent)
    buffer, received, at = b"", list[tuple[str, ...]](), 0
    while at < len(stream):
        step = cuts[at % len(cuts)]
        buffer, at = buffer + stream[at : at + step], at + step
        while True:
            used, frame = decode(buffer, framing, silent=False)
            buffer = buffer[used:]
            if frame is None:
                break
            received.append(frame.lines)
    assert received == sent


@given(st.binary(max_size=300), st.sampled_from([CHECKED, PLAIN, START]), st.booleans())
def test_garbage_never_raises(garbage: bytes, framing: Framing, silent: bool) -> None:
    used, _ = decode(garbage, framing, silent=silent)
    assert 0 <= used <= len(garbage)
    assert used or not silent or not garbage


@given(st.binary(max_size=60), said.filter(quiet))
def test_garbage_spoils_the_answer_it_stands_in_and_no_other(
    garbage: bytes, lines: tuple[str, ...]
) -> None:
    good = answer(lines, CHECKED)
    stream = garbage + b"\n" + good
    found: list[Frame] = []
    while stream:
        used, frame = decode(stream, CHECKED, silent=True)
        stream = stream[used:]
        found += [frame] if frame else []
    assert found[-1] == Frame(lines, good)


@given(said.filter(quiet), st.data())
def test_a_turned_bit_is_never_taken_for_something_else(
    lines: tuple[str, ...], data: st.DataObject
) -> None:
    raw = bytearray(answer(lines, CHECKED))
    at = data.draw(st.integers(0, len(raw) - 1))
    raw[at] ^= 1 << data.draw(st.integers(0, 7))
    _, frame = decode(bytes(raw), CHECKED, silent=True)
    assert frame is None or frame.damaged


def test_events_are_dropped_wherever_they_stand() -> None:
    lines = ("HBT", "E0040150338607AE", "IN0 HI!", "ARP 01", "IVF 01")
    for framing in (CHECKED, PLAIN):
        raw = answer(("HBT",), framing) + answer(lines, framing)
        _, frame = decode(raw, framing, silent=False)
        assert frame is not None
        assert frame.lines == ("E0040150338607AE", "IVF 01")


def test_before_answers_are_ended_each_line_is_one() -> None:
    used, frame = decode(b"\nNCM\rOK!\r\n", START, silent=False)
    assert (used, frame and frame.lines) == (5, ("NCM",))


def test_an_answer_without_end_is_not_kept_for_ever() -> None:
    raw = b"E0040150338607AE\r" * 100
    assert decode(raw, PLAIN, silent=False) == (0, None)
    assert decode(raw, PLAIN, silent=True) == (len(raw), None)
    assert decode(bytes(LONGEST + 1), PLAIN, silent=False) == (LONGEST + 1, None)
