"""The controller's queue: what may be dropped, and in which order the rest is taken."""

from hypothesis import given
from hypothesis import strategies as st

from drivers.facts import InventoryRound
from kiosk.inbox import Inbox

Item = InventoryRound | str


def a_round(number: int) -> InventoryRound:
    return InventoryRound("pad", (), float(number))


def test_everything_is_taken_at_once_and_in_order() -> None:
    inbox: Inbox[Item] = Inbox()
    for item in ("a", a_round(1), "b"):
        inbox.put(item)
    assert inbox.take_all(until=0.0) == ["a", a_round(1), "b"]


def test_an_empty_inbox_gives_nothing_when_the_time_has_come() -> None:
    inbox: Inbox[Item] = Inbox(clock=lambda: 100.0)
    assert inbox.take_all(until=100.0) == []


def test_a_full_inbox_drops_its_oldest_round_and_nothing_else() -> None:
    inbox: Inbox[Item] = Inbox(capacity=4)
    for item in ("scan", a_round(1), "reply", a_round(2), "touch"):
        inbox.put(item)
    assert inbox.take_all(until=0.0) == ["scan", "reply", a_round(2), "touch"]
    assert inbox.crowded == 1


def test_two_equal_rounds_lose_the_older_one() -> None:
    inbox: Inbox[Item] = Inbox(capacity=3)
    for item in (a_round(1), "scan", a_round(1), "touch"):
        inbox.put(item)
    assert inbox.take_all(until=0.0) == ["scan", a_round(1), "touch"]


@given(st.lists(st.integers(0, 3), max_size=60), st.integers(1, 8))
def test_a_flood_of_rounds_never_costs_anything_else_its_place(
    history: list[int], capacity: int
) -> None:
    """As long as there is room for all that is no round."""
    inbox: Inbox[Item] = Inbox(capacity=capacity)
    kept: list[str] = []
    for number, what in enumerate(history):
        if what:
            inbox.put(a_round(number))
        elif len(kept) < capacity - 1:
            kept.append(str(number))
            inbox.put(kept[-1])
    taken = inbox.take_all(until=0.0) if history else []
    assert [item for item in taken if isinstance(item, str)] == kept
    rounds = [item.at for item in taken if isinstance(item, InventoryRound)]
    newest = [float(number) for number, what in enumerate(history) if what]
    assert rounds == newest[len(newest) - len(rounds) :]
    assert len(taken) <= capacity
