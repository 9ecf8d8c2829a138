"""A sample of the soak: some minutes of some devices, and planted faults."""

import pytest

from tests.soak.devices import lived, troubles_of

MINUTES, SEED = 6, 11
SAMPLE = ("barcode_serial", "contactless_card", "feig_obid")


def test_some_minutes_of_devices_leave_nothing_behind_and_miss_nothing() -> None:
    days = lived(MINUTES, SEED, *SAMPLE)
    assert {day.driver: troubles_of(day) for day in days} == {name: [] for name in SAMPLE}
    assert all(day.minutes == MINUTES for day in days)
    assert sum(day.struck for day in days) > 0
    assert sum(day.went_down for day in days) > 0


@pytest.mark.parametrize(
    ("planted", "told"), [("descriptor", "descriptors left"), ("log", "log lines in a minute")]
)
def test_a_planted_leak_is_told(planted: str, told: str) -> None:
    (day,) = lived(3, SEED, "feig_gate", plant=planted)
    assert any(told in trouble for trouble in troubles_of(day))
