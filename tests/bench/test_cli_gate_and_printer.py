"""`muontra gate` and `muontra printer`: beside a running station and at the device itself."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from errno import EACCES
from pathlib import Path
from typing import Any, NoReturn
from unittest.mock import Mock

import msgspec
import pytest
import zmq
from typer.testing import CliRunner

from drivers.frame_trace import FrameTrace
from drivers.registry import installed_drivers
from drivers.simulators.faults import FaultPlan
from drivers.simulators.simulation import Host, simulation_of
from drivers.simulators.virtual_tags import VirtualTag
from drivers.uid import Uid
from kiosk.cli import gate as gate_command
from kiosk.cli import gate_at_hand
from kiosk.cli.main import app
from kiosk.config import load_config
from kiosk.enrolment import PinnedService, enrol
from kiosk.local.client import StationClient
from kiosk.station import Station
from kiosk.toml_text import toml_value
from tests.waiting import eventually

SECURED = VirtualTag(Uid("E0040150338607A0"), afi=0x07)
RELEASED = VirtualTag(Uid("E0040150338607A0"), afi=0xC2)
QUICK = {"escpos_printer": {"settle_seconds": 0.05, "quiet_seconds": 0.02}}
DRIVERS = {"gate": "feig_gate", "printer": "escpos_printer"}


@dataclass
class Entrance:
    """A gate and a printer of a station that may run in this process."""

    config: Path
    state: Path
    simulators: dict[str, Any] = field(default_factory=dict)
    hosts: dict[str, Host] = field(default_factory=dict)

    def walk(self, *tags: VirtualTag) -> None:
        self.hosts["gate"].say(self.simulators["gate"].walk(tags, inwards=True))

    def run(self, *words: str, text: str | None = None) -> tuple[int, Any, str]:
        done = CliRunner().invoke(app, [*words, "--config", str(self.config)], input=text)
        assert done.exception is None or isinstance(done.exception, SystemExit), done.output
        told = [msgspec.json.decode(line) for line in done.stdout.splitlines() if line[:1] == "{"]
        return done.exit_code, told[-1] if told else None, done.stderr

    def write(self, **gate_settings: object) -> None:
        devices = [self._device(kind, gate_settings) for kind in self.hosts]
        self.config.write_text(
            '[station]\nname = "Cổng 1"\nrole = "gate"\nlibrary = "Thư viện"\n'
            f'state_folder = "{self.state}"\n\n[storage]\nballast_mib = 1\nlow_water_mib = 1\n\n'
            + "\n".join(devices),
            encoding="utf-8",
        )

    def _device(self, kind: str, gate_settings: Mapping[str, object]) -> str:
        driver = DRIVERS[kind]
        known = installed_drivers()[driver].driver
        assert known is not None
        reach = simulation_of(known).settings(self.hosts[kind].address)
        settings = {**reach, **QUICK.get(driver, {}), **(gate_settings if kind == "gate" else {})}
        return (
            f'[[device]]\nkind = "{kind}"\ndriver = "{driver}"\nsettings = {toml_value(settings)}\n'
        )

    @contextmanager
    def running(self) -> Iterator[None]:
        station = Station(load_config(self.config))
        station.start(lambda _frame: None)
        try:
            eventually(self.answers, 10, "devices that answer")
            yield
        finally:
            station.stop()

    def answers(self) -> bool:
        with StationClient(self.state / "socket") as client:
            return all(device.up for device in client.status().devices)


@pytest.fixture
def entrance(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Entrance]:
    monkeypatch.setattr(gate_at_hand, "LEFT_OVER_SECONDS", 0.3)
    monkeypatch.setattr(gate_at_hand, "SETTLE_SECONDS", 0.3)
    made = Entrance(tmp_path / "gate.toml", tmp_path / "state")
    for kind, driver in DRIVERS.items():
        known = installed_drivers()[driver].driver
        assert known is not None
        simulation = simulation_of(known)
        made.simulators[kind] = simulation.make({}, FaultPlan(), FrameTrace())
        made.hosts[kind] = simulation.host(made.simulators[kind], tmp_path / kind)
    key = zmq.curve_keypair()[0].decode()
    enrol(made.state, PinnedService("tcp://127.0.0.1:9", key))
    made.write()
    yield made
    for host in made.hosts.values():
        host.close()


@pytest.fixture
def walker(entrance: Entrance, monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Walks through with the next tags each time the command says so."""

    def walks(*each_time: tuple[VirtualTag, ...]) -> None:
        waiting = list(each_time)

        def announce(words: str) -> None:
            if "walk through" in words:
                entrance.walk(*waiting.pop(0))

        monkeypatch.setattr(gate_command, "announce", announce)

    return walks


