"""What the doctor makes of what it sees, without any device, file or clock."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from drivers.facts import AlarmsLost, ChuteState, ContactFault, GateEvent, TagAlarm
from kiosk.config import DeviceSection, StationConfig, StationSection
from kiosk.doctor import devices, own_files
from kiosk.doctor.device_access import User, may_use
from kiosk.doctor.exercises import EXERCISES
from kiosk.doctor.patient import Machine, Patience, Patient
from kiosk.doctor.results import Mark
from kiosk.doctor.service import LinkSeen, judge_link
from kiosk.local.protocol import DeviceStatus, LinkStatus, Status, StoreStatus
from kiosk.views import Hindrance

STATION = User("muontra", 990, frozenset({990, 20}))

RUNNING = Status(
    station="Máy 1",
    role="kiosk",
    software="muontra 0.0.0",
    pid=1,
    started="",
    in_session=False,
    drop=None,
    hindrances=(),
    crowded=0,
    devices=(),
    link=LinkStatus(
        endpoint="",
        state="online",
        reachable=True,
        hindrance=None,
        epoch=None,
        round_trip_ms=None,
        clock_offset_ms=None,
    ),
    store=StoreStatus(
        waiting=0, kept=0, open_tags=0, oldest_waiting=None, free_mib=1, low_water_mib=1
    ),
)
AT_HOME = StationSection(name="Máy 1", library="Thư viện", state_folder="/nowhere")


def node(mode: int, owner: int, group: int) -> os.stat_result:
    return os.stat_result((mode, 0, 0, 0, owner, group, 0, 0, 0, 0))


@pytest.mark.parametrize(
    ("mode", "owner", "group", "may"),
    [
        (0o660, 0, 20, True),  # /dev/ttyUSB0 of dialout, and the station's user is in it
        (0o660, 0, 46, False),  # plugdev, and it is not
        (0o640, 0, 20, False),  # may read only
        (0o600, 990, 0, True),
        (0o666, 0, 0, True),
        (0o606, 0, 20, False),  # its group is shut out, though everybody else is not
    ],
)
def test_a_device_that_the_stations_user_may_not_open_is_known_before_it_is_tried(
    mode: int, owner: int, group: int, may: bool
) -> None:
    assert may_use(STATION, node(mode, owner, group)) is may


class PlayedGate:
    def __init__(self, *events: GateEvent) -> None:
        self.told = events
        self.forgotten = False

    def events(self, _deadline: object) -> tuple[GateEvent, ...]:
        return self.told

    def taken(self, _deadline: object) -> None:
        self.forgotten = True


class PlayedDrop:
    def __init__(self, **sensors: bool) -> None:
        nothing = {"item_in_mouth": False, "item_passed": False, "bin_full": False}
        self.sensors = ChuteState(**(nothing | sensors))

    def state(self, _deadline: object) -> ChuteState:
        return self.sensors

    def next_change(self, _deadline: object) -> None:
        return None


def marks(kind: Any, device: object) -> Iterator[Mark]:  # noqa: ANN401 - a kind of device
    return (each.mark for each in EXERCISES[kind](device, Patience()))


def test_alarms_in_a_gate_stay_there_and_are_no_fault() -> None:
    gate = PlayedGate(TagAlarm(at=1.0))
    assert list(marks("gate", gate)) == []
    assert not gate.forgotten


def test_a_stuck_contact_and_lost_alarms_of_a_gate_are_told() -> None:
    stuck = ContactFault(at=1.0, contact="beam 1", stuck=True)
    free = ContactFault(at=2.0, contact="beam 2", stuck=False)
    gate = PlayedGate(stuck, free, AlarmsLost(at=3.0))
    assert list(marks("gate", gate)) == [Mark.LOOK_AFTER, Mark.LOOK_AFTER]


def test_a_jammed_chute_is_broken_and_a_full_bin_is_to_be_emptied() -> None:
    assert list(marks("drop", PlayedDrop())) == []
    assert list(marks("drop", PlayedDrop(jammed=True))) == [Mark.BROKEN]
    assert list(marks("drop", PlayedDrop(bin_full=True))) == [Mark.LOOK_AFTER]


@pytest.mark.parametrize(
    "hindrance",
    [Hindrance.REVOKED, Hindrance.NOT_ENROLLED, Hindrance.SECOND_INSTANCE, Hindrance.PROTOCOL],
)
def test_each_way_of_being_turned_away_has_its_remedy(hindrance: Hindrance) -> None:
    result = judge_link("tcp://10.0.0.5:7411", LinkSeen("down", hindrance))
    assert result.mark is Mark.BROKEN
    assert result.remedy


@pytest.mark.parametrize(
    ("offset_ms", "mark"),
    [(1999, Mark.GOOD), (2001, Mark.LOOK_AFTER), (-1999, Mark.GOOD), (-2001, Mark.LOOK_AFTER)],
)
def test_clocks_may_be_two_seconds_apart_and_no_more(offset_ms: float, mark: Mark) -> None:
    seen = LinkSeen("online", None, 3.0, offset_ms)
    assert judge_link("tcp://10.0.0.5:7411", seen).mark is mark


def test_a_station_that_runs_an_older_version_than_is_installed_is_told() -> None:
    config = StationConfig(station=AT_HOME)
    patient = Patient(Path("x.toml"), Machine(), Patience(), config, status=RUNNING)
    (result,) = own_files.station(patient)
    assert result.mark is Mark.LOOK_AFTER
    assert "muontra 0.0.0 runs" in result.sentence


@pytest.mark.parametrize(
    ("drop", "bin_full", "said"),
    [
        ("rest", False, ["works: LR2500"]),
        ("rest", True, ["its bin is full"]),
        ("jammed", True, ["something is jammed in the chute", "its bin is full"]),
    ],
)
def test_what_a_running_book_drop_knows_of_its_chute_is_told(
    drop: str, bin_full: bool, said: list[str]
) -> None:
    chute = DeviceStatus(
        name="drop", kind="drop", driver="book_drop", path="", up=True, model="LR2500"
    )
    status = replace(RUNNING, devices=(chute,), drop=drop, bin_full=bin_full)
    section = DeviceSection(kind="drop", driver="book_drop")
    config = StationConfig(station=AT_HOME, device=(section,))
    patient = Patient(Path("x.toml"), Machine(), Patience(), config, status=status)
    results = list(devices.devices(patient))
    assert [each.sentence for each in results] == said
    assert {each.about for each in results} == {"drop"}
