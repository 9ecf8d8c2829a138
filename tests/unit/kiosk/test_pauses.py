"""The growing pause between tries to open a device."""

from itertools import pairwise

from kiosk.device_worker import Pauses


def test_pauses_double_from_half_a_second_to_thirty_and_stay_there() -> None:
    pauses = Pauses()
    taken = [pauses.take(served_seconds=0.0) for _ in range(10)]
    assert taken[0] == 0.5
    assert all(later == min(2 * earlier, 30.0) for earlier, later in pairwise(taken))
    assert taken[-1] == 30.0


def test_a_device_that_served_ten_seconds_is_tried_again_quickly() -> None:
    pauses = Pauses()
    for _ in range(5):
        pauses.take(served_seconds=9.9)
    assert pauses.take(served_seconds=10.0) == 0.5


def test_a_device_that_comes_and_goes_is_not_hammered() -> None:
    pauses = Pauses()
    assert [pauses.take(served_seconds=1.0) for _ in range(4)] == [0.5, 1.0, 2.0, 4.0]
