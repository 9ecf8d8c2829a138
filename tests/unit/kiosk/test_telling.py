"""What was shown to a person: only what was drawn, marked once, with a commit made anyway."""

import pytest
from msgspec.structs import replace

from kiosk.draft import Birth, Draft
from kiosk.outbox.changes import MarkShown
from kiosk.outbox.outbox import Outbox
from kiosk.outbox.records import OperationRecord
from kiosk.telling import GRACE_SECONDS, Telling
from service.protocol.operations import ReportTold
from service.protocol.replies import Lent, Refused
from tests.unit.kiosk.operations import (
    CHECK_IN,
    CHECK_OUT,
    LENT,
    REFUSED,
    RETURNED,
    key,
    record,
)

NOW = 100.0


def draft(*records: OperationRecord) -> Draft:
    return Draft(Outbox(records, [], 0), Birth("b0" * 16, lambda: 1.0, lambda: 2.0))


def drawn(*numbers: int, frame: int = 1) -> Telling:
    """These operations stand on the screen."""
    telling = Telling()
    telling.publishes(frame, frozenset(map(key, numbers)))
    telling.drawn(frame, NOW)
    return telling


def marked(step: Draft) -> list[str]:
    return [change.operation for change in step.changes if isinstance(change, MarkShown)]


def told(step: Draft) -> list[ReportTold]:
    return [kept.act for kept in step.outbox if isinstance(kept.act, ReportTold)]


def test_a_mark_waits_a_moment_for_another_commit_to_travel_with() -> None:
    telling, step = drawn(1), draft(record(CHECK_OUT, 1, LENT))
    telling.mark(step, NOW)
    assert step.changes == []
    assert telling.next_deadline() == NOW + GRACE_SECONDS
    telling.mark(step, NOW + GRACE_SECONDS)
    assert marked(step) == [key(1)]
    assert telling.next_deadline() is None


def test_a_mark_travels_with_whatever_is_written() -> None:
    telling, step = drawn(1), draft(record(CHECK_OUT, 1, LENT))
    step.submit(CHECK_IN)
    telling.mark(step, NOW)
    assert marked(step) == [key(1)]


def test_what_was_published_and_never_drawn_is_not_marked() -> None:
    telling, step = Telling(), draft(record(CHECK_OUT, 1, LENT))
    telling.publishes(1, frozenset({key(1)}))
    telling.publishes(2, frozenset())
    telling.drawn(2, NOW)
    telling.mark_now(step)
    assert step.changes == []
    assert telling.next_deadline() is None


def test_a_frame_that_is_drawn_again_and_again_is_marked_once() -> None:
    telling, step = drawn(1), draft(record(CHECK_OUT, 1, LENT))
    telling.mark_now(step)
    for frame in (2, 3):
        telling.publishes(frame, frozenset({key(1)}))
        telling.drawn(frame, NOW)
        telling.mark_now(step)
    assert marked(step) == [key(1)]


def test_what_was_forgotten_meanwhile_is_not_marked() -> None:
    step = draft()
    drawn(1).mark_now(step)
    assert step.changes == []


def test_what_stood_on_the_staffs_list_is_told_to_them_as_shown() -> None:
    step = draft(record(CHECK_IN, 1, RETURNED, listed=True, over=True))
    drawn(1).mark_now(step)
    assert told(step) == [ReportTold(key(1), told=True)]


def test_a_loan_that_was_the_patrons_already_is_told_to_staff_as_shown() -> None:
    """When it was made nobody may have been told: whoever is told of one try knows of the loan."""
    step = draft(record(CHECK_OUT, 1, replace(LENT, already_yours=True)))
    drawn(1).mark_now(step)
    assert marked(step) == [key(1)]
    assert told(step) == [ReportTold(key(1), told=True)]


@pytest.mark.parametrize("reply", [LENT, REFUSED])
def test_what_nobody_asks_about_is_marked_and_reported_to_nobody(reply: Lent | Refused) -> None:
    step = draft(record(CHECK_OUT, 1, reply))
    drawn(1).mark_now(step)
    assert marked(step) == [key(1)]
    assert told(step) == []
