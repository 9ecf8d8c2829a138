"""A pad's own findings: what they lead to, and what they must leave to the session."""

import pytest

from drivers.tags.security import SecurityState
from kiosk.draft import Birth, Draft
from kiosk.outbox.changes import Journal
from kiosk.outbox.outbox import Outbox
from kiosk.outbox.records import JournalRow, JournalState, OperationRecord
from kiosk.pad_orders import ReadSecurity, SetSecurity
from kiosk.recognition import TagKind, TagReading
from kiosk.session.events import WriteFailure
from kiosk.session.states import Borrowing, Idle, Phase, Policy, SelfCheck, Who
from kiosk.tag_repair import TagRepair
from kiosk.views import WhoFor
from service.protocol.operations import ReportTag
from service.protocol.replies import ItemAnswer
from tests.unit.kiosk.operations import (
    CHECK_IN,
    CHECK_OUT,
    EPOCH,
    ITEM,
    LENT,
    SECOND_TAG,
    TAG,
    key,
    record,
    row,
)

WANTED, WRITING, PROVED, CLOSED = JournalState
SECURED, RELEASED, UNKNOWN = SecurityState


def draft(*records: OperationRecord, rows: tuple[JournalRow, ...] = ()) -> Draft:
    return Draft(Outbox(records, rows, 0), Birth("b0" * 16, lambda: 1.0, lambda: 2.0))


def lying(phase: Phase | None = None, kind: TagKind = TagKind.ITEM) -> SelfCheck:
    tags = {TAG: TagReading(kind, ITEM)}
    return SelfCheck(policy=Policy(), phase=phase or Idle(), tags=tags)  # type: ignore[arg-type]


def item(on_loan: bool | None, *, listed: bool = False) -> ItemAnswer:
    return ItemAnswer(ITEM, "Mùa mận", "Mộc Khê", True, 1, on_loan, listed)


def find(
    step: Draft, on_loan: bool | None, state: SecurityState | None, *, listed: bool = False
) -> None:
    """The whole way: seen, asked about, read."""
    repair = TagRepair()
    repair.look(step, lying(), EPOCH, now=1.0)
    repair.state_read(step, TAG, state)
    repair.item_answered(step, item(on_loan, listed=listed), asked_at=1.0)


def reports(step: Draft) -> list[ReportTag]:
    return [r.act for r in step.outbox if isinstance(r.act, ReportTag)]


def writes(step: Draft) -> list[SetSecurity]:
    return [order for order in step.orders if isinstance(order, SetSecurity)]


SECURE = SetSecurity(TAG, ITEM, SECURED, ref=None, operation=None, check_first=True)


@pytest.mark.parametrize(
    "phase", [Idle(), Who(WhoFor.BORROW)], ids=["nobody", "somebody, with books first"]
)
def test_an_idle_book_is_asked_about_and_read_once(phase: Phase) -> None:
    step, repair = draft(), TagRepair()
    assert repair.look(step, lying(phase), EPOCH, now=1.0) == [ITEM]
    assert repair.look(step, lying(phase), EPOCH, now=2.0) == []
    assert step.orders == [ReadSecurity(TAG)]


@pytest.mark.parametrize(
    ("session", "epoch", "kept"),
    [
        (lying(), None, ()),
        (lying(Borrowing()), EPOCH, ()),
        (lying(kind=TagKind.FOREIGN), EPOCH, ()),
        (lying(kind=TagKind.PATRON_CARD), EPOCH, ()),
        (lying(kind=TagKind.SUSPECT), EPOCH, ()),
        (lying(), EPOCH, (record(CHECK_IN, 1),)),
    ],
    ids=["offline", "in use", "foreign", "card", "suspect", "operation under way"],
)
def test_a_tag_that_is_not_idle_or_not_ours_is_left_alone(
    session: SelfCheck, epoch: str | None, kept: tuple[OperationRecord, ...]
) -> None:
    step = draft(*kept)
    assert TagRepair().look(step, session, epoch, now=1.0) == []
    assert step.orders == []


@pytest.mark.parametrize("state", [RELEASED, UNKNOWN])
def test_a_released_tag_without_loan_is_secured(state: SecurityState) -> None:
    step = draft()
    find(step, on_loan=False, state=state)
    assert writes(step) == [SECURE]


