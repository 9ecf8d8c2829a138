"""Every act once: repeats, cuts at commit, sequences, other stations' operations."""

import sqlite3
from collections.abc import Callable

import pytest
from sqlalchemy import event
from sqlalchemy.exc import OperationalError

from service import confirmations
from service.arrived import Arrived
from service.database import models
from service.database.connection import Writer
from service.ledger import LedgerUnavailable
from service.protocol.operations import CancelCheckOut, CheckIn, CheckOut, ReportTag
from service.protocol.refusals import RefusalCode
from service.protocol.replies import (
    BodyDiffers,
    Cancelled,
    ForeignOperation,
    Lent,
    Noted,
    Refused,
    Returned,
    Settled,
    Withdrawn,
)
from tests.bench.ledger.library import CARDS, ITEMS, Library, kinds

OUT = CheckOut(ITEMS[0], CARDS[0])


def test_resent_operation_gets_the_stored_reply(library: Library) -> None:
    sent = library.arrived(1, OUT)
    first = library.apply(sent)
    library.now_ms += 40 * 86_400_000
    assert library.apply(sent) == first
    assert library.count(models.claims) == 1


def test_operation_twice_in_one_set_is_applied_once(library: Library) -> None:
    sent = library.arrived(1, OUT)
    one, two = library.apply(sent, sent)
    assert one == two
    assert library.count(models.claims) == 1


def test_resent_after_a_restart_gets_the_stored_reply(library: Library) -> None:
    sent = library.arrived(1, OUT)
    first = library.apply(sent)
    library.restart()
    assert library.apply(sent) == first


def test_same_id_with_another_body_is_refused_and_changes_nothing(library: Library) -> None:
    library.apply(library.arrived(1, OUT, operation="a" * 32))
    other = library.arrived(1, CheckIn(ITEMS[0]), operation="a" * 32)
    assert library.apply(other) == [BodyDiffers()]
    assert library.borrowed(CARDS[0]) == [ITEMS[0]]


def test_id_of_another_station_is_refused(library: Library) -> None:
    sent = library.arrived(1, OUT)
    library.apply(sent)
    assert library.apply(Arrived(2, sent.operation, sent.body)) == [ForeignOperation()]


def test_same_act_under_another_id_is_already_theirs(library: Library) -> None:
    library.send(1, OUT)
    again = library.send(2, OUT)
    assert isinstance(again, Lent)
    assert again.already_yours
    assert library.count(models.loans) == 1


def test_station_that_was_never_enrolled_is_refused(library: Library) -> None:
    assert library.apply(library.arrived(99, OUT)) == [ForeignOperation()]
    assert library.count(models.operations) == 0


def test_station_enrolled_while_the_service_runs_is_known(library: Library) -> None:
    library.do(
        "INSERT INTO stations (public_key, name, point, enrolled_at_ms)"
        " VALUES ('a new key', 'new', 'SK', 0)"
    )
    (row,) = library.rows(models.stations, name="new")
    assert isinstance(library.send(row.id, OUT), Lent)


# --- forgetting -----------------------------------------------------------------------------


