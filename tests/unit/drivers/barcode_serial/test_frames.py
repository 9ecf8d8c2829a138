import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.barcode_serial.frames import LONGEST, CodeSplitter

codes = st.lists(
    st.text(st.characters(min_codepoint=32, max_codepoint=0x1EF9), min_size=1, max_size=40),
    max_size=6,
)
ends = st.sampled_from(["\r", "\n", "\r\n", "\r\r\n"])


@pytest.mark.parametrize("end", ["\r", "\n", "\r\n"])
def test_each_line_end_ends_a_code_once(end: str) -> None:
    splitter = CodeSplitter("line")
    assert splitter.feed(f"TV0123456{end}TK.00003{end}".encode()) == ["TV0123456", "TK.00003"]
    assert not splitter.begun


@given(codes, ends, st.lists(st.integers(1, 9), min_size=1))
def test_any_split_of_the_bytes_gives_the_same_codes(
    sent: list[str], end: str, cuts: list[int]
) -> None:
    stream = "".join(code + end for code in sent).encode()
    splitter, received, at = CodeSplitter("line"), list[str](), 0
    while at < len(stream):
        step = cuts[at % len(cuts)]
        received += splitter.feed(stream[at : at + step])
        at += step
    assert received == sent


@given(st.lists(st.binary(max_size=50), max_size=10), st.sampled_from(["line", "silence"]))
def test_garbage_never_raises_and_never_hides_the_next_code(pieces: list[bytes], end: str) -> None:
    splitter = CodeSplitter("line" if end == "line" else "silence")
    for piece in pieces:
        splitter.feed(piece)
    splitter.silence()
    assert splitter.feed(b"TK.00003\r") == ["TK.00003"]


def test_a_code_cut_by_silence_is_not_joined_with_the_next_one() -> None:
    splitter = CodeSplitter("line")
    splitter.feed(b"0427")
    assert splitter.silence() is None
    assert splitter.feed(b"0815\r") == ["0815"]


def test_a_scanner_without_line_end_ends_by_silence() -> None:
    splitter = CodeSplitter("silence")
    assert splitter.feed(b"TK.0") == []
    assert splitter.feed(b"0003") == []
    assert splitter.silence() == "TK.00003"
    assert splitter.silence() is None


def test_an_endless_code_takes_no_memory_and_is_dropped_to_its_end() -> None:
    splitter = CodeSplitter("line")
    for _ in range(100):
        assert splitter.feed(b"7" * LONGEST) == []
    assert len(splitter._begun) <= LONGEST
    assert splitter.feed(b"7\rTK.00003\r") == ["TK.00003"]


def test_an_overlong_code_is_dropped_also_when_it_comes_whole() -> None:
    assert CodeSplitter("line").feed(b"7" * (LONGEST + 1) + b"\rTK.00003\r") == ["TK.00003"]


def test_text_is_vietnamese_or_else_single_bytes() -> None:
    splitter = CodeSplitter("line")
    assert splitter.feed("Nguyễn Văn Mẫu\r".encode()) == ["Nguyễn Văn Mẫu"]
    assert splitter.feed(b"caf\xe9\r") == ["café"]
