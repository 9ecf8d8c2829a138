"""The book-drop: one item at a time, into a bin or back; nothing swallowed that is not kept."""

from dataclasses import dataclass, field

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.facts import ChuteState
from drivers.interfaces import ChuteOrder
from kiosk.book_drop import (
    BOOK_SECONDS,
    PASS_SECONDS,
    READ_SECONDS,
    SETTLE_SECONDS,
    Act,
    BookDrop,
    Phase,
    Seen,
    Told,
    Word,
    advance,
)
from kiosk.intents import ChooseReturn, Leave
from kiosk.session.states import Line, Stage
from kiosk.views import Trouble
from service.protocol.replies import Destination, Returned

BOOK, OTHER = "TK.00003", "TK.00004"
NOTHING = ChuteState(item_in_mouth=False, item_passed=False, bin_full=False)
ITEM = ChuteState(item_in_mouth=True, item_passed=False, bin_full=False)
FULL = ChuteState(item_in_mouth=True, item_passed=False, bin_full=True)
PASSED = ChuteState(item_in_mouth=False, item_passed=True, bin_full=False)
JAM = ChuteState(item_in_mouth=True, item_passed=False, bin_full=False, jammed=True)
BINS = {ChuteOrder.TO_BIN, ChuteOrder.TO_OTHER_BIN}


def line(stage: Stage, key: str = BOOK, **fields: object) -> Line:
    return Line(key=key, stage=stage, item=key, **fields)  # type: ignore[arg-type]


def booked(destination: Destination = Destination.SHELF, stage: Stage = Stage.DONE) -> Line:
    return line(stage, reply=Returned(BOOK, "", "", destination, "", was_on_loan=True))


@dataclass
class Chute:
    """A drop that is looked at by hand."""

    drop: BookDrop = field(default_factory=BookDrop)
    now: float = 100.0
    acts: list[Act] = field(default_factory=list)

    def see(
        self, chute: ChuteState, *lines: Line, complete: bool = True, **more: bool
    ) -> list[Act]:
        keys = frozenset(each.key for each in lines)
        seen = Seen(
            chute=chute,
            lines={each.key: each for each in lines},
            complete=keys if complete else frozenset(),
            **more,
        )
        self.drop, acts = advance(self.drop, seen, self.now)
        self.acts += acts
        return list(acts)

    def later(self, seconds: float) -> None:
        self.now += seconds


def at_booking() -> Chute:
    chute = Chute()
    chute.see(ITEM)
    chute.later(SETTLE_SECONDS)
    chute.see(ITEM)
    assert chute.see(ITEM, line(Stage.RECOGNISED)) == [ChooseReturn()]
    return chute


def test_a_book_for_the_shelf_goes_into_the_bin_and_its_reader_is_told_when_it_is_there() -> None:
    chute = at_booking()
    assert chute.see(ITEM, line(Stage.SECURING)) == []
    assert chute.see(ITEM, booked()) == [ChuteOrder.TO_BIN]
    assert Told() not in chute.acts
    assert Told() in chute.see(PASSED, booked())
    assert (chute.drop.phase, chute.drop.word) == (Phase.REST, Word.RECEIVED)


@pytest.mark.parametrize(
    ("found", "chute_state", "into"),
    [
        (booked(), ITEM, ChuteOrder.TO_BIN),
        (booked(), FULL, ChuteOrder.TO_OTHER_BIN),
        (booked(Destination.HOLD_SHELF), ITEM, ChuteOrder.TO_OTHER_BIN),
        (booked(Destination.OTHER_POINT), ITEM, ChuteOrder.TO_OTHER_BIN),
        (booked(stage=Stage.DONE_TAG_OPEN), ITEM, ChuteOrder.TO_OTHER_BIN),
        (line(Stage.REFUSED), ITEM, ChuteOrder.GIVE_BACK),
        (line(Stage.TROUBLE, trouble=Trouble.FOREIGN_LIBRARY), ITEM, ChuteOrder.GIVE_BACK),
    ],
)
def test_where_an_item_goes(found: Line, chute_state: ChuteState, into: ChuteOrder) -> None:
    assert at_booking().see(chute_state, found) == [into]


def test_without_link_a_secured_book_is_received_and_not_yet_booked() -> None:
    chute = at_booking()
    assert chute.see(ITEM, line(Stage.SECURING, kept_for_later=True)) == []
    kept = line(Stage.DONE, kept_for_later=True, trouble=Trouble.KEPT_FOR_LATER)
    assert chute.see(ITEM, kept) == [ChuteOrder.TO_BIN]
    assert chute.drop.word is Word.RECEIVED_NOT_BOOKED


def test_two_books_at_once_go_back() -> None:
    chute = Chute()
    chute.see(ITEM)
    chute.later(SETTLE_SECONDS)
    chute.see(ITEM)
    both = line(Stage.RECOGNISED), line(Stage.RECOGNISED, OTHER)
    assert chute.see(ITEM, *both) == [ChuteOrder.GIVE_BACK]
    assert Leave() in chute.see(NOTHING)


