"""One step as it is gathered: numbers that are never given twice, and acts in their order."""

from hypothesis import given
from hypothesis import strategies as st

from kiosk.draft import Birth, Draft
from kiosk.outbox.changes import AddOperation, MarkShown, SetValue
from kiosk.outbox.outbox import Outbox
from kiosk.outbox.records import OperationRecord
from kiosk.pad_orders import PadOrder, ReadContent
from service.protocol import codec
from tests.unit.kiosk.operations import CHECK_IN, CHECK_OUT, LENT, TAG, key, record

BIRTH = Birth("b0" * 16, lambda: 12.345, lambda: 1_790_000_000.5)


def draft(*records: OperationRecord, last: int = 0) -> Draft:
    return Draft(Outbox(records, [], last), BIRTH)


def test_later_events_of_a_step_see_what_earlier_ones_wrote() -> None:
    step = draft(record(CHECK_OUT, 1, LENT))
    step.write([MarkShown(key(1))])
    operation = step.submit(CHECK_IN)
    kept, born = step.outbox.get(key(1)), step.outbox.get(operation)
    assert kept is not None
    assert kept.shown
    assert born is not None
    assert not born.sent


def test_an_act_is_born_with_its_place_in_time_and_its_body_is_fixed() -> None:
    added = draft(last=7).born(CHECK_OUT)
    operation = added.operation
    assert (operation.sequence, operation.boot) == (8, "b0" * 16)
    assert (operation.monotonic_ms, operation.wall_ms) == (12_345, 1_790_000_000_500)
    assert codec.decode_operation(added.body) == operation


@given(st.integers(0, 8))
def test_sequences_go_up_and_the_highest_is_written_down(born: int) -> None:
    """A number is used up even when its operation is dropped before it was sent."""
    step = draft(last=41)
    keys = [step.submit(CHECK_OUT) for _ in range(born)]
    sequences = [
        added.operation.sequence for added in step.changes if isinstance(added, AddOperation)
    ]
    assert sequences == list(range(42, 42 + len(keys)))
    noted = [change.value for change in step.everything() if isinstance(change, SetValue)]
    assert noted == ([str(41 + len(keys))] if keys else [])


def test_a_step_that_bears_nothing_writes_no_number() -> None:
    step = draft(record(CHECK_OUT, 1, LENT))
    step.write([MarkShown(key(1))])
    assert step.everything() == [MarkShown(key(1))]
    assert draft().everything() == []


def test_acts_run_in_their_order_and_the_pad_is_ordered_last() -> None:
    done: list[object] = []
    step = draft()
    step.orders.append(ReadContent(TAG))
    step.acts += [lambda: done.append("first"), lambda: done.append("second")]
    step.act(done.extend)
    assert done == ["first", "second", ReadContent(TAG)]


def test_without_orders_the_pad_hears_nothing() -> None:
    heard: list[tuple[PadOrder, ...]] = []
    draft().act(heard.append)
    assert heard == []