TEST = ("gate", "test", "--yes", "--seconds", "0.5", "--json")


@pytest.mark.parametrize("runs", [True, False], ids=["running", "stopped"])
def test_a_gate_that_alarms_for_secured_tags_only_is_right(
    entrance: Entrance, walker: Callable[..., None], runs: bool
) -> None:
    walker((SECURED,), (RELEASED,))
    if runs:
        with entrance.running():
            code, told, _ = entrance.run(*TEST)
    else:
        code, told, _ = entrance.run(*TEST)
    assert (code, told["found"]["polarity"]) == (0, "right")
    assert told["walks"][0]["uids"] == [SECURED.uid]


def test_a_gate_set_the_wrong_way_round_is_told_with_the_setting_to_change(
    entrance: Entrance, walker: Callable[..., None]
) -> None:
    entrance.simulators["gate"] = _turned_round(entrance)
    entrance.write(secured_afi=0xC2)
    walker((SECURED,), (RELEASED,))
    code, told, _ = entrance.run(*TEST)
    assert (code, told["found"]["polarity"]) == (2, "reversed")
    assert "secured_afi = 0x07" in told["found"]["advice"]


def _turned_round(entrance: Entrance) -> object:
    driver = installed_drivers()["feig_gate"].driver
    assert driver is not None
    simulation = simulation_of(driver)
    entrance.hosts["gate"].close()
    turned = simulation.make({"secured_afi": 0xC2}, FaultPlan(), FrameTrace())
    entrance.hosts["gate"] = simulation.host(turned, entrance.config.parent / "gate")
    return turned


def test_a_silent_gate_and_one_that_always_alarms_do_not_pass(
    entrance: Entrance, walker: Callable[..., None]
) -> None:
    for walks, polarity in ((((), ()), "never"), (((SECURED,), (_other(),)), "always")):
        walker(*walks)
        code, told, _ = entrance.run(*TEST)
        assert (code, told["found"]["polarity"]) == (2, polarity)


def _other() -> VirtualTag:
    return VirtualTag(Uid("E0040150338607A9"), afi=0x07)


