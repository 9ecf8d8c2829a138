"""A hand, a plug or a chip fails between a decision and its proof on the tag."""

import pytest

from drivers.simulators.faults import (
    AnswerStatus,
    AnyFault,
    Lose,
    PlannedFault,
    TakeAway,
    Unplug,
)
from drivers.simulators.virtual_tags import VirtualTag
from service.sample.known import ADULT
from tests.system.conftest import MakeRig
from tests.system.rig import RELEASED, SECURED, Rig

BOOK = "VV.00417"
SET_OF_THREE = "LC.00931"
NAME = "V. A. MẪU"
WRITE, READ_BACK = "write AFI", "system information"
TELLS_OK_AND_WRITES_NOTHING = AnswerStatus(status=0)


@pytest.fixture
def tag(rig: Rig) -> VirtualTag:
    """A secured book in the reader's hand; the station waits for a card."""
    (tag,) = rig.book(BOOK)
    rig.kiosk.start()
    return tag


def plan(rig: Rig, command: str, fault: AnyFault, at: int = 1, times: int = 1) -> None:
    rig.simulator.faults.plan(PlannedFault(fault=fault, command=command, at=at, times=times))


def borrow_until_put_back(rig: Rig, tag: VirtualTag) -> None:
    rig.show_card(ADULT)
    rig.lay(tag)
    rig.kiosk.shows(BOOK, "put-back")


def agrees_when_seen_again(rig: Rig) -> bool:
    """Nothing is broken before the tags are seen again, nothing after, and the list is closed."""
    assert rig.come_to_rest() == []
    assert rig.see_all_tags() == []
    return True


def test_book_lifted_between_grant_and_release_and_laid_back(rig: Rig, tag: VirtualTag) -> None:
    plan(rig, WRITE, TakeAway())
    borrow_until_put_back(rig, tag)
    assert tag.afi == SECURED
    rig.lay(tag)
    assert rig.kiosk.shows(BOOK, "done")
    assert tag.afi == RELEASED
    rig.kiosk.finish()
    assert agrees_when_seen_again(rig)
    assert rig.loans(BOOK) == [("open", NAME, 1)]
    assert rig.listed(BOOK) == set()


def test_book_lifted_between_grant_and_release_and_carried_away(rig: Rig, tag: VirtualTag) -> None:
    """A frame may have left, so nobody can know the tag: the loan stands, staff are told both."""
    plan(rig, WRITE, TakeAway())
    borrow_until_put_back(rig, tag)
    rig.kiosk.leave()
    assert rig.come_to_rest() == []
    assert rig.loans(BOOK) == [("open", NAME, 1)]
    assert rig.listed(BOOK) == {"tag-unproved", "lent-nobody-told"}
    assert rig.see_all_tags() == []
    assert tag.afi == SECURED
    assert rig.listed(BOOK) == {"lent-still-secured", "lent-nobody-told"}


def test_book_lifted_between_release_and_read_back_and_laid_back(rig: Rig, tag: VirtualTag) -> None:
    plan(rig, READ_BACK, TakeAway())
    borrow_until_put_back(rig, tag)
    assert tag.afi == RELEASED
    rig.lay(tag)
    assert rig.kiosk.shows(BOOK, "done")
    rig.kiosk.finish()
    assert agrees_when_seen_again(rig)
    assert rig.listed(BOOK) == set()


def test_book_lifted_between_release_and_read_back_and_carried_away(
    rig: Rig, tag: VirtualTag
) -> None:
    plan(rig, READ_BACK, TakeAway())
    borrow_until_put_back(rig, tag)
    rig.kiosk.leave()
    assert rig.come_to_rest() == []
    assert rig.listed(BOOK) == {"tag-unproved", "lent-nobody-told"}
    assert rig.see_all_tags() == []
    assert tag.afi == RELEASED
    assert rig.listed(BOOK) == {"lent-nobody-told"}


def test_one_volume_of_a_set_lifted_before_its_release(rig: Rig) -> None:
    volumes = rig.book(SET_OF_THREE, parts=3)
    rig.kiosk.start()
    plan(rig, WRITE, TakeAway(), at=2)
    rig.show_card(ADULT)
    rig.lay(*volumes)
    rig.kiosk.shows(SET_OF_THREE, "put-back")
    (lifted,) = [tag for tag in volumes if tag not in rig.simulator.pad.tags()]
    assert lifted.afi == SECURED
    rig.lay(lifted)
    assert rig.kiosk.shows(SET_OF_THREE, "done")
    assert {tag.afi for tag in volumes} == {RELEASED}
    rig.kiosk.finish()
    assert agrees_when_seen_again(rig)


