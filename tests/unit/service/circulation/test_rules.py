"""Which rule applies."""

import pytest
from msgspec.structs import replace

from service.circulation.rules import Point, Rule
from tests.unit.service.circulation.small_library import BRANCH, FALLBACK, HOUSE, policy_of


def rule(number: int, point: str | None, category: str | None, item_type: str | None) -> Rule:
    return replace(FALLBACK, id=number, point=point, category=category, item_type=item_type)


RULES = [
    rule(2, None, None, "disc"),
    rule(3, None, "child", None),
    rule(4, None, "child", "disc"),
    rule(5, "SK", None, None),
    rule(6, "SK", "child", "disc"),
    rule(7, "SK.01", None, "disc"),
]


@pytest.mark.parametrize(
    ("point", "category", "item_type", "number"),
    [
        ("SK", "adult", "book", 5),
        ("SK", "child", "disc", 6),
        ("SK.01", "child", "disc", 7),  # its own point first, whatever it says of category
        ("SK.01", "adult", "book", 5),  # nothing of its own: the point above it
        ("SK.01", "child", "book", 5),  # a point's rule goes before a category's
        ("elsewhere", "child", "disc", 4),
        ("elsewhere", "child", "book", 3),
        ("elsewhere", "adult", "disc", 2),
        ("elsewhere", "adult", "book", 1),
    ],
)
def test_nearest_point_then_category_then_item_type(
    point: str, category: str, item_type: str, number: int
) -> None:
    found = policy_of(*RULES).rule_for(point, category, item_type)
    assert found is not None
    assert found.id == number


def test_library_without_any_rule_has_none_and_no_error() -> None:
    assert replace(policy_of(), rules={}).rule_for("SK", "adult", "book") is None


def test_points_in_a_circle_end_the_search() -> None:
    circle = [Point("A", "B", "a", "UTC"), Point("B", "A", "b", "UTC")]
    assert policy_of(points=circle).way_up("A") == ("A", "B")
    assert policy_of(points=circle).rule_for("A", "adult", "book") is FALLBACK


def test_limit_of_a_point_counts_what_hangs_below_it() -> None:
    house_rule = rule(2, HOUSE.code, None, None)
    open_loans = {(BRANCH.code, "book"): 2, ("elsewhere", "book"): 7}
    assert policy_of(house_rule).left_under(house_rule, open_loans) == 1
