"""Tags that lie there while nobody does anything: every row, and every late answer."""

from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.tags.security import SecurityState
from drivers.uid import Uid
from kiosk.tag_watch import ASK_AGAIN_SECONDS, Finding, Found, TagWatch
from tests.unit.kiosk.operations import EPOCH, ITEM, NEXT_EPOCH, OTHER_ITEM, SECOND_TAG, TAG

SECURED, RELEASED, UNKNOWN = SecurityState

ROWS = {
    (False, SECURED): Finding.SECURED_AS_WANTED,
    (False, RELEASED): Finding.SECURE,
    (False, UNKNOWN): Finding.SECURE,
    (True, RELEASED): Finding.RELEASED_AS_WANTED,
    (True, SECURED): Finding.LENT_STILL_SECURED,
    (True, UNKNOWN): Finding.LENT_STILL_SECURED,
}


def watching(*tags: Uid, item: str = ITEM, at: float = 1.0) -> TagWatch:
    watch = TagWatch()
    watch.consider(dict.fromkeys(tags or (TAG,), item), EPOCH, at)
    return watch


def loan(watch: TagWatch, on_loan: bool | None, asked_at: float = 1.0) -> list[Found]:
    return watch.loan_known(ITEM, asked_at=asked_at, on_loan=on_loan, listed=False)


@pytest.mark.parametrize(("on_loan", "state"), list(product((False, True), SecurityState)))
@pytest.mark.parametrize("state_first", [False, True])
def test_every_row_of_the_table_in_either_order(
    on_loan: bool, state: SecurityState, state_first: bool
) -> None:
    watch = watching()
    if state_first:
        assert watch.state_known(TAG, state) == []
        found = loan(watch, on_loan)
    else:
        assert loan(watch, on_loan) == []
        found = watch.state_known(TAG, state)
    assert found == [Found(TAG, ITEM, ROWS[on_loan, state], listed=False)]


def test_only_new_tags_are_asked_about() -> None:
    watch = TagWatch()
    assert watch.consider({TAG: ITEM}, EPOCH, 1.0) == {TAG: ITEM}
    assert watch.consider({TAG: ITEM, SECOND_TAG: ITEM}, EPOCH, 2.0) == {SECOND_TAG: ITEM}
    assert watch.consider({TAG: ITEM, SECOND_TAG: ITEM}, EPOCH, 3.0) == {}


def test_a_finding_is_found_once() -> None:
    watch = watching()
    watch.state_known(TAG, RELEASED)
    assert len(loan(watch, on_loan=False)) == 1
    assert loan(watch, on_loan=False) == []
    assert watch.state_known(TAG, RELEASED) == []


def test_a_restored_service_that_does_not_know_yet_secures_nothing() -> None:
    watch = watching()
    watch.state_known(TAG, RELEASED)
    assert loan(watch, on_loan=None) == []


def test_a_book_that_stays_is_asked_about_again_once_the_service_may_know() -> None:
    watch = watching()
    watch.state_known(TAG, RELEASED)
    assert loan(watch, on_loan=None) == []
    early, late = 1.0 + ASK_AGAIN_SECONDS - 0.1, 1.0 + ASK_AGAIN_SECONDS
    assert watch.consider({TAG: ITEM}, EPOCH, early) == {}
    assert watch.consider({TAG: ITEM}, EPOCH, late) == {TAG: ITEM}
    watch.state_known(TAG, RELEASED)
    assert [found.finding for found in loan(watch, on_loan=False, asked_at=late)] == [
        Finding.SECURE
    ]
    assert watch.consider({TAG: ITEM}, EPOCH, late + 2 * ASK_AGAIN_SECONDS) == {}


def test_all_parts_of_a_set_follow_their_one_loan() -> None:
    watch = watching(TAG, SECOND_TAG)
    watch.state_known(TAG, RELEASED)
    watch.state_known(SECOND_TAG, SECURED)
    findings = {found.uid: found.finding for found in loan(watch, on_loan=False)}
    assert findings == {TAG: Finding.SECURE, SECOND_TAG: Finding.SECURED_AS_WANTED}


def test_the_staffs_open_line_is_told_with_the_finding() -> None:
    watch = watching()
    watch.state_known(TAG, RELEASED)
    (found,) = watch.loan_known(ITEM, asked_at=1.0, on_loan=True, listed=True)
    assert found.listed


def test_pad_answer_older_than_last_placing() -> None:
    """Lent at another kiosk between lifting and laying down: the old word must not secure it."""
    watch = watching(at=1.0)
    watch.consider({}, EPOCH, 2.0)
    watch.consider({TAG: ITEM}, EPOCH, 3.0)
    watch.state_known(TAG, RELEASED)
    assert loan(watch, on_loan=False, asked_at=1.0) == []
    assert [f.finding for f in loan(watch, on_loan=True, asked_at=3.0)] == [
        Finding.RELEASED_AS_WANTED
    ]


@pytest.mark.parametrize(
    ("here", "epoch"),
    [({}, EPOCH), ({SECOND_TAG: OTHER_ITEM}, EPOCH), ({TAG: ITEM}, NEXT_EPOCH)],
    ids=["the tag left or its item is busy", "only another lies there", "the epoch changed"],
)
def test_an_answer_to_a_question_that_no_longer_stands_is_dropped(
    here: dict[Uid, str], epoch: str
) -> None:
    watch = watching()
    watch.state_known(TAG, RELEASED)
    watch.consider(here, epoch, 2.0)
    assert loan(watch, on_loan=False, asked_at=1.0) == []


def test_the_state_of_a_tag_that_left_is_dropped() -> None:
    watch = watching()
    loan(watch, on_loan=False)
    watch.consider({}, EPOCH, 2.0)
    assert watch.state_known(TAG, RELEASED) == []


def test_a_tag_that_was_written_anew_as_another_item_is_asked_about_anew() -> None:
    watch = watching()
    assert watch.consider({TAG: OTHER_ITEM}, EPOCH, 2.0) == {TAG: OTHER_ITEM}
    watch.state_known(TAG, RELEASED)
    assert loan(watch, on_loan=False, asked_at=2.0) == []


steps = st.one_of(
    st.tuples(st.just("consider"), st.booleans(), st.sampled_from([EPOCH, NEXT_EPOCH])),
    st.tuples(st.just("loan"), st.sampled_from([None, False, True]), st.integers(0, 12)),
    st.tuples(st.just("state"), st.sampled_from(SecurityState), st.none()),
)


@given(st.lists(steps, max_size=12))
def test_no_answer_is_used_that_was_asked_before_the_tag_lay_there_as_now(
    history: list[tuple[str, object, object]],
) -> None:
    """A model in one variable: since when the tag has lain there undisturbed in one epoch."""
    watch, since, epoch = TagWatch(), None, None
    for now, (what, value, more) in enumerate(history, 1):
        found: list[Found] = []
        if what == "consider":
            watch.consider({TAG: ITEM} if value else {}, str(more), float(now))
            since = (since if since and epoch == more else now) if value else None
            epoch = more
        elif what == "loan":
            asked = min(int(more), now)  # type: ignore[call-overload]
            found = loan(watch, value, float(asked))  # type: ignore[arg-type]
            assert not found or (since is not None and asked >= since)
        else:
            found = watch.state_known(TAG, value)  # type: ignore[arg-type]
        assert not found or since is not None