def test_forgotten_operation_is_settled_and_never_applied_again(
    library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(confirmations, "FORGET_AT", 1)
    out = library.arrived(1, OUT)
    library.apply(out)
    library.send(1, CheckIn(ITEMS[0]))
    library.ledger.confirm(1, 2)
    library.apply()
    assert library.count(models.operations) == 0
    assert library.apply(out) == [Settled()]
    library.restart()
    assert library.apply(out) == [Settled()]
    assert library.borrowed(CARDS[0]) == []


def test_confirmation_beyond_what_was_applied_silences_nothing(library: Library) -> None:
    """A station that confirms a sequence which never came here still gets its acts applied."""
    library.send(1, OUT)
    library.ledger.confirm(1, 1_000)
    assert isinstance(library.send(1, CheckIn(ITEMS[0])), Returned)


def test_confirmation_of_what_was_not_applied_yet_does_not_settle_it(library: Library) -> None:
    second = library.arrived(1, OUT, sequence=2)
    library.ledger.confirm(1, 2)
    assert list(kinds(library.apply(second))) == ["Lent"]


def test_cancel_of_a_forgotten_check_out_still_finds_its_claim(
    library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(confirmations, "FORGET_AT", 1)
    out = library.arrived(1, OUT)
    library.apply(out)
    library.ledger.confirm(1, 1)
    library.apply()
    library.send(1, CancelCheckOut(out.operation.operation))
    assert library.borrowed(CARDS[0]) == []
    assert library.send(2, CancelCheckOut(out.operation.operation)) == ForeignOperation()


# --- order and cancels ----------------------------------------------------------------------


def test_acts_of_a_station_go_by_its_sequence_whatever_their_order_in_the_set(
    library: Library,
) -> None:
    out = library.arrived(1, OUT)
    back = library.arrived(1, CheckIn(ITEMS[0]))
    replies = library.apply(back, out)
    assert list(kinds(replies)) == ["Returned", "Lent"]
    assert library.borrowed(CARDS[0]) == []


@pytest.mark.parametrize("together", [True, False])
def test_cancel_racing_its_operation(library: Library, *, together: bool) -> None:
    out = library.arrived(1, OUT)
    cancel = library.arrived(1, CancelCheckOut(out.operation.operation))
    if together:
        assert list(kinds(library.apply(cancel, out))) == ["Cancelled", "Lent"]
    else:
        assert library.apply(cancel) == [Cancelled(out.operation.operation)]
        assert library.apply(out) == [Withdrawn()]
    assert library.borrowed(CARDS[0]) == []
    assert isinstance(library.send(2, CheckOut(ITEMS[0], CARDS[1])), Lent)


def test_station_cannot_cancel_what_another_lent(library: Library) -> None:
    out = library.arrived(1, OUT)
    library.apply(out)
    assert library.send(2, CancelCheckOut(out.operation.operation)) == ForeignOperation()
    assert library.borrowed(CARDS[0]) == [ITEMS[0]]


def test_second_try_after_a_cancel_is_lent_once(library: Library) -> None:
    first = library.arrived(1, OUT)
    cancel = library.arrived(1, CancelCheckOut(first.operation.operation))
    second = library.arrived(1, OUT)
    assert list(kinds(library.apply(first, cancel, second))) == ["Lent", "Cancelled", "Lent"]
    assert library.borrowed(CARDS[0]) == [ITEMS[0]]
    assert library.count(models.loans, state="void") == 1


def test_second_try_cancelled_in_its_own_set_leaves_the_book_to_the_first(
    library: Library,
) -> None:
    """The first check-out stands in the database alone, the second one on the desk alone."""
    library.send(1, OUT)
    second = library.arrived(2, OUT)
    cancel = library.arrived(2, CancelCheckOut(second.operation.operation))
    assert list(kinds(library.apply(second, cancel))) == ["Lent", "Cancelled"]
    assert library.borrowed(CARDS[0]) == [ITEMS[0]]
    assert library.count(models.loans, state="void") == 0


def test_returned_here_and_lent_there_in_one_set_then_the_first_loan_is_cancelled(
    library: Library,
) -> None:
    """The history told anew keeps the order of decision, though all came at one moment."""
    first = library.arrived(3, OUT)
    library.apply(first)
    back = library.arrived(2, CheckIn(ITEMS[0]))
    second = library.arrived(1, CheckOut(ITEMS[0], CARDS[1]))
    assert list(kinds(library.apply(back, second))) == ["Returned", "Lent"]
    library.send(3, CancelCheckOut(first.operation.operation))
    assert library.borrowed(CARDS[1]) == [ITEMS[0]]
    assert library.count(models.loans, state="void") == 1


@pytest.mark.parametrize("together", [True, False])
def test_two_stations_exceed_no_limit(library: Library, *, together: bool) -> None:
    outs = [library.arrived(1 + n % 2, CheckOut(ITEMS[n], CARDS[0])) for n in range(6)]
    if together:
        replies = library.apply(*outs)
    else:
        replies = [reply for out in outs for reply in library.apply(out)]
    assert list(kinds(replies)) == ["Lent"] * 3 + ["Refused"] * 3
    assert len(library.borrowed(CARDS[0])) == 3


def test_two_stations_lend_one_book_once(library: Library) -> None:
    outs = [library.arrived(1 + n, CheckOut(ITEMS[0], CARDS[n])) for n in range(3)]
    assert list(kinds(library.apply(*outs))) == ["Lent", "Refused", "Refused"]


# --- the store fails ------------------------------------------------------------------------

Commit = Callable[[Writer], None]


def lost_commits(monkeypatch: pytest.MonkeyPatch, times: int, *, done: bool) -> None:
    """So many commits end in an error, after or before they were done."""
    real: Commit = Writer.commit
    left = [times]

    def commit(writer: Writer) -> None:
        if left[0] == 0:
            real(writer)
            return
        left[0] -= 1
        if done:
            real(writer)
        raise OperationalError("COMMIT", None, Exception("disk I/O error"))

    monkeypatch.setattr(Writer, "commit", commit)


@pytest.mark.parametrize("done", [True, False])
def test_error_at_commit_says_nothing_of_the_commit(
    library: Library, monkeypatch: pytest.MonkeyPatch, *, done: bool
) -> None:
    lost_commits(monkeypatch, 1, done=done)
    replies = library.apply(library.arrived(1, OUT), library.arrived(1, CheckIn(ITEMS[0])))
    assert list(kinds(replies)) == ["Lent", "Returned"]
    assert library.count(models.loans) == 1
    assert library.count(models.check_ins) == 1


def test_store_that_takes_nothing_says_so_and_recovers(
    library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = library.arrived(1, OUT)
    with monkeypatch.context() as broken:
        lost_commits(broken, 9, done=False)
        with pytest.raises(LedgerUnavailable):
            library.apply(out)
    assert library.count(models.operations) == 0
    assert list(kinds(library.apply(out))) == ["Lent"]


def test_full_disk_leaves_nothing_half_done_and_is_over_when_there_is_room(
    library: Library,
) -> None:
    """SQLite's own error, for a file that may not grow."""
    if library.engine.dialect.name != "sqlite":
        pytest.skip("the limit of a file is SQLite's")

    def no_room(connection: sqlite3.Connection, _record: object) -> None:
        connection.execute("PRAGMA max_page_count = 1")

    library.do("UPDATE rules SET max_loans = 100")
    event.listen(library.engine, "connect", no_room)
    library.engine.dispose()
    library.restart()
    outs = [library.arrived(1, CheckOut(item, CARDS[0])) for item in ITEMS]
    with pytest.raises(LedgerUnavailable):
        library.apply(*outs)
    assert library.count(models.loans) == library.count(models.operations) == 0
    event.remove(library.engine, "connect", no_room)
    library.engine.dispose()
    assert set(kinds(library.apply(*outs))) == {"Lent", "Refused"}
    assert library.count(models.loans) == 100


def test_connection_that_died_is_made_anew(library: Library) -> None:
    library.ledger._store.writer._connection.close()
    assert list(kinds(library.apply(library.arrived(1, OUT)))) == ["Lent"]


# --- hostile text ---------------------------------------------------------------------------


def test_number_with_a_nul_is_unknown_and_spoils_no_neighbour(library: Library) -> None:
    bad = library.arrived(1, CheckOut(f"{ITEMS[0]}\0", f"{CARDS[0]}\0"))
    report = library.arrived(1, ReportTag("TK\0", "E" * 16, "unproved"))
    good = library.arrived(2, OUT)
    replies = library.apply(bad, report, good)
    assert replies[:2] == [Refused(RefusalCode.PATRON_UNKNOWN), Noted()]
    assert isinstance(replies[2], Lent)
    assert library.count(models.attention, kind="parked") == 0


def test_number_is_data_and_no_statement(library: Library) -> None:
    sly = CheckIn("x'); DROP TABLE loans; --")
    assert isinstance(library.send(1, sly), Returned)
    assert library.count(models.loans) == 0
