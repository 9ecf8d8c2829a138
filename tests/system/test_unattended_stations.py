"""Stations without a screen: a gate and a book-drop as real processes, killed where it hurts."""

import json
import os
import socket
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec
import pytest
from typer.testing import CliRunner

from drivers.frame_trace import FrameTrace
from drivers.registry import installed_drivers
from drivers.simulators.faults import FaultPlan
from drivers.simulators.simulation import Host, simulation_of
from kiosk.cli.main import app
from kiosk.local.client import StationClient, StationGone
from kiosk.local.protocol import AskGate, GateCounts, Status
from kiosk.station_app import main as station_command
from service.sample.known import ADULT
from tests.system.processes import Forked
from tests.system.rig import RELEASED, SECURED, Rig, tag_of
from tests.waiting import eventually

BOOK, OTHER_BOOK = "VV.00417", "VV.00388"

STATION = """
[station]
name = "{role} 1"
role = "{role}"
library = "Thư viện tỉnh Sơn Khê"
state_folder = "{state}"
isil = "VN-SK"

[policy]
farewell_seconds = 1

[link]
beat_seconds = 1.0
answer_seconds = 2.0
silent_in_session_seconds = 2.0
silent_seconds = 2.0
online_again_seconds = 0.2

[storage]
ballast_mib = 1
low_water_mib = 1
"""

DEVICE = """
[[device]]
kind = "{kind}"
driver = "{driver}"
poll_seconds = 0.02
settings = {settings}
"""


@dataclass
class Unattended:
    """A process of `muontra-station` and its simulated devices."""

    process: Forked
    config: Path
    state: Path
    devices: dict[str, Any]
    hosts: dict[str, Host]

    def start(self) -> None:
        self.process.fork(station_command, ["--config", str(self.config)])
        eventually(self.works, 15, "station whose devices answer, with its service")

    def works(self) -> bool:
        try:
            status = self.status()
        except StationGone:
            return False
        return status.link.reachable and all(device.up for device in status.devices)

    def status(self) -> Status:
        with StationClient(self.state / "socket") as client:
            return client.status()

    def counts(self) -> GateCounts:
        with StationClient(self.state / "socket") as client:
            answer = client.ask(AskGate())
        assert isinstance(answer, GateCounts)
        return answer


def toml(value: object) -> str:
    """A settings table in one line."""
    match value:
        case dict():
            return "{ " + ", ".join(f"{key} = {toml(each)}" for key, each in value.items()) + " }"
        case bool():
            return str(value).lower()
        case _:
            return msgspec.json.encode(value).decode()


@contextmanager
def unattended(rig: Rig, role: str, **drivers: str) -> Iterator[Unattended]:
    """A station of the rig's second key; `drivers` by the kind of their device."""
    state, folder = rig.kiosks[1].state, rig.folder
    text = STATION.format(role=role, state=state)
    made: dict[str, Any] = {}
    hosts: dict[str, Host] = {}
    with ExitStack() as stack:
        for kind, name in drivers.items():
            driver = installed_drivers()[name].driver
            assert driver is not None
            simulation = simulation_of(driver)
            made[kind] = simulation.make({}, FaultPlan(), FrameTrace())
            hosts[kind] = simulation.host(made[kind], folder / kind)
            stack.callback(hosts[kind].close)
            settings = toml(dict(simulation.settings(hosts[kind].address)))
            text += DEVICE.format(kind=kind, driver=name, settings=settings)
        config = folder / f"{role}.toml"
        config.write_text(text, encoding="utf-8")
        station = Unattended(Forked(folder / f"{role}.log"), config, state, made, hosts)
        stack.callback(station.process.kill)
        station.start()
        yield station


@pytest.fixture
def gate(rig: Rig) -> Iterator[Unattended]:
    with unattended(rig, "gate", gate="feig_gate") as station:
        yield station


@pytest.fixture
def drop(rig: Rig) -> Iterator[Unattended]:
    with unattended(rig, "book-drop", pad="feig_obid", drop="book_drop") as station:
        yield station


def test_an_alarm_is_kept_with_its_tag_and_a_power_cut_neither_loses_nor_doubles_it(
    gate: Unattended,
) -> None:
    stolen, lent = tag_of(BOOK, 1), tag_of(OTHER_BOOK, 2, afi=RELEASED)
    gate.devices["gate"].walk([stolen, lent], inwards=False)
    eventually(lambda: gate.counts().alarms == 1, 10, "alarm")
    gate.process.kill()
    gate.start()
    gate.devices["gate"].walk([tag_of(BOOK, 3)], inwards=False)
    eventually(lambda: gate.counts().alarms == 2, 10, "second alarm")
    assert [line.uid for line in gate.counts().events] == [stolen.uid, tag_of(BOOK, 3).uid]


def test_what_happens_while_the_station_is_dead_is_told_when_it_lives(gate: Unattended) -> None:
    gate.process.kill()
    gate.devices["gate"].walk([tag_of(BOOK, 1)], inwards=False)
    gate.start()
    eventually(lambda: gate.counts().alarms == 1, 10, "alarm of the time before")


