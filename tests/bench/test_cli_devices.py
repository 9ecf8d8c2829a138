"""Devices are found, asked, named and watched from the command line."""

import json
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner

from drivers.deadline import Deadline
from drivers.discovery import Plugged, may_drive, plugged_in, probe, udev_rule
from drivers.errors import PortBusy
from drivers.feig_obid.driver import FeigReader, FeigSettings
from drivers.frame_trace import FrameTrace
from drivers.registry import Driver, installed_drivers
from drivers.simulators.faults import FaultPlan
from drivers.simulators.pty_host import PtyHost
from drivers.simulators.simulation import simulation_of
from kiosk.cli.discover import device_table
from kiosk.cli.main import app
from kiosk.config import parse_config
from tests.bench.cli_plugged import FTDI, PluggedIn
from tests.bench.feig_pad import BOOK, feig_pad

pytestmark = pytest.mark.bench

STATION = '[station]\nname = "Máy 1"\nlibrary = "Thư viện"\nstate_folder = "{state}"\n\n'


@pytest.fixture
def plugged(tmp_path: Path) -> PluggedIn:
    return PluggedIn(tmp_path)


def drivers() -> dict[str, Driver]:
    loaded = installed_drivers()
    return {name: each.driver for name, each in loaded.items() if each.driver}


def run(*words: str) -> tuple[int, str]:
    done = CliRunner().invoke(app, ["devices", *words])
    return done.exit_code, done.output


def told(*words: str) -> Any:  # noqa: ANN401 - JSON
    return json.loads(run(*words, "--json")[1])


@contextmanager
def plugged_on_pty(path: Path, name: str, **options: object) -> Iterator[PtyHost]:
    device = simulation_of(drivers()[name]).make(options, FaultPlan(), FrameTrace())
    host = PtyHost(device, path)
    try:
        yield host
    finally:
        host.close()


def test_what_is_plugged_in_is_listed_with_its_socket_and_number(plugged: PluggedIn) -> None:
    plugged.usb("1-1.2", FTDI, ("tty", "ttyUSB0"))
    plugged.usb("1-1.3", {"idVendor": "04b8", "idProduct": "0202"}, ("usbmisc", "lp0"))
    plugged.usb("1-1.4", {"idVendor": "072f", "idProduct": "2200"})
    plugged.usb("1-1", {"idVendor": "2109", "idProduct": "3431", "bDeviceClass": "09"})
    plugged.port_of_the_machine("ttyAMA0", "32")
    plugged.port_of_the_machine("ttyS17", "0")
    plugged.console("tty1")
    found = {each.address: each for each in plugged_in(plugged.sys, Path("/dev"))}
    assert found.keys() == {"/dev/ttyUSB0", "/dev/usb/lp0", "usb:072f:2200", "/dev/ttyAMA0"}
    assert found["/dev/ttyUSB0"] == Plugged(
        "/dev/ttyUSB0", "tty", (0x0403, 0x6001), "A50285BI", "FT232R", "1-1.2"
    )
    (named,) = may_drive(found["/dev/usb/lp0"], drivers().values())
    assert (named[0].name, named[1]) == ("escpos_printer", "Epson receipt printer")


def test_a_device_that_says_nonsense_of_itself_is_listed_all_the_same(plugged: PluggedIn) -> None:
    nonsense = {"idVendor": "zz", "idProduct": "\udcff", "serial": "\udcfe\n", "product": "\0"}
    plugged.usb("1-1", nonsense, ("tty", "ttyUSB0"))
    (found,) = plugged_in(plugged.sys, plugged.dev)
    assert (found.usb, udev_rule(found, "pad")) == (None, "")


def test_two_adapters_without_serial_numbers_are_told_apart_by_their_sockets() -> None:
    one, two = (Plugged("/dev/ttyUSB0", "tty", (0x1A86, 0x7523), place=p) for p in ("1-1", "1-2"))
    assert udev_rule(one, "pad") != udev_rule(two, "pad")
    assert udev_rule(one, "pad") == (
        'SUBSYSTEM=="tty", ATTRS{idVendor}=="1a86", ATTRS{idProduct}=="7523", KERNELS=="1-1", '
        'GROUP="dialout", MODE="0660", SYMLINK+="muontra/pad"'
    )


@given(serial=st.text(max_size=20))
@settings(max_examples=100, suppress_health_check=[HealthCheck.too_slow])
def test_no_serial_number_breaks_out_of_a_rule(serial: str) -> None:
    rule = udev_rule(Plugged("/dev/ttyUSB0", "tty", (1, 2), serial, place="1-1"), "pad")
    assert rule.count('"') == 14
    assert len(rule.splitlines()) == 1
    assert ("RUN" in rule) is ("RUN" in serial and serial in rule)


