"""The table of what follows when nobody waits any more, row by row and over all that can be."""

from itertools import combinations, product

import pytest

from drivers.uid import Uid
from kiosk.outbox.records import NO_TAG, JournalRow, JournalState
from kiosk.security_journal import TagProgress, Verdict, open_tags, progress, verdict
from service.protocol.operations import CancelCheckOut, ReportTag, ReportTold
from service.protocol.replies import OutcomeReply
from tests.unit.kiosk.operations import (
    CHECK_IN,
    CHECK_OUT,
    ITEM,
    LENT,
    PARKED,
    REFUSED,
    RENEW,
    RENEWED,
    RETURNED,
    SECOND_TAG,
    SETTLED,
    TAG,
    WITHDRAWN,
    key,
    record,
    row,
)

WANTED, WRITING, PROVED, CLOSED = JournalState

STATES = [states for count in range(5) for states in combinations(JournalState, count)]
"""Every set of states that the tags of one operation can be in, none included."""

NOT_LENT = [REFUSED, WITHDRAWN, SETTLED, PARKED]
BOTH = (False, True)


def tags(*states: JournalState) -> list[JournalRow]:
    return [row(state, tag=Uid(f"E00401503300{n:04X}")) for n, state in enumerate(states)]


def expected_of_check_out(
    sent: bool, reply: OutcomeReply | None, states: tuple[JournalState, ...], shown: bool
) -> Verdict:
    """The table of the design, read from top to bottom."""
    if reply in NOT_LENT:
        return Verdict.STANDS
    none_or_wanted = set(states) <= {WANTED}
    if reply is None and not sent and none_or_wanted:
        return Verdict.DROP
    if none_or_wanted:
        return Verdict.CANCEL
    if {WANTED, WRITING} & set(states):
        return Verdict.LIST
    return Verdict.STANDS if shown else Verdict.LIST


@pytest.mark.parametrize("states", STATES, ids=lambda states: "+".join(states) or "no row")
@pytest.mark.parametrize("reply", [None, LENT, *NOT_LENT], ids=lambda r: type(r).__name__)
def test_every_row_of_the_table_for_a_check_out(
    reply: OutcomeReply | None, states: tuple[JournalState, ...]
) -> None:
    for sent, shown, listed in product(BOTH, BOTH, BOTH):
        kept = record(CHECK_OUT, reply=reply, sent=sent, shown=shown, listed=listed)
        wanted = expected_of_check_out(sent, reply, states, shown)
        assert verdict(kept, tags(*states)) is wanted, (sent, shown, listed)


def test_power_lost_before_the_first_frame_left_drops_the_row() -> None:
    assert verdict(record(CHECK_OUT), []) is Verdict.DROP
    assert verdict(record(CHECK_OUT), tags(WANTED)) is Verdict.DROP


def test_power_lost_between_send_and_reply_takes_the_claim_away() -> None:
    assert verdict(record(CHECK_OUT, sent=True), []) is Verdict.CANCEL


def test_granted_and_never_written_takes_the_claim_away_even_if_it_was_shown() -> None:
    assert verdict(record(CHECK_OUT, reply=LENT, shown=True), tags(WANTED)) is Verdict.CANCEL


def test_granted_but_the_mark_of_sending_was_lost_is_never_just_dropped() -> None:
    """The service holds the loan: dropping the row would keep it there, shown to nobody."""
    assert verdict(record(CHECK_OUT, reply=LENT, sent=False), []) is Verdict.CANCEL


@pytest.mark.parametrize("reply", [None, LENT])
@pytest.mark.parametrize("shown", BOTH)
def test_writing_cut_then_tag_seen_but_patron_never_told_the_loan_stands_and_is_listed(
    reply: OutcomeReply | None, shown: bool
) -> None:
    assert verdict(record(CHECK_OUT, reply=reply, shown=shown), tags(WRITING)) is Verdict.LIST


