"""What a step sends: nothing before its commit, everything in order and in portions."""

from kiosk.draft import Birth, Draft
from kiosk.outbox.changes import MarkSent
from kiosk.outbox.outbox import Outbox
from kiosk.outbox.records import OperationRecord
from kiosk.sending import send_what_may_leave
from service.protocol.operations import CheckIn
from service.protocol.questions import ReofferDone
from service.protocol.replies import Welcome
from tests.unit.kiosk.operations import CHECK_IN, CHECK_OUT, LENT, NEXT_EPOCH, RETURNED, key, record
from tests.unit.kiosk.played_service import PlayedService

PORTION = 64


def step(service: PlayedService, *records: OperationRecord) -> Draft:
    """A step in which these are kept and nothing else happens; it is not committed yet."""
    outbox = Outbox(records, [], 0)
    draft = Draft(outbox, Birth("b0" * 16, lambda: service.now, lambda: 0.0))
    send_what_may_leave(draft, service.client, (), service.now)
    return draft


def commit(draft: Draft) -> None:
    draft.act(lambda _: None)


def online() -> PlayedService:
    service = PlayedService()
    service.come_online()
    return service


def sequences(service: PlayedService, kind: str = "operation") -> list[str]:
    return [sent.content.operation for sent in service.every(kind)]  # type: ignore[union-attr]


def test_no_frame_leaves_before_its_row_is_marked_as_sent_and_committed() -> None:
    service = online()
    draft = step(service, record(CHECK_OUT, 1))
    assert draft.changes == [MarkSent(key(1))]
    assert sequences(service) == []
    commit(draft)
    assert sequences(service) == [key(1)]


def test_a_resend_is_not_marked_again() -> None:
    assert step(online(), record(CHECK_OUT, 1, sent=True)).changes == []


def test_a_long_offline_day_leaves_in_portions_and_in_order() -> None:
    service = online()
    rows = [record(CheckIn(f"TK.{n:05d}"), n, sent=True) for n in range(1, 201)]
    commit(step(service, *rows))
    assert sequences(service) == [key(n) for n in range(1, PORTION + 1)]
    commit(step(service, *rows))
    assert len(sequences(service)) == PORTION
    service.answer(service.every("operation")[0], RETURNED)
    commit(step(service, record(CheckIn("TK.00001"), 1, RETURNED), *rows[1:]))
    assert sequences(service)[-1] == key(PORTION + 1)


def test_a_reply_that_could_not_be_written_is_never_confirmed() -> None:
    """The disk was full: the step has not happened, and the service must keep its reply."""
    service = online()
    commit(step(service, record(CHECK_OUT, 1, sent=True)))
    step(service, record(CHECK_OUT, 1, LENT), record(CHECK_IN, 2, RETURNED))
    service.later(10)
    assert service.last("heartbeat").header.confirmed == 0
    commit(step(service, record(CHECK_OUT, 1, LENT), record(CHECK_IN, 2, RETURNED)))
    service.later(10)
    assert service.last("heartbeat").header.confirmed == 2


def test_a_restored_service_is_offered_what_is_kept_and_then_told_that_this_was_all() -> None:
    service = PlayedService(epoch=NEXT_EPOCH)
    service.answer(service.connect(), Welcome("kiosk-1", "Thư viện", reoffer=True))
    kept = record(CHECK_OUT, 1, LENT, over=True, shown=True)
    commit(step(service, kept, record(CHECK_IN, 2)))
    assert sequences(service, "reoffer") == [key(1)]
    assert not any(sent.content == ReofferDone() for sent in service.sent)
    service.answer(service.last("reoffer"), LENT)
    commit(step(service, record(CHECK_OUT, 1, LENT, epoch=NEXT_EPOCH)))
    commit(step(service, record(CHECK_OUT, 1, LENT, epoch=NEXT_EPOCH)))
    assert [sent.content for sent in service.sent].count(ReofferDone()) == 1