def test_probing_says_which_driver_and_settings_are_answered(tmp_path: Path) -> None:
    expected = {
        "metratec": {},
        "feig_obid": {"baud": 9_600},
        "contactless_card": {},
        "escpos_printer": {"must_answer": True, "baud": 38_400},
    }
    for name, trial in expected.items():
        path = tmp_path / name
        options = {key: value for key, value in trial.items() if key == "baud"}
        with plugged_on_pty(path, name, **options):
            answered = probe(Plugged(str(path), "tty"), [drivers()[name]], 0.7)
        assert answered is not None, name
        assert (answered.driver.name, answered.settings["path"]) == (name, str(path))
        assert answered.identity.model
        table = device_table(answered.driver, answered.settings)
        others = '[[device]]\nkind = "scanner"\ndriver = "barcode_serial"\n'
        text = STATION.format(state=tmp_path) + table + others
        assert parse_config(text).device[0].settings == answered.settings


def test_the_right_one_of_several_drivers_answers(tmp_path: Path) -> None:
    asked = [drivers()[name] for name in ("metratec", "feig_obid")]
    with plugged_on_pty(tmp_path / "port", "feig_obid"):
        answered = probe(Plugged(str(tmp_path / "port"), "tty"), asked, 0.5)
    assert answered is not None
    assert answered.driver.name == "feig_obid"


def test_a_port_that_is_in_use_is_left_alone(tmp_path: Path) -> None:
    with feig_pad(tmp_path) as pad, ExitStack() as stack:
        pad.reader.close()
        held = FeigReader(FeigSettings(path=pad.host.address))
        held.open(Deadline.after(1))
        stack.callback(held.close)
        with pytest.raises(PortBusy):
            probe(Plugged(pad.host.address, "tty"), drivers().values(), 0.5)
        row = told("discover", "--kind", "pad", "--port", pad.host.address)["devices"][-1]
    assert "another program holds" in row["trouble"]
    assert row["driver"] is None


def test_a_port_where_nobody_answers_is_told_so(tmp_path: Path) -> None:
    row = told("discover", "--kind", "pad", "--port", str(tmp_path / "none"))["devices"][-1]
    assert row["trouble"] == "nobody answers any driver there"
    assert row["driver"] is None


def test_discover_prints_what_to_write_for_the_one_driver_that_fits(
    plugged: PluggedIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    plugged.usb(
        "1-1", {"idVendor": "05e0", "idProduct": "1701", "serial": "S1"}, ("tty", "ttyACM0")
    )
    plugged.usb("1-2", FTDI, ("tty", "ttyUSB0"))
    monkeypatch.setattr(
        "kiosk.cli.discover.plugged_in", lambda: plugged_in(plugged.sys, Path("/dev"))
    )
    scanner, adapter = told("discover")["devices"]
    assert scanner["driver"] == "barcode_serial"
    assert 'path = "/dev/muontra/scanner"' in scanner["device"]
    assert 'ATTRS{serial}=="S1"' in scanner["udev"]
    assert parse_config(STATION.format(state="/x") + scanner["device"]).device[0].kind == "scanner"
    assert adapter["driver"] is None
    assert {"feig_obid", "barcode_serial", "metratec"} <= set(adapter["candidates"])
    code, out = run("discover")
    assert code == 0
    assert "--probe asks the device" in out


@pytest.fixture
def config(tmp_path: Path) -> Iterator[Path]:
    """A stopped station with a pad that has two books on it, and a scanner that is not there."""
    with feig_pad(tmp_path) as pad:
        pad.reader.close()
        path = tmp_path / "station.toml"
        path.write_text(
            STATION.format(state=tmp_path) + f'[[device]]\nkind = "pad"\ndriver = "feig_obid"\n'
            f'settings = {{ path = "{pad.host.address}" }}\n'
            f'[[device]]\nkind = "scanner"\ndriver = "barcode_serial"\n'
            f'settings = {{ path = "{tmp_path / "nothing"}" }}\n',
            encoding="utf-8",
        )
        yield path


def test_devices_of_a_stopped_station_are_listed_by_whether_they_are_there(config: Path) -> None:
    assert run("list", "--config", str(config))[0] == 2
    listed = told("list", "--config", str(config))
    assert listed["running"] is False
    assert [(each["name"], each["up"]) for each in listed["devices"]] == [
        ("pad", True),
        ("scanner", False),
    ]


def test_a_device_says_what_it_is(config: Path) -> None:
    said = told("identify", "pad", "--config", str(config))
    assert (said["driver"], said["model"]) == ("feig_obid", "CPR.M02")
    code, out = run("identify", "pda", "--config", str(config))
    assert code == 2
    assert "pad, scanner" in out


def test_watching_a_stopped_station_asks_its_devices_itself(config: Path) -> None:
    out = run("watch", "--config", str(config), "--seconds", "1", "--frames", "--json")[1]
    lines = [json.loads(line) for line in out.splitlines()]
    assert lines[0]["says"] == "devices"
    tags = [line["facts"]["uids"] for line in lines if line.get("what") == "tags"]
    assert str(BOOK) in tags[0]
    assert ("down", "scanner") in {(line.get("what"), line.get("device")) for line in lines}
    assert any(line["says"] == "frame" for line in lines)
    code, table = run("watch", "--config", str(config), "--seconds", "0.6")
    assert code == 0
    assert "uids" in table