def test_proved_cut_before_drawn_is_listed_and_once_shown_it_stands() -> None:
    assert verdict(record(CHECK_OUT, reply=LENT), tags(PROVED)) is Verdict.LIST
    assert verdict(record(CHECK_OUT, reply=LENT, shown=True), tags(PROVED)) is Verdict.STANDS


def test_one_unproved_part_of_a_set_keeps_the_whole_loan_on_the_list() -> None:
    kept = record(CHECK_OUT, reply=LENT, shown=True)
    assert verdict(kept, tags(PROVED, PROVED, WRITING)) is Verdict.LIST
    assert verdict(kept, tags(PROVED, WANTED)) is Verdict.LIST


def test_an_item_without_tag_stands_once_its_grant_was_noted_and_shown() -> None:
    noted = [row(PROVED, tag=NO_TAG)]
    assert verdict(record(CHECK_OUT, reply=LENT, shown=True), noted) is Verdict.STANDS
    assert verdict(record(CHECK_OUT, reply=LENT), noted) is Verdict.LIST
    assert verdict(record(CHECK_OUT, reply=LENT), []) is Verdict.CANCEL


@pytest.mark.parametrize("states", STATES, ids=lambda states: "+".join(states) or "no row")
@pytest.mark.parametrize("reply", [None, RETURNED, REFUSED, PARKED])
def test_a_return_stands_and_is_listed_until_told_and_proved(
    reply: OutcomeReply | None, states: tuple[JournalState, ...]
) -> None:
    """`return_cut_between_answer_and_drawn`: sent or not, it is neither dropped nor withdrawn."""
    written = not {WRITING} & set(states) and not ({WANTED} < set(states))
    for sent, shown in product(BOTH, BOTH):
        kept = record(CHECK_IN, reply=reply, sent=sent, shown=shown)
        wanted = Verdict.STANDS if shown and written else Verdict.LIST
        assert verdict(kept, tags(*states)) is wanted, (sent, shown)


@pytest.mark.parametrize(
    ("sent", "reply", "shown", "wanted"),
    [
        (False, None, False, Verdict.DROP),
        (True, None, False, Verdict.LIST),
        (True, RENEWED, False, Verdict.LIST),
        (True, RENEWED, True, Verdict.STANDS),
        (True, REFUSED, True, Verdict.STANDS),
    ],
)
def test_a_renewal_is_dropped_before_it_was_sent_and_listed_until_told(
    sent: bool, reply: OutcomeReply | None, shown: bool, wanted: Verdict
) -> None:
    assert verdict(record(RENEW, reply=reply, sent=sent, shown=shown), []) is wanted


@pytest.mark.parametrize(
    "act",
    [
        CancelCheckOut(key(9)),
        ReportTag(ITEM, TAG, "unproved"),
        ReportTold(key(9), told=False),
    ],
)
@pytest.mark.parametrize("sent", BOTH)
def test_cancels_and_reports_are_never_dropped_nor_reported_themselves(
    act: CancelCheckOut | ReportTag | ReportTold, sent: bool
) -> None:
    assert verdict(record(act, sent=sent), []) is Verdict.STANDS


def test_open_tags_are_those_that_some_pad_must_still_prove() -> None:
    unproved, started = row(WANTED), row(WRITING, tag=SECOND_TAG)
    nothing_to_prove = [row(PROVED), row(CLOSED), row(WRITING, tag=NO_TAG)]
    assert open_tags([unproved, *nothing_to_prove, started]) == [unproved, started]


@pytest.mark.parametrize(
    ("states", "word"),
    [
        ((), TagProgress.UNTOUCHED),
        ((WANTED, WANTED), TagProgress.UNTOUCHED),
        ((WANTED, WRITING), TagProgress.UNKNOWN),
        ((WANTED, PROVED), TagProgress.UNKNOWN),
        ((WRITING, CLOSED), TagProgress.UNKNOWN),
        ((PROVED, CLOSED), TagProgress.PROVED),
        ((CLOSED,), TagProgress.PROVED),
    ],
)
def test_the_rows_of_an_operation_in_one_word(
    states: tuple[JournalState, ...], word: TagProgress
) -> None:
    assert progress(tags(*states)) is word
