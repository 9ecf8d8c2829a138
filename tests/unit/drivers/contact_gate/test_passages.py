"""Who passed, out of beams (docs/protocols/gates.md, "Beams")."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.contact_gate.passages import BeamPair, Counter, OneBeam
from drivers.contacts.debounce import Edge
from drivers.contacts.lines import REST
from drivers.facts import Passage

INWARDS = ("outer_beam", "inner_beam")
OUTWARDS = ("inner_beam", "outer_beam")


def play(
    counter: Counter, steps: str, *, first: str = "outer_beam", pause: float = 0.1
) -> list[Passage]:
    """A and B close the first and the second beam, a and b open them; a dot is a long pause."""
    names = {"a": first, "b": next(name for name in INWARDS if name != first)}
    told, at = list[Passage](), 0.0
    for step in steps:
        at += 5.0 if step == "." else pause
        if step != ".":
            passage = counter.change(Edge(names[step.lower()], step.isupper(), round(at, 3)))
            told += [passage] if passage else []
    return told


@pytest.mark.parametrize("steps", ["ABab", "AaBb", "AaAaBb", "ABbBab", "ABaAab", "A.Bab"])
def test_one_person_through_is_one_passage(steps: str) -> None:
    assert [(told.entered, told.left) for told in play(BeamPair(1.0, REST), steps)] == [(1, 0)]
    backwards = play(BeamPair(1.0, REST), steps, first="inner_beam")
    assert [(told.entered, told.left) for told in backwards] == [(0, 1)]


@pytest.mark.parametrize("steps", ["Aa", "AaAa", "ABba", "Aa.Bb", "AaB", "AB", "AaBAba"])
def test_who_turns_round_or_stands_there_is_not_counted(steps: str) -> None:
    assert play(BeamPair(1.0, REST), steps) == []


def test_two_persons_with_a_gap_are_two() -> None:
    assert len(play(BeamPair(1.0, REST), "ABabABab")) == 2


def test_two_persons_in_each_others_way_are_told_apart() -> None:
    pair = BeamPair(1.0, REST)
    told = [*play(pair, "ABab."), *play(pair, "ABab", first="inner_beam")]
    assert [(passage.entered, passage.left) for passage in told] == [(1, 0), (0, 1)]


def test_beams_that_are_closed_at_the_start_say_nothing_until_both_are_free() -> None:
    pair = BeamPair(1.0, frozenset(INWARDS))
    assert play(pair, "ab") == []
    assert len(play(pair, "ABab")) == 1


def test_a_single_beam_counts_everybody_or_every_second_one() -> None:
    def told(counter: Counter, times: int) -> list[Passage]:
        edges = [Edge("beam", step % 2 == 0, float(step)) for step in range(2 * times)]
        return [passage for edge in edges if (passage := counter.change(edge))]

    assert [(one.entered, one.left) for one in told(OneBeam(both_ways=False), 3)] == [(1, 0)] * 3
    assert [(one.entered, one.left) for one in told(OneBeam(both_ways=True), 4)] == [(1, 1)] * 2
    assert len(told(OneBeam(both_ways=True), 5)) == 2


@given(st.lists(st.sampled_from(INWARDS), max_size=60), st.sampled_from([0.1, 0.4, 3.0]))
def test_never_more_passages_than_times_when_both_beams_were_free(
    toggled: list[str], pause: float
) -> None:
    pair, closed, freed, counted = BeamPair(1.0, REST), set[str](), 0, 0
    for step, beam in enumerate(toggled):
        closed ^= {beam}
        passage = pair.change(Edge(beam, beam in closed, step * pause))
        freed += not closed
        counted += passage is not None
        if passage is not None:
            assert not closed
            assert passage.entered + passage.left == 1
    assert counted <= freed
