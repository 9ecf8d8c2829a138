"""Replies that never come, come twice, come after whoever waited for them has gone."""

from dataclasses import dataclass

import pytest

from drivers.simulators.virtual_tags import VirtualTag
from service.protocol.operations import CancelCheckOut, CheckIn, CheckOut, Operation
from service.protocol.replies import (
    Cancelled,
    ItemAnswer,
    Lent,
    PatronAnswer,
    Returned,
)
from service.sample.known import ADULT, STUDENT
from tests.system.conftest import MakeRig
from tests.system.go_between import GoBetween
from tests.system.rig import RELEASED, SECURED, Kiosk, Rig
from tests.waiting import eventually

BOOK = "VV.00417"
NAME = "V. A. MẪU"
OTHER_NAME = "P. V. MẪU"
SOON, LATE = 0.5, 20.0  # after so many seconds a reply counts as one that never comes


@dataclass
class Scene:
    """A secured book, a station whose every message passes through a go-between."""

    rig: Rig
    between: GoBetween
    tag: VirtualTag
    written: list[int]

    @property
    def kiosk(self) -> Kiosk:
        return self.rig.kiosk


def scene(make_rig: MakeRig, *planted: str, answer_seconds: float) -> Scene:
    rig = make_rig(*planted, answer_seconds=answer_seconds)
    rig.service.start()
    between = rig.go_between(rig.kiosk)
    rig.kiosk.start()
    (tag,) = rig.book(BOOK)
    written: list[int] = []
    tag.on_write = lambda tag: written.append(tag.afi)
    return Scene(rig, between, tag, written)


def borrow(scene: Scene) -> None:
    scene.kiosk.show_card(ADULT)
    scene.kiosk.lay(scene.tag)


def lend(scene: Scene) -> None:
    borrow(scene)
    scene.kiosk.shows(BOOK, "done")
    scene.kiosk.finish()
    scene.kiosk.lift(scene.tag)
    scene.written.clear()


def keeps_its_promises(scene: Scene) -> bool:
    assert scene.rig.come_to_rest() == []
    assert scene.rig.see_all_tags() == []
    return True


# --- never --------------------------------------------------------------------------------------


def test_the_grant_never_comes(make_rig: MakeRig) -> None:
    """It was given: the claim is taken away, and the tag was never touched."""
    stage = scene(make_rig, answer_seconds=SOON)
    stage.between.drop(Lent)
    borrow(stage)
    assert stage.kiosk.shows(BOOK, "trouble")
    stage.kiosk.lift(stage.tag)
    stage.kiosk.leave()
    stage.between.wait_for_passed(Cancelled)
    assert keeps_its_promises(stage)
    assert stage.written == []
    assert stage.rig.loans(BOOK) == [("void", NAME, 0)]
    assert stage.rig.listed(BOOK) == set()


def test_the_answer_to_a_return_never_comes_until_it_is_asked_again(make_rig: MakeRig) -> None:
    stage = scene(make_rig, answer_seconds=SOON)
    lend(stage)
    stage.between.drop(Returned)
    stage.kiosk.choose_return()
    stage.kiosk.lay(stage.tag)
    stage.between.wait_for_passed(Returned)
    assert stage.kiosk.shows(BOOK, "done")
    stage.kiosk.finish()
    assert keeps_its_promises(stage)
    assert stage.written == [SECURED]
    assert stage.rig.loans(BOOK) == [("returned", NAME, 1)]
    assert stage.rig.listed(BOOK) == set()


# --- twice --------------------------------------------------------------------------------------


def test_the_grant_comes_twice(make_rig: MakeRig) -> None:
    stage = scene(make_rig, answer_seconds=LATE)
    stage.between.double(Lent)
    borrow(stage)
    assert stage.kiosk.shows(BOOK, "done")
    stage.kiosk.finish()
    assert keeps_its_promises(stage)
    assert stage.written == [RELEASED]
    assert stage.rig.loans(BOOK) == [("open", NAME, 1)]