def test_a_technician_is_led_and_what_came_before_a_walk_does_not_count(
    entrance: Entrance, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []

    def ask(words: str) -> None:
        asked.append(words)
        entrance.walk(_other())  # somebody else, while the technician reads

    monkeypatch.setattr(gate_command, "wait_for_person", ask)
    code, told, _ = entrance.run("gate", "test", "--seconds", "0.5", "--json")
    assert (code, told["found"]["polarity"]) == (2, "never")
    assert ["AFI 07" in asked[0], "AFI C2" in asked[1]] == [True, True]


def test_events_that_no_station_has_kept_are_not_thrown_away(entrance: Entrance) -> None:
    entrance.walk(SECURED)
    code, told, said = entrance.run(*TEST)
    assert (code, told) == (2, None)
    assert "remembers 1 events" in said
    assert len(entrance.simulators["gate"].buffer) == 1
    with entrance.running():
        eventually(lambda: entrance.run("gate", "count", "--json")[1]["alarms"] == 1, 5, "kept")


def test_what_was_counted_is_told_by_a_running_and_by_a_stopped_station(
    entrance: Entrance,
) -> None:
    assert entrance.run("gate", "count")[0] == 2
    with entrance.running():
        entrance.walk(SECURED)
        eventually(lambda: entrance.run("gate", "count", "--json")[1]["alarms"] == 1, 5, "alarm")
        running = entrance.run("gate", "count", "--json")[1]
    code, stopped, _ = entrance.run("gate", "count", "--json")
    assert (code, stopped) == (0, running)
    assert [event["uid"] for event in stopped["events"]] == [SECURED.uid]


@pytest.mark.parametrize("runs", [True, False], ids=["running", "stopped"])
def test_what_a_gate_tells_is_shown_as_it_happens(
    entrance: Entrance, monkeypatch: pytest.MonkeyPatch, runs: bool
) -> None:
    monkeypatch.setattr(gate_command, "announce", lambda _words: entrance.walk(SECURED))
    words = ("gate", "watch", "--seconds", "0.6", "--json")
    if runs:
        with entrance.running():
            _, told, _ = entrance.run(*words)
    else:
        _, told, _ = entrance.run(*words)
    assert (told["events"], told["uids"]) == (["TagAlarm"], [SECURED.uid])


def test_a_trial_page_comes_out_whole_and_paper_is_told(entrance: Entrance) -> None:
    printer = entrance.simulators["printer"]
    code, told, _ = entrance.run("printer", "test", "--json")
    assert (code, told["printed"], told["hindrance"]) == (0, True, "")
    assert told["before"]["paper"] == told["after"]["paper"] == "good"
    assert len(printer.printed()) == 1
    printer.paper = "near end"
    assert entrance.run("printer", "test", "--json")[0] == 1


@pytest.mark.parametrize(
    ("fault", "value", "told"),
    [("paper", "out", "put in a new roll"), ("cover_open", True, "close it")],
)
def test_what_keeps_a_printer_from_printing_is_told_and_nothing_is_printed(
    entrance: Entrance, fault: str, value: object, told: str
) -> None:
    setattr(entrance.simulators["printer"], fault, value)
    code, trial, _ = entrance.run("printer", "test", "--json")
    assert (code, trial["printed"]) == (2, False)
    assert told in trial["hindrance"]
    assert entrance.simulators["printer"].printed() == ()


def test_a_socket_that_may_not_be_used_is_not_taken_for_a_stopped_station(
    entrance: Entrance, monkeypatch: pytest.MonkeyPatch
) -> None:
    def forbidden(*_: object) -> NoReturn:
        raise PermissionError(EACCES, "Permission denied")

    monkeypatch.setattr("kiosk.local.client.socket.socket", lambda _: Mock(connect=forbidden))
    for words in (("devices", "list"), ("link", "ping"), ("gate", "count"), ("gate", "watch")):
        code, told, said = entrance.run(*words)
        assert (code, told) == (2, None)
        assert "Permission denied; use sudo, or join the socket's group" in said


def test_at_a_gate_a_book_is_not_to_be_laid_on_a_pad_that_is_not_there(entrance: Entrance) -> None:
    with entrance.running():
        _, told, _ = entrance.run("explain", "VV.00417", "--json")
    assert told["advice"].startswith("This station has no pad")


def test_a_gate_is_not_tried_when_nobody_can_press_enter(entrance: Entrance) -> None:
    code, told, said = entrance.run("gate", "test", "--json")
    assert (code, told) == (2, None)
    assert "with --yes" in said


def test_a_printer_in_use_is_named_and_handed_over_when_asked(entrance: Entrance) -> None:
    with entrance.running():
        code, _, said = entrance.run("printer", "test", "--json")
        assert (code, said.startswith("The running station uses printer: add --pause")) == (2, True)
        code, told, _ = entrance.run("printer", "test", "--pause", "--json")
        assert (code, told["printed"]) == (0, True)
        eventually(entrance.answers, 10, "printer back at its station")
