"""One book, one patron, two stations: the claim, the cancel and the return cross on the way."""

from dataclasses import dataclass
from time import monotonic

from drivers.simulators.virtual_tags import VirtualTag
from service.sample.known import ADULT, STUDENT
from tests.system.conftest import MakeRig
from tests.system.promises import RETURNED, Word
from tests.system.relay import CLEAR, NO_ANSWERS, NO_LINE, Relay
from tests.system.rig import RELEASED, SECURED, Kiosk, Rig
from tests.waiting import eventually

BOOK = "VV.00417"
NAME, OTHER_NAME = "V. A. MẪU", "P. V. MẪU"
SOON = 0.5


@dataclass
class Scene:
    """The first kiosk was granted a loan and never heard of it; the book was carried away."""

    rig: Rig
    relay: Relay
    tag: VirtualTag

    @property
    def second(self) -> Kiosk:
        return self.rig.kiosks[1]

    def borrow_at_the_second(self, card: str) -> None:
        self.second.show_card(card)
        self.second.lay(self.tag)
        assert self.second.shows(BOOK, "done")
        self.second.finish()
        self.second.carry_away(self.tag)

    def return_at_the_second(self) -> None:
        self.second.choose_return()
        self.second.lay(self.tag)
        assert self.second.shows(BOOK, "done")
        self.second.finish()
        self.second.carry_away(self.tag)

    def let_it_arrive(self) -> list[str]:
        self.relay.weather(CLEAR)
        return self.rig.come_to_rest()


def granted_and_unheard(make_rig: MakeRig, *planted: str) -> Scene:
    rig = make_rig(*planted, answer_seconds=SOON)
    rig.service.start()
    relay = rig.relay(rig.kiosk)
    for kiosk in rig.kiosks:
        kiosk.start()
    (tag,) = rig.book(BOOK)
    rig.show_card(ADULT)
    relay.weather(NO_ANSWERS)
    rig.lay(tag)
    assert rig.kiosk.shows(BOOK, "trouble")
    relay.weather(NO_LINE)
    relay.cut()
    rig.kiosk.carry_away(tag)
    rig.kiosk.leave()
    assert rig.loans(BOOK) == [("open", NAME, 1)]
    assert tag.afi == SECURED
    return Scene(rig, relay, tag)


def test_same_patron_second_station_then_cancel(make_rig: MakeRig) -> None:
    """The cancel takes its own claim away; the loan runs on by the other."""
    scene = granted_and_unheard(make_rig)
    scene.borrow_at_the_second(ADULT)
    assert scene.rig.loans(BOOK) == [("open", NAME, 2)]
    assert scene.let_it_arrive() == []
    assert scene.rig.loans(BOOK) == [("open", NAME, 1)]
    assert scene.tag.afi == RELEASED
    assert scene.rig.see_all_tags() == []
    assert scene.rig.people.was_told(BOOK) == Word("lent", NAME)


def test_the_rig_catches_a_cancel_that_takes_the_whole_loan(make_rig: MakeRig) -> None:
    scene = granted_and_unheard(make_rig, "cancel-takes-the-loan")
    scene.borrow_at_the_second(ADULT)
    assert scene.let_it_arrive() != []


def test_return_overtakes_cancel(make_rig: MakeRig) -> None:
    scene = granted_and_unheard(make_rig)
    scene.return_at_the_second()
    assert scene.rig.loans(BOOK) == [("returned", NAME, 1)]
    assert scene.let_it_arrive() == []
    assert scene.rig.loans(BOOK) == [("void", NAME, 0)]
    assert scene.tag.afi == SECURED
    assert scene.rig.see_all_tags() == []
    assert scene.rig.people.was_told(BOOK) == RETURNED


def test_return_and_the_next_loan_overtake_the_cancel(make_rig: MakeRig) -> None:
    """The cancel of a loan that is over does nothing to the loan that came after it."""
    scene = granted_and_unheard(make_rig)
    scene.return_at_the_second()
    scene.borrow_at_the_second(STUDENT)
    assert scene.let_it_arrive() == []
    assert scene.rig.loans(BOOK) == [("void", NAME, 0), ("open", OTHER_NAME, 1)]
    assert scene.tag.afi == RELEASED
    assert scene.rig.see_all_tags() == []
    assert scene.rig.people.was_told(BOOK) == Word("lent", OTHER_NAME)


def test_an_unheard_loan_keeps_the_book_from_another_patron_until_the_cancel(
    make_rig: MakeRig,
) -> None:
    scene = granted_and_unheard(make_rig)
    scene.second.show_card(STUDENT)
    scene.second.lay(scene.tag)
    assert scene.second.shows(BOOK, "refused")
    scene.second.finish()
    scene.second.carry_away(scene.tag)
    assert scene.let_it_arrive() == []
    assert scene.rig.loans(BOOK) == [("void", NAME, 0)]
    scene.second.start()
    scene.borrow_at_the_second(STUDENT)
    assert scene.rig.come_to_rest() == []
    assert scene.rig.loans(BOOK) == [("void", NAME, 0), ("open", OTHER_NAME, 1)]


def test_returned_offline_and_lent_again_elsewhere_before_the_return_arrives(
    make_rig: MakeRig,
) -> None:
    """The return comes home late: it may not close the loan that began after it."""
    rig = make_rig(answer_seconds=SOON)
    rig.service.start()
    relay = rig.relay(rig.kiosk)
    for kiosk in rig.kiosks:
        kiosk.start()
    (tag,) = rig.book(BOOK)
    scene = Scene(rig, relay, tag)
    scene.borrow_at_the_second(ADULT)
    relay.weather(NO_LINE)
    relay.cut()
    rig.station.until(lambda view: not view["online"], 10, "station offline")
    rig.kiosk.choose_return()
    rig.lay(tag)
    assert rig.kiosk.shows(BOOK, "done")
    rig.kiosk.finish()
    rig.kiosk.carry_away(tag)
    assert tag.afi == SECURED
    assert rig.people.was_told(BOOK) == RETURNED
    laid_down = monotonic()
    eventually(lambda: monotonic() > laid_down + 1, 5, "time to walk over")
    scene.borrow_at_the_second(ADULT)
    assert tag.afi == RELEASED
    assert scene.let_it_arrive() == []
    assert rig.loans(BOOK) == [("returned", NAME, 1), ("open", NAME, 1)]
    assert rig.see_all_tags() == []
