"""Power lost between two lines that write: cuts that a model of the rules found first."""

from drivers.simulators.virtual_tags import VirtualTag
from kiosk.crash_points import CrashPoint
from service.sample.known import ADULT
from tests.system.promises import RETURNED, Word
from tests.system.rig import RELEASED, SECURED, Rig

BOOK = "VV.00417"
NAME = "V. A. MẪU"
LENT = Word("lent", NAME)


def borrow(rig: Rig, tag: VirtualTag, crash_at: CrashPoint | None = None) -> None:
    """Until Done is shown, or until the station dies."""
    rig.kiosk.start(crash_at)
    rig.show_card(ADULT)
    rig.lay(tag)
    rig.kiosk.shows(BOOK, "done")


def lend(rig: Rig) -> VirtualTag:
    """A book that was borrowed as it should be; the station is stopped."""
    (tag,) = rig.book(BOOK)
    borrow(rig, tag)
    rig.kiosk.finish()
    rig.lift(tag)
    rig.station.drain()
    return tag


def cut_while_borrowing(rig: Rig, point: CrashPoint) -> VirtualTag:
    (tag,) = rig.book(BOOK)
    borrow(rig, tag, point)
    assert rig.station.cut
    assert rig.people.was_told(BOOK) == RETURNED
    return tag


def test_return_cut_between_answer_and_drawn(rig: Rig) -> None:
    tag = lend(rig)
    rig.kiosk.start(CrashPoint.PROVED_BEFORE_DRAWN)
    rig.kiosk.choose_return()
    rig.lay(tag)
    rig.kiosk.shows(BOOK, "done")
    assert rig.station.cut
    assert rig.people.was_told(BOOK) == LENT
    assert rig.come_to_rest() == []
    assert tag.afi == SECURED
    assert rig.loans(BOOK) == [("returned", NAME, 1)]
    assert rig.listed(BOOK) == {"returned-nobody-told"}


def test_proved_cut_before_drawn(rig: Rig) -> None:
    """Lent, and nobody was told, until the same patron is."""
    tag = cut_while_borrowing(rig, CrashPoint.PROVED_BEFORE_DRAWN)
    assert rig.come_to_rest() == []
    assert tag.afi == RELEASED
    assert rig.loans(BOOK) == [("open", NAME, 1)]
    assert rig.listed(BOOK) == {"lent-nobody-told"}
    borrow(rig, tag)
    rig.kiosk.finish()
    assert rig.people.was_told(BOOK) == LENT
    assert rig.come_to_rest() == []
    assert rig.loans(BOOK) == [("open", NAME, 2)]
    assert rig.listed(BOOK) == set()


def test_proved_cut_before_drawn_and_told_at_another_station(rig: Rig) -> None:
    tag = cut_while_borrowing(rig, CrashPoint.PROVED_BEFORE_DRAWN)
    assert rig.come_to_rest() == []
    other = rig.kiosks[1]
    other.start()
    other.show_card(ADULT)
    other.lay(tag)
    assert other.shows(BOOK, "done")
    other.finish()
    assert rig.come_to_rest() == []
    assert rig.listed(BOOK) == set()


def test_writing_cut_then_tag_seen_but_patron_never_told(rig: Rig) -> None:
    """Two lines: a pad that proves the tag closes its own and not the other."""
    tag = cut_while_borrowing(rig, CrashPoint.TAG_WRITTEN)
    assert rig.come_to_rest() == []
    assert tag.afi == RELEASED
    assert rig.listed(BOOK) == {"tag-unproved", "lent-nobody-told"}
    assert rig.see_all_tags() == []
    assert tag.afi == RELEASED
    assert rig.listed(BOOK) == {"lent-nobody-told"}


def test_writing_cut_before_the_frame_left(rig: Rig) -> None:
    """The journal cannot tell it from a frame that left: the loan stands, the tag is found out."""
    tag = cut_while_borrowing(rig, CrashPoint.BEFORE_TAG_WRITE)
    assert rig.come_to_rest() == []
    assert tag.afi == SECURED
    assert rig.loans(BOOK) == [("open", NAME, 1)]
    assert rig.listed(BOOK) == {"tag-unproved", "lent-nobody-told"}
    assert rig.see_all_tags() == []
    assert tag.afi == SECURED
    assert rig.listed(BOOK) == {"lent-still-secured", "lent-nobody-told"}


def test_cut_after_the_grant_and_before_the_tag_was_touched(rig: Rig) -> None:
    tag = cut_while_borrowing(rig, CrashPoint.REPLY_BEFORE_COMMIT)
    assert rig.come_to_rest() == []
    assert tag.afi == SECURED
    assert rig.loans(BOOK) == [("void", NAME, 0)]
    assert rig.listed(BOOK) == set()


def test_cut_before_the_first_frame_left(rig: Rig) -> None:
    tag = cut_while_borrowing(rig, CrashPoint.BEFORE_OUTBOX_COMMIT)
    assert rig.come_to_rest() == []
    assert tag.afi == SECURED
    assert rig.loans(BOOK) == []


def test_shown_mark_lost_with_the_power_costs_one_needless_line(rig: Rig) -> None:
    (tag,) = rig.book(BOOK)
    borrow(rig, tag, CrashPoint.DRAWN_BEFORE_SHOWN)
    assert rig.station.died or rig.kiosk.finish() is False
    assert rig.people.was_told(BOOK) == LENT
    assert rig.come_to_rest() == []
    assert rig.listed(BOOK) == {"lent-nobody-told"}


def test_old_journal_row_after_the_book_was_returned_at_another_station(rig: Rig) -> None:
    """The row says `writing`, but the book was brought back since: nothing is written."""
    tag = cut_while_borrowing(rig, CrashPoint.TAG_WRITTEN)
    rig.lift(tag)
    other = rig.kiosks[1]
    other.start()
    other.choose_return()
    other.lay(tag)
    other.shows(BOOK, "done")
    other.finish()
    other.lift(tag)
    assert tag.afi == SECURED
    writes: list[int] = []
    tag.on_write = lambda written: writes.append(written.afi)
    assert rig.come_to_rest() == []
    assert rig.see_all_tags() == []
    assert writes == []
    assert rig.loans(BOOK) == [("returned", NAME, 1)]
