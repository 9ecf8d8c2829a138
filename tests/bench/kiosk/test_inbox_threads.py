"""The controller's queue between threads."""

from collections.abc import Callable
from functools import partial
from threading import Event, Thread
from time import monotonic

import pytest

from kiosk.inbox import Inbox
from tests.waiting import eventually


def in_thread(work: Callable[[], object]) -> Thread:
    thread = Thread(target=work, daemon=True)
    thread.start()
    return thread


def test_whoever_puts_into_a_full_inbox_waits_until_there_is_room() -> None:
    inbox: Inbox[str] = Inbox(capacity=2)
    inbox.put("a")
    inbox.put("b")
    worker = in_thread(lambda: inbox.put("c"))
    eventually(lambda: inbox.crowded, 5, "crowding")
    assert worker.is_alive()
    assert inbox.take_all(until=0.0) == ["a", "b"]
    worker.join(5)
    assert inbox.take_all(until=0.0) == ["c"]


def test_nobody_waits_for_ever_for_a_controller_that_does_not_take(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("kiosk.inbox.PATIENCE_SECONDS", 0.05)
    inbox: Inbox[str] = Inbox(capacity=1)
    for item in ("a", "b", "c"):
        inbox.put(item)
    assert inbox.take_all(until=0.0) == ["a", "b", "c"]


def test_the_taker_is_woken_by_what_comes_and_not_only_by_its_deadline() -> None:
    inbox: Inbox[str] = Inbox()
    taken: list[str] = []
    done = Event()

    def take() -> None:
        taken.extend(inbox.take_all(until=monotonic() + 60))
        done.set()

    in_thread(take)
    inbox.put("touch")
    assert done.wait(5)
    assert taken == ["touch"]


def test_the_taker_is_woken_by_its_deadline() -> None:
    inbox: Inbox[str] = Inbox()
    assert inbox.take_all(until=monotonic() + 0.05) == []


def test_many_threads_lose_and_double_nothing_and_each_keeps_its_order() -> None:
    inbox: Inbox[tuple[int, int]] = Inbox(capacity=8)

    def put_all(who: int) -> None:
        for number in range(200):
            inbox.put((who, number))

    workers = [in_thread(partial(put_all, who)) for who in range(4)]
    taken: list[tuple[int, int]] = []
    while len(taken) < 800:
        taken += inbox.take_all(until=monotonic() + 5)
    for worker in workers:
        worker.join(5)
    for who in range(4):
        assert [number for w, number in taken if w == who] == list(range(200))


def test_the_rest_of_a_burst_is_taken_with_its_first() -> None:
    inbox: Inbox[str] = Inbox()
    begun = Event()

    def burst() -> None:
        begun.wait(5)
        for reply in ("b", "c"):
            inbox.put(reply)

    worker = in_thread(burst)
    inbox.put("a")
    assert inbox.take_all(until=0.0) == ["a"]
    begun.set()
    assert inbox.take_during(1.0) == ["b", "c"]
    worker.join(5)
