"""Moments: an item's history keeps its order whatever the clock does."""

from service.clock import FAR_AHEAD_MS, Moments


def test_two_sets_within_a_millisecond_have_moments_of_their_own() -> None:
    moments = Moments(lambda: 1_000, 0)
    assert [moments.next(), moments.next()] == [1_000, 1_001]


def test_set_that_took_several_moments_is_followed_by_a_later_one() -> None:
    moments = Moments(lambda: 1_000, 0)
    moments.used(moments.next() + 5)
    assert moments.next() == 1_006


def test_clock_that_went_back_a_little_is_waited_for() -> None:
    moments = Moments(lambda: 1_000, 5_000)
    assert moments.next() == 5_001


def test_clock_that_was_far_ahead_is_not_followed_for_ever() -> None:
    """A service once started in 2038 must not date today's loans in 2038."""
    moments = Moments(lambda: 1_000, 1_001 + FAR_AHEAD_MS)
    assert moments.next() == 1_000
