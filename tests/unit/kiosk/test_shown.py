"""`Shown` means drawn: what a screen skipped was told to nobody."""

from hypothesis import given
from hypothesis import strategies as st

from kiosk.shown import ShownMarks

A, B = "a", "b"


def told(*operations: str) -> frozenset[str]:
    return frozenset(operations)


def test_nothing_is_marked_before_its_frame_was_drawn() -> None:
    marks = ShownMarks()
    assert marks.published(1, told(A))
    assert marks.take() == set()
    assert marks.frame_drawn(1)
    assert marks.take() == {A}
    assert marks.take() == set()


def test_a_frame_of_before_the_outcome_marks_nothing() -> None:
    marks = ShownMarks()
    marks.published(1, told())
    marks.published(2, told(A))
    assert not marks.frame_drawn(1)
    assert marks.take() == set()


def test_a_skipped_frame_tells_when_the_one_that_replaced_it_tells_the_same() -> None:
    marks = ShownMarks()
    marks.published(1, told(A))
    marks.published(2, told(A, B))
    assert marks.frame_drawn(2)
    assert marks.take() == {A, B}


def test_an_outcome_on_a_skipped_frame_only_was_told_to_nobody() -> None:
    """The visit ended before the screen came to draw: its loan is listed, not marked."""
    marks = ShownMarks()
    marks.published(1, told(A))
    marks.published(2, told())
    assert not marks.frame_drawn(2)
    assert marks.take() == set()


def test_a_frame_drawn_late_still_counts() -> None:
    marks = ShownMarks()
    marks.published(1, told(A))
    marks.published(2, told())
    assert marks.frame_drawn(1)
    assert marks.take() == {A}


def test_what_was_marked_is_not_marked_with_every_second_of_a_countdown() -> None:
    marks = ShownMarks()
    marks.published(1, told(A))
    marks.frame_drawn(1)
    marks.take()
    assert not marks.published(2, told(A))
    assert not marks.frame_drawn(2)


def test_only_the_first_frame_that_tells_of_an_outcome_is_news() -> None:
    marks = ShownMarks()
    assert marks.published(1, told(A))
    assert not marks.published(2, told(A))
    assert marks.published(3, told(A, B))


@given(
    st.lists(st.tuples(st.frozensets(st.sampled_from("abc")), st.booleans()), max_size=12),
    st.integers(1, 3),
)
def test_exactly_what_stood_on_a_drawn_frame_is_marked_and_once(
    frames: list[tuple[frozenset[str], bool]], late: int
) -> None:
    """The screen reports some frames, each a few frames late."""
    marks, marked, stood = ShownMarks(), list[str](), set[str]()
    for number, (operations, _) in enumerate(frames, 1):
        marks.published(number, operations)
        old = number - late
        if old >= 1 and frames[old - 1][1]:
            stood |= frames[old - 1][0]
            marks.frame_drawn(old)
            marked += marks.take()
    assert set(marked) == stood
    never_left = {o for o in marked if all(o in told for told, _ in frames)}
    assert all(marked.count(operation) == 1 for operation in never_left)
