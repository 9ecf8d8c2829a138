import pytest

from tests.waiting import eventually


def test_what_is_there_already_is_given_back() -> None:
    assert eventually(lambda: "a loan", 0, "loan") == "a loan"


def test_what_never_comes_is_named_with_what_was_seen_last() -> None:
    with pytest.raises(AssertionError, match=r"still no second loan; last seen: \[\]"):
        eventually(list, 0, "second loan")


def test_what_comes_at_the_last_look_counts() -> None:
    looks = iter([False, True])
    assert eventually(lambda: next(looks), 0.001, "loan")
