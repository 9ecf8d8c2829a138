"""The chute's state out of its sensors (docs/protocols/book-drop.md)."""

from hypothesis import given, settings
from hypothesis import strategies as st

from drivers.book_drop.chute_watch import SENSORS, ChuteWatch
from drivers.contacts.debounce import Edge
from drivers.contacts.lines import REST, Names, Sample
from drivers.facts import ChuteState
from drivers.interfaces import ChuteOrder

PASS, FULL = 4.0, 2.5
EMPTY = ChuteState(item_in_mouth=False, item_passed=False, bin_full=False)


def watch(closed: Names = REST) -> ChuteWatch:
    return ChuteWatch(PASS, FULL, Sample(0.0, closed))


def with_an_item() -> ChuteWatch:
    chute = watch()
    chute.change(Edge("mouth", True, 1.0))
    return chute


def test_an_item_that_fell_is_told_until_the_next_order_though_its_sensor_is_free() -> None:
    chute = with_an_item()
    chute.order(ChuteOrder.TO_BIN, 2.0)
    chute.change(Edge("mouth", False, 2.1))
    chute.change(Edge("passed", True, 2.4))
    chute.change(Edge("passed", False, 2.5))
    chute.pass_time(100.0)
    assert chute.state == ChuteState(item_in_mouth=False, item_passed=True, bin_full=False)
    chute.order(ChuteOrder.REST, 101.0)
    assert chute.state == EMPTY


def test_what_passed_before_the_next_item_is_not_the_next_item() -> None:
    chute = watch()
    chute.change(Edge("passed", True, 1.0))
    chute.change(Edge("passed", False, 1.1))
    chute.change(Edge("mouth", True, 2.0))
    assert not chute.state.item_passed


def test_an_item_that_left_the_mouth_and_never_passed_is_a_jam() -> None:
    chute = with_an_item()
    chute.order(ChuteOrder.TO_BIN, 2.0)
    chute.change(Edge("mouth", False, 2.1))
    assert chute.due() == 6.0
    chute.pass_time(5.9)
    assert not chute.state.jammed
    chute.pass_time(6.0)
    assert chute.state.jammed
    chute.order(ChuteOrder.REST, 6.1)
    assert chute.state.jammed


def test_another_item_behind_one_that_hangs_does_not_hide_the_jam() -> None:
    chute = with_an_item()
    chute.order(ChuteOrder.TO_BIN, 2.0)
    chute.change(Edge("mouth", False, 2.1))
    chute.change(Edge("mouth", True, 3.0))
    chute.pass_time(6.0)
    assert chute.state.jammed


def test_a_jam_is_over_when_the_item_was_pulled_out_or_came_past_after_all() -> None:
    for contact in ("mouth", "passed"):
        chute = with_an_item()
        chute.order(ChuteOrder.OPEN_SHUTTER, 2.0)
        chute.change(Edge("mouth", False, 2.1))
        chute.pass_time(7.0)
        chute.change(Edge(contact, True, 20.0))
        assert chute.state.jammed
        chute.change(Edge(contact, False, 21.0))
        assert not chute.state.jammed


def test_an_item_that_stays_in_the_mouth_after_the_order_is_a_jam() -> None:
    chute = with_an_item()
    chute.order(ChuteOrder.TO_OTHER_BIN, 2.0)
    chute.pass_time(6.0)
    assert chute.state.jammed


def test_an_item_that_is_given_back_may_be_taken_slowly() -> None:
    chute = with_an_item()
    chute.order(ChuteOrder.GIVE_BACK, 2.0)
    chute.pass_time(900.0)
    assert not chute.state.jammed


def test_an_item_that_covers_the_far_sensor_for_too_long_is_a_jam() -> None:
    chute = watch(frozenset({"passed"}))
    chute.pass_time(PASS)
    assert chute.state.jammed
    chute.change(Edge("passed", False, 10.0))
    assert not chute.state.jammed


def test_a_bin_is_full_when_its_sensor_stays_covered_and_not_when_items_fall_past() -> None:
    chute = watch()
    chute.change(Edge("bin_full", True, 1.0))
    chute.change(Edge("bin_full", False, 1.2))
    chute.pass_time(100.0)
    assert not chute.state.bin_full
    chute.change(Edge("bin_full", True, 200.0))
    assert chute.due() == 202.5
    chute.pass_time(202.5)
    assert chute.state.bin_full
    chute.change(Edge("bin_full", False, 300.0))
    assert not chute.state.bin_full


def test_a_bin_that_is_full_at_the_start_is_told_after_its_time() -> None:
    chute = watch(frozenset({"bin_full"}))
    assert not chute.state.bin_full
    chute.pass_time(FULL)
    assert chute.state.bin_full


steps = st.lists(
    st.tuples(
        st.floats(0.03, 6.0),
        st.one_of(st.sampled_from(SENSORS), st.sampled_from(list(ChuteOrder))),
    ),
    max_size=25,
)


@settings(max_examples=60)
@given(steps)
def test_the_state_depends_on_what_happened_and_not_on_when_somebody_looked(
    played: list[tuple[float, str | ChuteOrder]],
) -> None:
    busy, lazy, at, covered = watch(), watch(), 0.0, set[str]()
    for pause, step in played:
        for looks in range(1, 4):
            busy.pass_time(at + pause * looks / 4)
        at += pause
        for chute in (busy, lazy):
            chute.pass_time(at)
        if isinstance(step, ChuteOrder):
            busy.order(step, at)
            lazy.order(step, at)
        else:
            covered ^= {step}
            busy.change(Edge(step, step in covered, at))
            lazy.change(Edge(step, step in covered, at))
        assert busy.state == lazy.state
        assert busy.state.item_in_mouth == ("mouth" in covered)
        due = busy.due()
        assert due is None or due > at