def test_a_gate_that_vanishes_comes_back(gate: Unattended) -> None:
    gate.hosts["gate"].unplug()
    eventually(lambda: not gate.status().devices[0].up, 10, "gate is gone")
    gate.hosts["gate"].plug()
    eventually(gate.works, 10, "gate again")
    gate.devices["gate"].walk([tag_of(BOOK, 1)], inwards=False)
    eventually(lambda: gate.counts().alarms == 1, 10, "alarm")


def lend(rig: Rig, item: str) -> None:
    """To have something to return: at the first kiosk."""
    rig.kiosk.start()
    assert rig.show_card(ADULT)
    rig.lay(*(tag for tag in rig.tags))
    assert rig.kiosk.shows(item, "done")
    rig.kiosk.finish()
    rig.kiosk.empty_pad()


def into_the_mouth(drop: Unattended, *tags: Any) -> None:  # noqa: ANN401 - virtual tags
    for tag in tags:
        drop.devices["pad"].pad.lay(tag)
    drop.devices["drop"].put_in()


def falls_past_the_antenna(drop: Unattended) -> bool:
    """The tag leaves the field with its book."""
    if sum(drop.devices["drop"].chute.fallen.values()) == 0:
        return False
    for tag in drop.devices["pad"].pad.tags():
        drop.devices["pad"].pad.lift(tag.uid)
    return True


def test_the_doctor_tells_of_a_full_bin_while_the_drop_runs(drop: Unattended) -> None:
    def said() -> set[str]:
        result = CliRunner().invoke(app, ["doctor", "--config", str(drop.config), "--json"])
        findings = json.loads(result.stdout)["findings"]
        return {each["sentence"] for each in findings if each["about"] == "drop"}

    eventually(drop.works, 10, "the drop")
    drop.devices["drop"].bin_full = True
    eventually(lambda: "its bin is full" in said(), 15, "full bin")
    drop.devices["drop"].bin_full = False
    eventually(lambda: said() == {"works: ISC.LR2500-A"}, 15, "empty bin")


def test_a_book_is_booked_and_secured_before_it_falls(rig: Rig, drop: Unattended) -> None:
    (tag,) = rig.book(BOOK)
    lend(rig, BOOK)
    assert tag.afi == RELEASED
    into_the_mouth(drop, tag)
    eventually(lambda: falls_past_the_antenna(drop), 15, "book in a bin")
    assert drop.devices["drop"].chute.fallen == {"bin": 1, "other_bin": 0}
    assert tag.afi == SECURED
    assert [state for state, _, _ in rig.loans(BOOK)] == ["returned"]
    eventually(lambda: drop.status().drop == "rest", 10, "rest")
    eventually(lambda: not drop.status().in_session, 10, "end of the visit")
    eventually(lambda: drop.status().store.waiting == 0, 10, "empty outbox")
    assert rig.listed(BOOK) == set()


def test_two_books_at_once_are_given_back_and_nothing_is_returned(
    rig: Rig, drop: Unattended
) -> None:
    tags = [*rig.book(BOOK), *rig.book(OTHER_BOOK)]
    into_the_mouth(drop, *tags)
    eventually(lambda: "give back" in drop.devices["drop"].outputs, 15, "books given back")
    for tag in tags:
        drop.devices["pad"].pad.lift(tag.uid)
    eventually(lambda: drop.status().drop == "rest", 10, "rest")
    assert drop.devices["drop"].chute.fallen == {"bin": 0, "other_bin": 0}
    assert rig.loans(BOOK) == []


def test_without_link_a_book_is_received_and_booked_later(rig: Rig, drop: Unattended) -> None:
    (tag,) = rig.book(BOOK)
    lend(rig, BOOK)
    rig.service.kill()
    eventually(lambda: not drop.status().link.reachable, 15, "no link")
    into_the_mouth(drop, tag)
    eventually(lambda: falls_past_the_antenna(drop), 15, "book in a bin")
    assert tag.afi == SECURED
    rig.service.start()
    eventually(lambda: drop.works() and drop.status().store.waiting == 0, 20, "booked")
    assert [state for state, _, _ in rig.loans(BOOK)] == ["returned"]


def test_a_station_that_is_killed_leaves_all_outputs_at_rest(rig: Rig, drop: Unattended) -> None:
    (tag,) = rig.book(BOOK)
    drop.devices["drop"].jammed = True  # the shutter opens and the book hangs in it
    into_the_mouth(drop, tag)
    eventually(lambda: "to bin" in drop.devices["drop"].outputs, 15, "open shutter")
    drop.process.kill()
    eventually(lambda: not drop.devices["drop"].outputs, 10, "outputs at rest")


def notified_station(address: str, words: list[str]) -> None:
    """As systemd starts it."""
    os.environ.update(NOTIFY_SOCKET=address, WATCHDOG_USEC="400000")
    station_command(words)


def test_systemd_hears_that_a_gate_is_up_lives_and_ends(gate: Unattended) -> None:
    gate.process.kill()
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as systemd:
        address = str(gate.config.parent / "notify")
        systemd.bind(address)
        systemd.settimeout(15)
        words = ["--config", str(gate.config)]
        gate.process.fork(notified_station, address, words)
        assert systemd.recv(100) == b"READY=1"
        assert systemd.recv(100) == b"WATCHDOG=1"
        gate.process.terminate()
        assert gate.process.exit_code == 0
        while systemd.recv(100) != b"STOPPING=1":
            pass
