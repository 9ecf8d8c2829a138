"""Whatever two kiosks do at once: loans, what people were told, and tags agree in the end."""

from collections import Counter

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from service.sample.known import ADULT
from tests.system.rig import Template
from tests.system.two_kiosks import MAX_LOANS, SINGLES, TwoKiosks
from tests.waiting import eventually

EXAMPLES, STEPS = 2, 14
MUST_HAVE_HAPPENED = ("loan open", "loan returned", "loan void", "line cut")
# What happens depends on threads of four processes: a smaller example would be another one.
SAMPLE = settings(
    max_examples=EXAMPLES,
    stateful_step_count=STEPS,
    phases=[Phase.generate],
    derandomize=True,
    database=None,
    deadline=None,
    suppress_health_check=list(HealthCheck),
)


def test_random_acts_of_two_kiosks_over_a_lossy_line(template: Template) -> None:
    TwoKiosks.template, TwoKiosks.planted, TwoKiosks.tally = template, (), Counter()
    run_state_machine_as_test(TwoKiosks, settings=SAMPLE)
    tally = TwoKiosks.tally
    assert tally["examples"] >= EXAMPLES
    assert [word for word in MUST_HAVE_HAPPENED if not tally[word]] == []


def machine(template: Template, *planted: str) -> TwoKiosks:
    TwoKiosks.template, TwoKiosks.planted = template, planted
    return TwoKiosks()


def both_kiosks_lend_to_one_patron_up_to_the_limit_and_one_more(machine: TwoKiosks) -> list[str]:
    for number in (0, 1):
        machine.show_card(number, ADULT)
    for number, item in enumerate(SINGLES[: MAX_LOANS + 1]):
        machine.lay(number % 2, item)
        machine.settle_down(number % 2)
    for number in (0, 1):
        machine.rig.kiosks[number].finish()
    return machine.verdict()


@pytest.mark.parametrize("planted", [(), ("limits-off",)])
def test_a_patron_near_the_limit_at_two_stations_at_once(
    template: Template, planted: tuple[str, ...]
) -> None:
    """And the rig sees a service that does not keep the limit."""
    played = machine(template, *planted)
    try:
        broken = both_kiosks_lend_to_one_patron_up_to_the_limit_and_one_more(played)
        assert bool(broken) is bool(planted), broken
    finally:
        played.rig.close()


def test_the_rig_catches_a_station_that_withdraws_nothing(template: Template) -> None:
    played = machine(template, "cancel-rule-off")
    try:
        played.show_card(0, ADULT)
        played.trouble_comes(0, "no answers")
        played.rig.kiosk.lay(*played.books[SINGLES[0]])
        eventually(lambda: played.rig.loans(SINGLES[0]), 10, "loan that nobody heard of")
        played.trouble_comes(0, "kiosk power")
        assert played.verdict() != []
    finally:
        played.rig.close()
