"""Codes out of lines (docs/protocols/scanners.md, "Lines")."""

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.barcode_serial.dialects import DIALECTS
from drivers.barcode_serial.frames import BEGUN_BEFORE, CUT, LONGEST, OVERLONG, LineSplitter
from drivers.barcodes.heard import Answered, Dropped, Heard, Scanned, Verdict

codes = st.lists(
    st.text(st.characters(min_codepoint=32, max_codepoint=0x1EF9), min_size=1, max_size=40),
    max_size=6,
)
ends = st.sampled_from(["\r", "\n", "\r\n", "\r\r\n"])


def texts(heard: Sequence[Heard]) -> list[str]:
    return [each.raw.decode() for each in heard if isinstance(each, Scanned)]


@pytest.mark.parametrize("end", ["\r", "\n", "\r\n"])
def test_each_line_end_ends_a_code_once(end: str) -> None:
    splitter = LineSplitter("line")
    heard = splitter.feed(f"TV0123456{end}TK.00003{end}".encode())
    assert texts(heard) == ["TV0123456", "TK.00003"]
    assert not splitter.begun


def test_a_tab_ends_a_code_only_where_the_scanner_is_set_so() -> None:
    assert texts(LineSplitter("tab").feed(b"TK.00003\tTK.00004\t")) == ["TK.00003", "TK.00004"]
    assert texts(LineSplitter("line").feed(b"TK\t00003\r")) == ["TK\t00003"]


@given(codes, ends, st.lists(st.integers(1, 9), min_size=1))
def test_any_split_of_the_bytes_gives_the_same_codes(
    sent: list[str], end: str, cuts: list[int]
) -> None:
    stream = "".join(code + end for code in sent).encode()
    splitter, received, at = LineSplitter("line"), list[str](), 0
    while at < len(stream):
        step = cuts[at % len(cuts)]
        received += texts(splitter.feed(stream[at : at + step]))
        at += step
    assert received == sent


@given(
    st.lists(st.binary(max_size=50), max_size=10),
    st.sampled_from(["line", "tab", "silence"]),
    st.sampled_from(["none", "honeywell", "newland"]),
)
def test_garbage_never_raises_and_never_hides_the_next_code(
    pieces: list[bytes], end: str, dialect: str
) -> None:
    splitter = DIALECTS[dialect].splitter(end)  # type: ignore[index,arg-type]
    for piece in pieces:
        splitter.feed(piece)
    splitter.silence()
    assert texts(splitter.feed(b"TK.00003\r")) == ["TK.00003"]


def test_a_code_cut_by_silence_is_not_joined_with_the_next_one() -> None:
    splitter = LineSplitter("line")
    splitter.feed(b"0427")
    assert splitter.silence() == [Dropped(b"0427", CUT)]
    assert texts(splitter.feed(b"0815\r")) == ["0815"]


def test_a_scanner_without_line_end_ends_by_silence() -> None:
    splitter = LineSplitter("silence")
    assert splitter.feed(b"TK.0") == []
    assert splitter.feed(b"0003") == []
    assert texts(splitter.silence()) == ["TK.00003"]
    assert splitter.silence() == []


def test_a_code_whose_start_came_too_early_is_dropped_to_its_end() -> None:
    splitter = LineSplitter("line")
    splitter.feed(b"0427")
    splitter.drop_begun()
    assert splitter.feed(b"1936\rTK.00003\r") == [
        Dropped(b"1936", BEGUN_BEFORE),
        Scanned(b"TK.00003"),
    ]


def test_an_endless_code_takes_no_memory_and_is_dropped_to_its_end() -> None:
    splitter = LineSplitter("line")
    for _ in range(100):
        assert splitter.feed(b"7" * LONGEST) == []
    assert len(splitter._begun) <= LONGEST
    assert splitter.feed(b"7\rTK.00003\r") == [Dropped(b"7", OVERLONG), Scanned(b"TK.00003")]


def test_an_overlong_code_is_dropped_also_when_it_comes_whole() -> None:
    heard = LineSplitter("line").feed(b"7" * (LONGEST + 1) + b"\rTK.00003\r")
    assert texts(heard) == ["TK.00003"]


@pytest.mark.parametrize(
    ("dialect", "answer", "verdict"),
    [
        ("honeywell", b"TRGMOD0\x06!", Verdict.DONE),
        ("honeywell", b"TRGMOD0\x05!", Verdict.REFUSED),
        ("newland", b"\x02\x010000#SCNTRG1\x06;\x03", Verdict.DONE),
        ("newland", b"\x02\x010000#SCNTRG1\x15;\x03", Verdict.REFUSED),
    ],
)
def test_an_answer_between_two_codes_is_no_part_of_them(
    dialect: str, answer: bytes, verdict: Verdict
) -> None:
    """docs/protocols/scanners.md, "Turning a scanner on and off"."""
    splitter = DIALECTS[dialect].splitter("line")  # type: ignore[index]
    heard: list[Heard] = []
    for byte in b"TK.00003\r" + answer + b"TK.00004\r":
        heard += splitter.feed(bytes((byte,)))
    assert heard == [Scanned(b"TK.00003"), Answered(verdict, answer), Scanned(b"TK.00004")]