def test_the_grant_comes_late_and_again_to_a_repeat_of_the_question(make_rig: MakeRig) -> None:
    """The repeat is the station's own: its operation was sent over two connections."""
    stage = scene(make_rig, answer_seconds=LATE)
    with stage.between.holding(Lent):
        borrow(stage)
        (late,) = stage.between.wait_for_held()
    stage.between.say_hello_again()
    stage.between.wait_for_passed(CheckOut, 2)
    stage.between.deliver([late])
    assert stage.kiosk.shows(BOOK, "done")
    stage.kiosk.finish()
    assert keeps_its_promises(stage)
    assert stage.written == [RELEASED]
    assert stage.rig.loans(BOOK) == [("open", NAME, 1)]


def test_the_answer_to_a_return_comes_twice(make_rig: MakeRig) -> None:
    stage = scene(make_rig, answer_seconds=LATE)
    lend(stage)
    stage.between.double(Returned)
    stage.kiosk.choose_return()
    stage.kiosk.lay(stage.tag)
    assert stage.kiosk.shows(BOOK, "done")
    stage.kiosk.finish()
    assert keeps_its_promises(stage)
    assert stage.written == [SECURED]


# --- after somebody or something has left -------------------------------------------------------


def grant_after_the_patron_left(stage: Scene) -> None:
    with stage.between.holding(Lent):
        borrow(stage)
        held = stage.between.wait_for_held()
        stage.kiosk.leave()
        stage.between.deliver(held)
        stage.between.wait_for_passed(Cancelled)


def test_the_grant_comes_after_the_patron_left(make_rig: MakeRig) -> None:
    """The book still lies there: it is not released, and not lent."""
    stage = scene(make_rig, answer_seconds=LATE)
    grant_after_the_patron_left(stage)
    assert keeps_its_promises(stage)
    assert stage.written == []
    assert stage.rig.loans(BOOK) == [("void", NAME, 0)]


def test_the_rig_catches_a_station_that_releases_on_a_late_grant(make_rig: MakeRig) -> None:
    stage = scene(make_rig, "late-grant-releases", answer_seconds=LATE)
    grant_after_the_patron_left(stage)
    eventually(lambda: stage.written, 10, "write that nobody waited for")


def test_the_grant_comes_after_the_book_left(make_rig: MakeRig) -> None:
    """Between decision and release nothing was written: nothing was lent either."""
    stage = scene(make_rig, answer_seconds=LATE)
    with stage.between.holding(Lent):
        borrow(stage)
        held = stage.between.wait_for_held()
        stage.kiosk.lift(stage.tag)
        stage.kiosk.lacks(BOOK)
        stage.between.deliver(held)
        assert stage.kiosk.shows(BOOK, "put-back")
    stage.kiosk.leave()
    assert keeps_its_promises(stage)
    assert stage.written == []
    assert stage.rig.loans(BOOK) == [("void", NAME, 0)]


def test_the_answer_to_a_return_comes_after_the_reader_left(make_rig: MakeRig) -> None:
    """What lay on the pad is back; that nobody was told stands on the list."""
    stage = scene(make_rig, answer_seconds=LATE)
    lend(stage)
    with stage.between.holding(Returned):
        stage.kiosk.choose_return()
        stage.kiosk.lay(stage.tag)
        held = stage.between.wait_for_held()
        stage.kiosk.leave()
        stage.between.deliver(held)
    assert keeps_its_promises(stage)
    assert stage.tag.afi == SECURED
    assert stage.rig.loans(BOOK) == [("returned", NAME, 1)]
    assert stage.rig.listed(BOOK) == {"returned-nobody-told"}


def test_the_answer_about_the_last_patron_comes_to_the_next(make_rig: MakeRig) -> None:
    stage = scene(make_rig, answer_seconds=LATE)
    station = stage.kiosk.station
    with stage.between.holding(PatronAnswer, times=2):
        for number, card in enumerate((ADULT, STUDENT), 1):
            station.do("ChooseBorrow")
            station.do("ChooseTyping")
            station.do("NumberTyped", number=card)
            last, *_ = reversed(stage.between.wait_for_held(number))
            if card == ADULT:
                station.do("Leave")
                stage.kiosk.at_start()
    first = stage.between.held[0]
    stage.between.deliver([first])
    stage.between.deliver([last])
    station.until(lambda view: view["kind"] == "BorrowView", 10, "borrow screen")
    names = {frame["frame"]["view"].get("short_name") for frame in station.frames}
    assert OTHER_NAME in names
    assert NAME not in names