@pytest.mark.parametrize("state", [SECURED, RELEASED, UNKNOWN])
def test_a_tag_with_a_loan_is_never_written(state: SecurityState) -> None:
    step = draft()
    find(step, on_loan=True, state=state)
    assert writes(step) == []
    findings = [report.finding for report in reports(step)]
    assert findings == ([] if state is RELEASED else ["lent-still-secured"])


@pytest.mark.parametrize("on_loan", [None, False, True])
def test_a_tag_that_could_not_be_read_is_not_written(on_loan: bool | None) -> None:
    step = draft()
    find(step, on_loan=on_loan, state=None)
    assert (writes(step), reports(step)) == ([], [])


def test_writing_cut_then_tag_seen_closes_the_row_and_the_staffs_line() -> None:
    step = draft(record(CHECK_OUT, 1, LENT, over=True, listed=True), rows=(row(WRITING),))
    find(step, on_loan=True, state=RELEASED, listed=True)
    assert step.outbox.rows(key(1)) == [row(CLOSED)]
    assert reports(step) == [ReportTag(ITEM, TAG, "released-proved")]


def test_a_line_that_another_station_opened_is_closed_by_any_pad() -> None:
    step = draft()
    find(step, on_loan=False, state=SECURED, listed=True)
    assert reports(step) == [ReportTag(ITEM, TAG, "secured-proved")]


def test_nothing_is_reported_that_nobody_waits_for() -> None:
    step = draft()
    find(step, on_loan=False, state=SECURED)
    assert step.changes == []


def test_old_rows_of_other_tags_stay_open() -> None:
    step = draft(
        record(CHECK_OUT, 1, LENT, over=True),
        rows=(row(WRITING), row(WRITING, tag=SECOND_TAG)),
    )
    find(step, on_loan=True, state=RELEASED)
    assert sorted(r.state for r in step.outbox.rows(key(1))) == [CLOSED, WRITING]


def test_an_answer_that_comes_in_the_step_in_which_the_book_is_lent_writes_nothing() -> None:
    step, repair = draft(), TagRepair()
    repair.look(step, lying(), EPOCH, now=1.0)
    repair.state_read(step, TAG, RELEASED)
    step.submit(CHECK_OUT)
    repair.item_answered(step, item(on_loan=False), asked_at=1.0)
    assert writes(step) == []


def test_a_repair_that_ends_while_the_book_is_being_lent_closes_no_row_of_that_loan() -> None:
    """Its release is on the way: cut now, the tag's state is unknown and must be listed."""
    step = draft(record(CHECK_OUT, 1, LENT), rows=(row(WRITING),))
    TagRepair().repaired(step, SECURE, None)
    assert step.outbox.rows(key(1)) == [row(WRITING)]
    assert not any(isinstance(change, Journal) for change in step.changes)


def test_a_write_that_proved_itself_after_its_session_ended_closes_its_row() -> None:
    order = SetSecurity(TAG, ITEM, RELEASED, ref=None, operation=key(1), check_first=False)
    step = draft(record(CHECK_OUT, 1, LENT, over=True, listed=True), rows=(row(WRITING),))
    TagRepair().repaired(step, order, None)
    assert step.outbox.rows(key(1)) == [row(CLOSED)]
    assert [report.finding for report in reports(step)] == ["released-proved"]


@pytest.mark.parametrize(
    ("failure", "told"),
    [
        (WriteFailure.LOCKED, ["unproved"]),
        (WriteFailure.NOT_WRITTEN, ["unproved"]),
        (WriteFailure.LEFT, []),
        (WriteFailure.PAD_LOST, []),
    ],
)
def test_a_tag_that_cannot_be_secured_goes_on_the_list_and_one_that_left_is_met_again(
    failure: WriteFailure, told: list[str]
) -> None:
    step = draft()
    TagRepair().repaired(step, SECURE, failure)
    assert [report.finding for report in reports(step)] == told


def test_two_tags_of_one_item_are_asked_about_once() -> None:
    tags = {
        TAG: TagReading(TagKind.ITEM, ITEM, 2, 1),
        SECOND_TAG: TagReading(TagKind.ITEM, ITEM, 2, 2),
    }
    step, repair = draft(), TagRepair()
    session = SelfCheck(policy=Policy(), tags=tags)  # type: ignore[arg-type]
    assert repair.look(step, session, EPOCH, now=1.0) == [ITEM]
    assert step.orders == [ReadSecurity(TAG), ReadSecurity(SECOND_TAG)]
