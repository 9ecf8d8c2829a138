"""The promises of the port, kept by our own rules and by a system that knows none of them."""

from service.arrived import Arrived
from service.protocol.operations import (
    CancelCheckOut,
    CheckIn,
    CheckOut,
    Renew,
    ReportTag,
    ReportTold,
)
from service.protocol.refusals import RefusalCode
from service.protocol.replies import (
    BodyDiffers,
    Cancelled,
    Destination,
    ForeignOperation,
    Lent,
    Noted,
    Refused,
    Renewed,
    Returned,
    Settled,
    Withdrawn,
)
from tests.bench.backends.behind import Behind
from tests.bench.ledger.library import CARDS, ITEMS

OUT = CheckOut(ITEMS[0], CARDS[0])


def test_replies_come_in_the_order_of_the_list(library: Behind) -> None:
    acts = [
        library.arrived(1, CheckOut(ITEMS[0], CARDS[0])),
        library.arrived(2, CheckOut(ITEMS[0], CARDS[1])),
        library.arrived(1, CheckIn(ITEMS[0])),
        library.arrived(3, CheckIn("unknown")),
    ]
    lent, refused, back, unknown = library.apply(*acts)
    assert isinstance(lent, Lent)
    assert refused == Refused(RefusalCode.ON_LOAN_TO_ANOTHER)
    assert isinstance(back, Returned)
    assert isinstance(unknown, Returned)
    assert unknown.destination is Destination.DESK


def test_repeat_gets_the_first_reply_and_does_nothing(library: Behind) -> None:
    out = library.arrived(1, OUT)
    first = library.apply(out)
    library.restart()
    assert library.apply(out) == first
    if library.system:
        assert library.system.done == {"check-out": 1}


def test_same_id_with_another_body_or_station_is_refused(library: Behind) -> None:
    out = library.arrived(1, OUT, operation="a" * 32)
    library.apply(out)
    other = library.arrived(1, CheckIn(ITEMS[0]), operation="a" * 32)
    assert library.apply(other) == [BodyDiffers()]
    assert library.apply(Arrived(2, out.operation, out.body)) == [ForeignOperation()]
    assert library.holder(ITEMS[0]) == CARDS[0]


def test_own_book_again_is_no_renewal(library: Behind) -> None:
    library.send(1, OUT)
    again = library.send(2, OUT)
    assert isinstance(again, Lent)
    assert again.already_yours
    if library.system:
        assert library.system.done["renewal"] == 0


def test_unknown_item_or_patron_is_refused(library: Behind) -> None:
    assert library.send(1, CheckOut("x", CARDS[0])) == Refused(RefusalCode.ITEM_UNKNOWN)
    assert library.send(1, CheckOut(ITEMS[0], "x")) == Refused(RefusalCode.PATRON_UNKNOWN)


def test_return_is_booked_also_twice(library: Behind) -> None:
    library.send(1, OUT)
    first, second = library.send(1, CheckIn(ITEMS[0])), library.send(2, CheckIn(ITEMS[0]))
    assert isinstance(first, Returned)
    assert isinstance(second, Returned)
    assert (first.was_on_loan, second.was_on_loan) == (True, False)


def test_renewal_only_for_who_has_the_book(library: Behind) -> None:
    library.send(1, OUT)
    library.now_ms += 5 * 86_400_000
    other = library.send(1, Renew(ITEMS[0], CARDS[1]))
    assert other == Refused(RefusalCode.NOT_ON_LOAN_TO_PATRON)
    assert isinstance(library.send(1, Renew(ITEMS[0], CARDS[0])), Renewed)


def test_cancel_takes_the_loan_back(library: Behind) -> None:
    out = library.arrived(1, OUT)
    library.apply(out)
    name = out.operation.operation
    assert library.send(1, CancelCheckOut(name)) == Cancelled(name)
    assert library.holder(ITEMS[0]) is None


def test_cancel_before_its_check_out_withdraws_it(library: Behind) -> None:
    out = library.arrived(1, OUT)
    library.send(1, CancelCheckOut(out.operation.operation))
    assert library.apply(out) == [Withdrawn()]
    assert library.holder(ITEMS[0]) is None


def test_cancel_leaves_the_other_claim(library: Behind) -> None:
    first = library.arrived(1, OUT)
    second = library.arrived(2, OUT)
    library.apply(first, second)
    library.send(1, CancelCheckOut(first.operation.operation))
    assert library.holder(ITEMS[0]) == CARDS[0]
    library.send(2, CancelCheckOut(second.operation.operation))
    assert library.holder(ITEMS[0]) is None


def test_cancel_after_the_return_spares_the_next_patron(library: Behind) -> None:
    out = library.arrived(1, OUT)
    library.apply(out)
    library.send(2, CheckIn(ITEMS[0]))
    library.send(2, CheckOut(ITEMS[0], CARDS[1]))
    library.send(1, CancelCheckOut(out.operation.operation))
    assert library.holder(ITEMS[0]) == CARDS[1]


def test_station_cannot_cancel_what_another_lent(library: Behind) -> None:
    out = library.arrived(1, OUT)
    library.apply(out)
    assert library.send(2, CancelCheckOut(out.operation.operation)) == ForeignOperation()
    assert library.holder(ITEMS[0]) == CARDS[0]


def test_confirmed_and_forgotten_is_settled(library: Behind) -> None:
    out = library.arrived(1, OUT)
    library.apply(out)
    library.backend.confirm(1, 1)
    library.backend.apply([])
    assert library.backend.safe_through(1) == 1
    with library.engine.begin() as connection:
        connection.exec_driver_sql("DELETE FROM operations")
        connection.exec_driver_sql("UPDATE stations SET confirmed_through = 1 WHERE id = 1")
    library.restart()
    assert library.apply(out) == [Settled()]


def test_offered_again_with_its_reply_is_not_done_again(library: Behind) -> None:
    given = Refused(RefusalCode.LIMIT_REACHED)
    again = library.arrived(1, OUT, given=given)
    assert library.apply(again) == [given]
    assert library.holder(ITEMS[0]) is None


def test_reports_open_and_close_lines(library: Behind) -> None:
    out, uid = library.arrived(1, OUT), "E004010012345678"
    library.apply(out)
    name = out.operation.operation
    assert library.send(1, ReportTag(ITEMS[0], uid, "unproved", name)) == Noted()
    assert library.send(1, ReportTold(name, told=False)) == Noted()
    assert sorted(library.lines()) == ["lent-nobody-told", "tag-unproved"]
    library.send(2, ReportTag(ITEMS[0], uid, "released-proved"))
    library.send(1, ReportTold(name, told=True))
    assert library.lines() == []
