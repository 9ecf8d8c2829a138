"""The times of docs/protocols/air.md, in milliseconds."""

import random
from statistics import mean

import pytest

from drivers.simulators import air
from drivers.uid import Uid


def random_uids(count: int, seed: int) -> list[Uid]:
    dice = random.Random(seed)
    return [Uid(f"E00401{dice.getrandbits(40):010X}") for _ in range(count)]


@pytest.mark.parametrize(
    ("seconds", "expected"),
    [
        (air.exchange(5, 12), 6.18),
        (air.addressed(2, 32), 15.85),
        (air.addressed(2, 40), 18.26),
        (air.addressed(1, 4), 7.09),
        (air.addressed(0, 14), 9.81),
        (air.addressed(5, 0), 7.09),
        (air.addressed(1, 0), 5.88),
    ],
)
def test_time_of_one_exchange(seconds: float, expected: float) -> None:
    assert seconds * 1000 == pytest.approx(expected, abs=0.01)


@pytest.mark.parametrize(("tags", "expected"), [(0, 9.8), (1, 13.9)])
def test_time_of_an_inventory_without_collision(tags: int, expected: float) -> None:
    _, seconds = air.inventory(random_uids(tags, seed=1))
    assert seconds * 1000 == pytest.approx(expected, abs=0.06)


@pytest.mark.parametrize(("tags", "expected"), [(5, 38.5), (10, 81.8), (20, 183.6), (30, 284.9)])
def test_mean_time_of_an_inventory_with_collisions(tags: int, expected: float) -> None:
    times = [air.inventory(random_uids(tags, seed))[1] for seed in range(200)]
    assert mean(times) * 1000 == pytest.approx(expected, rel=0.03)


def test_every_tag_is_found_whatever_collides() -> None:
    alike = [Uid(f"E00401500000{number:03X}7") for number in range(0, 256, 3)]
    found, _ = air.inventory(alike)
    assert sorted(found) == alike


def test_two_tags_of_one_uid_are_found_as_one() -> None:
    uid = Uid("E0040150338607AE")
    assert air.inventory([uid, uid])[0] == [uid]


def test_a_collision_costs_a_further_round() -> None:
    apart = air.inventory([Uid("E004015000000001"), Uid("E004015000000002")])[1]
    together = air.inventory([Uid("E004015000000011"), Uid("E004015000000021")])[1]
    assert together - apart > 0.009