# --- a second try races the cancel of the first ---------------------------------------------------


def tries(stage: Scene) -> list[str]:
    """The operations that asked to lend, each once, in order."""
    sent = (message.content for message in stage.between.about(CheckOut))
    return list(dict.fromkeys(one.operation for one in sent if isinstance(one, Operation)))


def second_try_before_the_cancel_is_answered(stage: Scene) -> int:
    """How often the service was asked to lend while the cancel had no answer."""
    stage.between.drop(Lent)
    with stage.between.holding(Cancelled, times=None):
        borrow(stage)
        stage.between.wait_for_held()
        stage.between.wait_for_passed(CancelCheckOut, 2)
        return len(tries(stage))


def test_a_second_try_waits_for_the_cancel_of_the_first(make_rig: MakeRig) -> None:
    stage = scene(make_rig, answer_seconds=SOON)
    assert second_try_before_the_cancel_is_answered(stage) == 1
    assert stage.kiosk.shows(BOOK, "done")
    assert len(tries(stage)) == 2
    stage.kiosk.finish()
    assert keeps_its_promises(stage)
    assert stage.written == [RELEASED]
    assert stage.rig.loans(BOOK) == [("void", NAME, 0), ("open", NAME, 1)]


def test_the_rig_catches_a_second_try_that_does_not_wait(make_rig: MakeRig) -> None:
    stage = scene(make_rig, "cancel-not-waited-for", answer_seconds=SOON)
    assert second_try_before_the_cancel_is_answered(stage) > 1


# --- what an idle pad asks -----------------------------------------------------------------------


def old_answer_after_the_book_was_lent_elsewhere(stage: Scene) -> None:
    """Asked while nobody had it; answered when it lies there again, lent by another station."""
    other = stage.rig.kiosks[1]
    other.start()
    with stage.between.holding(ItemAnswer, times=None):
        stage.kiosk.lay(stage.tag)
        old = stage.between.wait_for_held()
        stage.kiosk.lift(stage.tag)
        stage.kiosk.lacks(BOOK)
        other.show_card(ADULT)
        other.lay(stage.tag)
        other.shows(BOOK, "done")
        other.finish()
        other.lift(stage.tag)
        stage.written.clear()
        stage.kiosk.looked_at.clear()
        stage.kiosk.lay(stage.tag)
        eventually(lambda: stage.kiosk.looked_at, 10, "look at the tag that lies there again")
        everything = stage.between.wait_for_held(len(old) + 1)
        stage.between.deliver(everything)
        stage.between.wait_for_passed(ItemAnswer, len(everything))


def test_pad_answer_older_than_last_placing(make_rig: MakeRig) -> None:
    stage = scene(make_rig, answer_seconds=LATE)
    old_answer_after_the_book_was_lent_elsewhere(stage)
    assert keeps_its_promises(stage)
    assert stage.written == []
    assert stage.tag.afi == RELEASED


def test_the_rig_catches_an_old_pad_answer_that_is_used(make_rig: MakeRig) -> None:
    stage = scene(make_rig, "old-pad-answer-used", answer_seconds=LATE)
    old_answer_after_the_book_was_lent_elsewhere(stage)
    eventually(lambda: stage.written, 10, "write that no loan asked for")


# --- the way there -----------------------------------------------------------------------------


@pytest.mark.parametrize("kind", [CheckIn, CheckOut])
def test_the_question_itself_is_lost(make_rig: MakeRig, kind: type) -> None:
    """The service never heard of it; the station cannot know that and does as if it had."""
    stage = scene(make_rig, answer_seconds=SOON)
    if kind is CheckIn:
        lend(stage)
        stage.kiosk.choose_return()
    else:
        stage.kiosk.show_card(ADULT)
    stage.between.drop(kind)
    stage.kiosk.lay(stage.tag)
    stage.between.wait_for_passed(kind, seconds=20)
    assert stage.kiosk.shows(BOOK, "done")
    stage.kiosk.finish()
    assert keeps_its_promises(stage)
    again = [("void", NAME, 0), ("open", NAME, 1)]  # the first came after all, and was withdrawn
    wanted = [("returned", NAME, 1)] if kind is CheckIn else again
    assert stage.rig.loans(BOOK) == wanted
