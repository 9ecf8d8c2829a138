"""One walk is one alarm (docs/protocols/gates.md, "Repeats")."""

from hypothesis import given
from hypothesis import strategies as st

from drivers.feig_gate.records import GateRecord
from drivers.feig_gate.repeats import MOST_REMEMBERED, Repeats
from drivers.uid import Uid

BOOKS = [Uid(f"E0040150338607A{number}") for number in range(4)]


def seen(book: int = 0, time: str | None = None, antenna: int = 1) -> GateRecord:
    raw = f"{book} {time} {antenna}".encode()
    return GateRecord(raw, uid=BOOKS[book], time=time, antenna=antenna)


def test_a_tag_seen_by_both_antennas_is_one_alarm() -> None:
    both = (seen(antenna=1), seen(antenna=2))
    assert Repeats(3.0).fresh(both, 100.0) == both[:1]


def test_until_it_is_taken_the_same_record_is_told_again() -> None:
    repeats = Repeats(3.0)
    assert repeats.fresh([seen()], 100.0) == (seen(),)
    assert repeats.fresh([seen()], 101.0) == (seen(),)


def test_what_was_taken_and_not_cleared_is_a_repeat_however_late_it_comes() -> None:
    repeats = Repeats(3.0)
    repeats.take([seen(0), seen(1)], 100.0)
    assert repeats.fresh([seen(0), seen(1), seen(2)], 5000.0) == (seen(2),)


def test_the_same_book_carried_past_again_later_is_a_new_alarm() -> None:
    repeats = Repeats(3.0)
    repeats.take([seen()], 100.0)
    repeats.cleared()
    assert repeats.fresh([seen()], 102.0) == ()
    assert repeats.fresh([seen()], 104.0) == (seen(),)


def test_the_readers_clock_tells_walks_apart_that_were_kept_over_an_outage() -> None:
    kept = (seen(time="10:00:00.000"), seen(time="10:00:01.000"), seen(time="10:30:00.000"))
    assert Repeats(3.0).fresh(kept, 9000.0) == (kept[0], kept[2])


def test_midnight_on_the_readers_clock_parts_no_walk() -> None:
    kept = (seen(time="23:59:59.500"), seen(time="00:00:00.500"))
    assert Repeats(3.0).fresh(kept, 9000.0) == kept[:1]


def test_the_same_time_of_another_day_is_another_walk() -> None:
    repeats = Repeats(3.0)
    repeats.take([seen(time="10:00:00.000")], 100.0)
    repeats.cleared()
    again = (seen(time="10:00:01.000", antenna=2),)
    assert repeats.fresh(again, 100.0 + 86_400) == again


def test_a_gate_that_began_with_other_records_has_cleared_the_old_ones() -> None:
    repeats = Repeats(0.0)
    repeats.take([seen(0)], 100.0)
    assert repeats.fresh([seen(1)], 200.0) == (seen(1),)
    assert repeats.fresh([seen(0)], 300.0) == (seen(0),)


def test_tags_without_a_uid_are_never_taken_for_each_other() -> None:
    unknown = GateRecord(b"x")
    assert Repeats(3.0).fresh([unknown, unknown], 100.0) == (unknown, unknown)


def test_a_busy_year_fills_no_memory() -> None:
    repeats = Repeats(3.0)
    for number in range(3 * MOST_REMEMBERED):
        repeats.take([GateRecord(b"", uid=Uid(f"{number:016X}"))], float(number))
    assert len(repeats._taken) == MOST_REMEMBERED


@given(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 20)), max_size=30))
def test_every_walk_is_told_once_whatever_is_taken_when(walks: list[tuple[int, int]]) -> None:
    """Books pass, the station reads at once; sometimes the clearing is lost."""
    repeats, now, last = Repeats(3.0), 0.0, dict[int, float]()
    for book, pause in walks:
        now += pause
        wanted = book not in last or now - last[book] > 3.0
        assert bool(repeats.fresh([seen(book)], now)) == wanted
        last[book] = now
        repeats.take([seen(book)], now)
        repeats.cleared()
