"""Words fit by getting shorter, never by being cut in silence."""

from hypothesis import given
from hypothesis import strategies as st

from ui.fitting import fit, wrap


def width(text: str) -> float:
    return float(len(text))


def test_the_longest_that_fits_is_taken() -> None:
    assert fit(("abcdefgh", "abcde", "ab"), 6, width).lines == ("abcde",)


def test_two_lines_come_before_shorter_words() -> None:
    assert fit(("abc def", "abc"), 4, width, lines=2).lines == ("abc", "def")


def test_what_fits_nowhere_is_marked_as_cut() -> None:
    fitted = fit(("abcdefgh",), 5, width)
    assert (fitted.lines, fitted.cut) == (("abcd…",), True)


def test_a_title_may_be_shortened_openly() -> None:
    fitted = fit(("abcdefgh",), 5, width, shortens=True)
    assert (fitted.lines, fitted.cut, fitted.shortened) == (("abcd…",), False, True)


def test_number_and_unit_are_not_parted() -> None:
    assert wrap("giá 12\u00a0đồng", 8, width) == ["giá", "12\u00a0đồng"]


@given(
    words=st.lists(st.text(max_size=60), min_size=1, max_size=4).map(tuple),
    room=st.integers(1, 40),
    lines=st.integers(1, 3),
)
def test_nothing_ever_stands_outside_its_room(
    words: tuple[str, ...], room: int, lines: int
) -> None:
    fitted = fit(words, room, width, lines=lines, shortens=True)
    assert len(fitted.lines) <= lines
    assert all(width(line) <= room for line in fitted.lines[-1:])
    assert not fitted.cut
