"""Contacts on any sequence of samples (docs/protocols/gates.md, "Contacts")."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from drivers.contacts.debounce import Debounce, Edge
from drivers.contacts.lines import REST, Names, Sample

HOLD = 0.03
NAMES = ("alarm", "outer_beam", "inner_beam")

states = st.frozensets(st.sampled_from(NAMES))
pauses = st.integers(0, 80).map(lambda thousandths: thousandths / 1000)
runs = st.lists(st.tuples(pauses, states), max_size=30)


def samples(run: list[tuple[float, Names]]) -> list[Sample]:
    at, taken = 0.0, list[Sample]()
    for pause, closed in run:
        at += pause
        taken.append(Sample(at, closed))
    return taken


def edges_of(run: list[tuple[float, Names]], start: Names = REST) -> list[Edge]:
    debounce = Debounce(HOLD, Sample(0.0, start))
    edges = [edge for sample in samples(run) for edge in debounce.see(sample)]
    return edges + debounce.settle(1000.0)


def test_a_bouncing_contact_closes_once_at_the_time_of_its_last_bounce() -> None:
    alarm = frozenset({"alarm"})
    run = [(1.0, alarm), (0.004, REST), (0.004, alarm), (0.5, REST)]
    assert edges_of(run) == [Edge("alarm", True, 1.008), Edge("alarm", False, 1.508)]


def test_a_pulse_that_is_too_short_is_noise() -> None:
    assert edges_of([(1.0, frozenset({"alarm"})), (0.02, REST)]) == []


def test_what_is_closed_at_the_start_has_no_edge() -> None:
    alarm = frozenset({"alarm"})
    assert edges_of([(1.0, alarm)], start=alarm) == []
    assert edges_of([(1.0, REST)], start=alarm) == [Edge("alarm", False, 1.0)]


@given(runs, states)
def test_every_contact_closes_and_opens_in_turn_and_each_state_lasts(
    run: list[tuple[float, Names]], start: Names
) -> None:
    edges = edges_of(run, start)
    for name in NAMES:
        own = [edge for edge in edges if edge.contact == name]
        assert [edge.closed for edge in own] == [
            (name in start) == bool(number % 2) for number in range(len(own))
        ]
        assert all(later.at - earlier.at >= HOLD - 1e-9 for earlier, later in pairwise(own))


@given(runs, st.lists(st.floats(0, 3), max_size=20))
def test_edges_depend_on_the_samples_and_not_on_when_somebody_looked(
    run: list[tuple[float, Names]], looks: list[float]
) -> None:
    debounce, edges = Debounce(HOLD, Sample(0.0, REST)), list[Edge]()
    waiting = sorted(looks)
    for sample in samples(run):
        while waiting and waiting[0] <= sample.at:
            edges += debounce.settle(waiting.pop(0))
        edges += debounce.see(sample)
    assert edges + debounce.settle(1000.0) == edges_of(run)


@given(runs)
def test_edges_come_in_the_order_of_their_times(run: list[tuple[float, Names]]) -> None:
    debounce, told = Debounce(HOLD, Sample(0.0, REST)), 0.0
    for sample in samples(run):
        for edge in debounce.see(sample):
            assert edge.at >= told
        told = debounce.certain_until(sample.at)


@given(runs)
def test_a_contact_that_rests_is_believed(run: list[tuple[float, Names]]) -> None:
    debounce = Debounce(HOLD, Sample(0.0, REST))
    for sample in samples(run):
        debounce.see(sample)
    debounce.settle(1000.0)
    assert debounce.closed == (run[-1][1] if run else REST)
    assert debounce.due() is None
