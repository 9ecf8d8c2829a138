"""The order in which waiting operations reach the ledger."""

from hypothesis import given
from hypothesis import strategies as st

from service.arrived import Arrived
from service.in_tray import BATCH, PER_STATION, PILE, REPLAY_SHARE, InTray, Waiting
from tests.unit.service.messages import caller, operation


def waiting(station: int, sequence: int, *, live: bool = True) -> Waiting:
    return Waiting(caller(station), Arrived(station, operation(sequence), b""), live)


def order(batch: list[Waiting]) -> list[tuple[int, int]]:
    return [(one.caller.station.number, one.arrived.operation.sequence) for one in batch]


def test_a_station_keeps_its_own_order_whatever_the_network_does() -> None:
    tray = InTray()
    for sequence in (7, 5, 6):
        tray.put(waiting(1, sequence))
    assert order(tray.next_batch()) == [(1, 5), (1, 6), (1, 7)]


def test_a_stack_of_one_station_does_not_keep_another_waiting() -> None:
    tray = InTray()
    for sequence in range(200):
        tray.put(waiting(1, sequence))
    tray.put(waiting(2, 1))
    batch = order(tray.next_batch())
    assert (2, 1) in batch
    assert len([one for one in batch if one[0] == 1]) == PER_STATION


def test_busy_stations_take_turns() -> None:
    tray = InTray()
    for station in range(4):
        for sequence in range(PER_STATION):
            tray.put(waiting(station, sequence))
    first, second = tray.next_batch(), tray.next_batch()
    assert {station for station, _ in order(first + second)} == {0, 1, 2, 3}
    assert not tray


def test_a_patron_who_stands_there_comes_before_a_bus_that_returns() -> None:
    tray = InTray()
    for sequence in range(10):
        tray.put(waiting(1, sequence, live=False))
    tray.put(waiting(2, 1))
    assert order(tray.next_batch())[0] == (2, 1)


def test_a_busy_day_does_not_starve_the_replay() -> None:
    tray = InTray()
    for station in range(200):
        tray.put(waiting(station, 1))
    for sequence in range(REPLAY_SHARE):
        tray.put(waiting(999, sequence, live=False))
    batch = order(tray.next_batch())
    assert len(batch) == BATCH
    assert len([one for one in batch if one[0] == 999]) == REPLAY_SHARE


def test_a_station_that_floods_is_told_to_wait_and_others_are_not() -> None:
    tray = InTray()
    assert all(tray.put(waiting(1, sequence)) for sequence in range(PILE))
    assert not tray.put(waiting(1, PILE))
    assert tray.put(waiting(2, 1))


@given(st.lists(st.tuples(st.integers(1, 5), st.integers(0, 50), st.booleans())))
def test_nothing_is_lost_or_doubled_and_every_station_is_in_order(
    arrivals: list[tuple[int, int, bool]],
) -> None:
    tray = InTray()
    for station, sequence, live in arrivals:
        tray.put(waiting(station, sequence, live=live))
    taken: list[tuple[int, int]] = []
    while tray:
        batch = order(tray.next_batch())
        assert 0 < len(batch) <= BATCH
        taken += batch
    for number in range(1, 6):
        sequences = [sequence for station, sequence in taken if station == number]
        assert sequences == sorted(
            sequence for station, sequence, _ in arrivals if station == number
        )