def test_returned_book_lifted_before_it_was_secured(rig: Rig, tag: VirtualTag) -> None:
    """It is taken back all the same; its tag stays on the list until a pad has secured it."""
    rig.show_card(ADULT)
    rig.lay(tag)
    rig.kiosk.shows(BOOK, "done")
    rig.kiosk.finish()
    rig.lift(tag)
    plan(rig, WRITE, TakeAway())
    rig.kiosk.choose_return()
    rig.lay(tag)
    rig.kiosk.shows(BOOK, "put-back")
    rig.kiosk.leave()
    assert rig.come_to_rest() == []
    assert tag.afi == RELEASED
    assert rig.loans(BOOK) == [("returned", NAME, 1)]
    assert rig.listed(BOOK) == {"tag-unproved", "returned-nobody-told"}
    assert rig.see_all_tags() == []
    assert tag.afi == SECURED
    assert rig.listed(BOOK) == {"returned-nobody-told"}


@pytest.mark.parametrize("side", ["request", "answer"])
def test_reader_unplugged_in_a_write_and_plugged_in_again(
    rig: Rig, tag: VirtualTag, side: str
) -> None:
    plan(rig, WRITE, Unplug(side=side))  # type: ignore[arg-type]
    borrow_until_put_back(rig, tag)
    assert tag.afi == (SECURED if side == "request" else RELEASED)
    rig.kiosk.host.plug()
    assert rig.kiosk.shows(BOOK, "done")
    assert tag.afi == RELEASED
    rig.kiosk.finish()
    assert agrees_when_seen_again(rig)
    assert rig.loans(BOOK) == [("open", NAME, 1)]
    assert rig.listed(BOOK) == set()


def test_reader_unplugged_in_a_write_and_the_reader_gone(rig: Rig, tag: VirtualTag) -> None:
    plan(rig, WRITE, Unplug(side="answer"))
    borrow_until_put_back(rig, tag)
    rig.kiosk.leave()
    rig.lift(tag)
    rig.kiosk.host.plug()
    assert rig.come_to_rest() == []
    assert rig.listed(BOOK) == {"tag-unproved", "lent-nobody-told"}
    assert rig.see_all_tags() == []
    assert rig.listed(BOOK) == {"lent-nobody-told"}


@pytest.mark.parametrize("fault", [Lose(side="request"), Lose(side="answer")])
def test_a_write_whose_answer_is_lost_is_read_back_before_it_is_repeated(
    rig: Rig, tag: VirtualTag, fault: Lose
) -> None:
    writes: list[int] = []
    tag.on_write = lambda written: writes.append(written.afi)
    plan(rig, WRITE, fault)
    rig.show_card(ADULT)
    rig.lay(tag)
    assert rig.kiosk.shows(BOOK, "done")
    assert writes == [RELEASED]
    rig.kiosk.finish()
    assert agrees_when_seen_again(rig)


def test_a_pad_that_tells_ok_and_writes_nothing_is_not_believed(rig: Rig, tag: VirtualTag) -> None:
    plan(rig, WRITE, TELLS_OK_AND_WRITES_NOTHING)
    rig.show_card(ADULT)
    rig.lay(tag)
    assert rig.kiosk.shows(BOOK, "done")
    assert tag.afi == RELEASED
    rig.kiosk.finish()
    assert agrees_when_seen_again(rig)


def test_a_tag_that_cannot_be_written_is_lent_and_listed(rig: Rig, tag: VirtualTag) -> None:
    plan(rig, WRITE, TELLS_OK_AND_WRITES_NOTHING, times=100)
    rig.show_card(ADULT)
    rig.lay(tag)
    assert rig.kiosk.shows(BOOK, "done-tag-open")
    rig.lift(tag)
    rig.kiosk.finish()
    assert rig.come_to_rest() == []
    assert rig.listed(BOOK) == {"tag-unproved"}
    assert rig.see_all_tags() == []
    assert rig.listed(BOOK) == {"lent-still-secured"}


def test_the_rig_catches_a_station_that_believes_every_write(make_rig: MakeRig) -> None:
    rig = make_rig("unverified-write")
    rig.service.start()
    (tag,) = rig.book(BOOK)
    rig.kiosk.start()
    plan(rig, WRITE, TELLS_OK_AND_WRITES_NOTHING)
    rig.show_card(ADULT)
    rig.lay(tag)
    rig.kiosk.shows(BOOK, "done")
    rig.lift(tag)
    rig.kiosk.finish()
    assert rig.come_to_rest() != []