@pytest.mark.parametrize("lines", [(), (line(Stage.SEEN),), (line(Stage.RECOGNISED),)])
def test_what_is_not_read_or_not_whole_in_time_goes_back(lines: tuple[Line, ...]) -> None:
    chute = Chute()
    chute.see(ITEM)
    chute.later(SETTLE_SECONDS)
    chute.see(ITEM, *lines, complete=False)
    chute.later(READ_SECONDS)
    assert chute.see(ITEM, *lines, complete=False) == [ChuteOrder.GIVE_BACK]


def test_a_book_that_is_pulled_out_again_is_nobodys_return() -> None:
    chute = Chute()
    chute.see(ITEM)
    assert chute.see(NOTHING) == [Leave()]
    assert chute.drop == BookDrop()


def test_what_was_never_written_down_is_not_swallowed() -> None:
    """A full disk: the return was asked for, and undone."""
    chute = at_booking()
    chute.later(BOOK_SECONDS)
    assert chute.see(ITEM, line(Stage.RECOGNISED)) == [ChuteOrder.GIVE_BACK]


def test_a_service_that_does_not_answer_keeps_no_book_in_the_mouth() -> None:
    chute = at_booking()
    chute.later(BOOK_SECONDS)
    assert chute.see(ITEM, line(Stage.SECURING)) == [ChuteOrder.TO_OTHER_BIN]


def test_an_item_that_does_not_pass_is_a_jam_until_it_is_cleared() -> None:
    chute = at_booking()
    chute.see(ITEM, booked())
    chute.later(PASS_SECONDS)
    assert ChuteOrder.REST in chute.see(ITEM, booked())
    assert chute.drop.word is Word.OUT_OF_ORDER
    assert chute.see(ITEM) == []
    chute.see(NOTHING)
    assert chute.drop.phase is Phase.REST


def test_a_jam_stops_whatever_goes_on() -> None:
    chute = at_booking()
    assert ChuteOrder.REST in chute.see(JAM, line(Stage.SECURING))
    assert chute.see(JAM) == []


BOTH = ChuteState(item_in_mouth=True, item_passed=True, bin_full=False)


def test_the_next_item_is_in_the_mouth_before_the_last_one_was_seen_to_fall() -> None:
    """The shutter would stand open for it until a jam is assumed: nobody would have booked it."""
    chute = at_booking()
    chute.see(ITEM, booked())
    assert chute.see(NOTHING, booked()) == []
    assert chute.see(ITEM, booked()) == []
    acts = chute.see(BOTH, booked())
    assert Told() in acts
    assert acts[-1] is ChuteOrder.REST
    chute.see(ITEM)
    assert chute.drop.phase is Phase.SETTLING


def test_the_next_item_came_between_two_looks() -> None:
    chute = at_booking()
    chute.see(ITEM, booked())
    assert Told() in chute.see(BOTH, booked(), mouth_was_free=True)


def test_an_item_that_covers_both_sensors_has_not_passed_yet() -> None:
    chute = at_booking()
    chute.see(ITEM, booked())
    assert chute.see(BOTH, booked()) == []
    assert Told() in chute.see(PASSED, booked())


def test_a_readers_card_in_the_book_goes_back_with_it() -> None:
    chute = Chute()
    chute.see(ITEM)
    chute.later(SETTLE_SECONDS)
    chute.see(ITEM)
    assert chute.see(ITEM, line(Stage.RECOGNISED), card=True) == [ChuteOrder.GIVE_BACK]


@pytest.mark.parametrize("stage", [Stage.SECURING, Stage.DONE])
def test_the_visit_of_an_item_ends_with_it_whatever_is_still_under_way(stage: Stage) -> None:
    """A visit that waited for the service took the next item in and had it given back."""
    chute = at_booking()
    chute.later(BOOK_SECONDS)
    chute.see(ITEM, booked(stage=stage))
    assert Leave() in chute.see(PASSED, booked(stage=stage))


def test_a_jam_while_an_item_is_read_leaves_no_visit_behind() -> None:
    chute = Chute()
    chute.see(ITEM)
    assert Leave() in chute.see(JAM, line(Stage.RECOGNISED))


chutes = st.builds(
    ChuteState,
    item_in_mouth=st.booleans(),
    item_passed=st.booleans(),
    bin_full=st.booleans(),
    jammed=st.sampled_from([False, False, False, True]),
)
found = st.lists(
    st.builds(line, st.sampled_from(Stage), st.sampled_from([BOOK, OTHER])), max_size=2
)


@given(st.lists(st.tuples(chutes, found, st.floats(0, 6)), max_size=40))
def test_whatever_happens_no_item_is_swallowed_before_its_return_is_kept(
    looks: list[tuple[ChuteState, list[Line], float]],
) -> None:
    chute = Chute()
    for state, lines, seconds in looks:
        chute.later(seconds)
        before = chute.drop
        orders = [act for act in chute.see(state, *lines) if act in BINS]
        if orders:
            stages = {each.stage for each in lines if each.key == before.item}
            assert before.phase is Phase.BOOKING
            assert stages <= {Stage.DONE, Stage.DONE_TAG_OPEN, Stage.SECURING}
