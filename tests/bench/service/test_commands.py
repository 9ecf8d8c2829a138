"""`muontra-service`: each command beside a running service and without one, and its errors."""

import json
import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner

from service.cli import app
from service.protocol.identifiers import new_identifier
from service.protocol.keys import fingerprint
from service.protocol.operations import CheckIn, ReportTag
from service.protocol.questions import Heartbeat
from service.protocol.replies import Alive, Noted, Returned
from service.sample.points import ROOT
from tests.service_process import ServiceProcess
from tests.station_client import KeyPair
from tests.waiting import eventually


@pytest.fixture
def stopped() -> Iterator[ServiceProcess]:
    service = ServiceProcess()
    yield service
    service.remove()


@pytest.fixture(params=["running", "stopped"])
def either(request: pytest.FixtureRequest, service: ServiceProcess) -> Iterator[ServiceProcess]:
    """The same commands work through the running service and on the database alone."""
    if request.param == "running":
        yield service
    else:
        alone = ServiceProcess()
        yield alone
        alone.remove()


def listed(service: ServiceProcess, name: str) -> dict[str, object]:
    lines = json.loads(service.command("station", "list", "--json"))
    (line,) = [line for line in lines if line["name"] == name]
    assert isinstance(line, dict)
    return line


def test_a_station_is_enrolled_listed_and_revoked(either: ServiceProcess) -> None:
    keys, name = KeyPair.make(), f"Quầy {new_identifier()}"
    key = f"--key={keys.public}"
    said = either.command("station", "add", name, "--point", ROOT, key)
    assert fingerprint(keys.public) in said
    assert listed(either, name)["enabled"] is True
    assert name in either.command("station", "revoke", name)
    assert listed(either, name)["enabled"] is False


def test_a_station_moves_to_another_point_by_name_or_key(either: ServiceProcess) -> None:
    keys, name = KeyPair.make(), f"Xe {new_identifier()}"
    while keys.public.startswith("-"):
        keys = KeyPair.make()
    either.command("station", "add", name, "--point", ROOT, f"--key={keys.public}")
    for station, point in ((name, "BX"), (keys.public, "MS")):
        said = either.command("station", "set-point", station, point)
        assert fingerprint(keys.public) in said
        assert listed(either, name)["point"] == point
    assert "no point has the code 'XX'" in either.command(
        "station", "set-point", name, "XX", code=1
    )
    assert listed(either, name)["point"] == "MS"


def test_a_moved_station_takes_back_where_it_stands_now(service: ServiceProcess) -> None:
    (item,) = service.free_items(1)
    ((home,),) = service.rows("SELECT home_point FROM items WHERE number = ?", item)
    elsewhere = "BX" if home == "MS" else "MS"
    with service.station("Xe lưu động") as client:
        client.hello()
        for point, destination in ((home, "shelf"), (elsewhere, "other-point"), (home, "shelf")):
            service.command("station", "set-point", "Xe lưu động", str(point))
            returned = client.do(CheckIn(item))
            assert isinstance(returned, Returned)
            assert returned.destination == destination


@pytest.mark.parametrize(
    ("name", "point", "key", "said"),
    [
        ("new", "NOWHERE", "", "no point has the code 'NOWHERE'; there are"),
        ("new", ROOT, "short", "40 characters, this text has 5"),
        ("taken", ROOT, "", "'taken' is enrolled already"),
        (" ", ROOT, "", "a station needs a name"),
    ],
)
def test_a_station_that_cannot_be_enrolled(
    service: ServiceProcess, name: str, point: str, key: str, said: str
) -> None:
    if not any(line.name == "taken" for line in service.status().stations):
        service.enrol("taken")
    public = key or KeyPair.make().public
    shown = service.command("station", "add", name, "--point", point, f"--key={public}", code=1)
    assert said in shown


def test_a_revoked_key_cannot_come_back_under_another_name(service: ServiceProcess) -> None:
    keys = service.enrol("first life")
    service.command("station", "revoke", "first life")
    key = f"--key={keys.public}"
    said = service.command("station", "add", "second life", "--point", ROOT, key, code=1)
    assert "belongs, or belonged, to 'first life'" in said


def test_a_mistyped_name_is_answered_with_the_nearest(service: ServiceProcess) -> None:
    service.enrol("Quầy mượn trả")
    said = service.command("station", "revoke", "Quầy mượn tra", code=1)
    assert "did you mean 'Quầy mượn trả'?" in said


def test_status_shows_what_a_station_told_of_itself(service: ServiceProcess) -> None:
    with service.station("talkative") as client:
        client.hello()
        assert client.ask(Heartbeat(waiting=7, broken=("pad",)), "heartbeat") == Alive()
        finding = ReportTag("VV.00417", "E0040150123456AB", "unproved")
        assert client.do(finding) == Noted()
        shown = json.loads(service.command("status", "--json"))
        (line,) = [line for line in shown["stations"] if line["name"] == "talkative"]
        assert (line["connected"], line["waiting"], line["broken"]) == (True, 7, ["pad"])
        assert sum(shown["attention"].values()) >= 1
        text = service.command("status")
        assert "The service is running." in text
        assert "On the staff's list" in text


def test_status_without_a_service(stopped: ServiceProcess) -> None:
    assert "No service is running." in stopped.command("status")


def test_the_key_is_made_once_and_kept_from_others(tmp_path: Path) -> None:
    first = CliRunner().invoke(app, ["key", "--state", str(tmp_path / "new")])
    again = CliRunner().invoke(app, ["key", "--state", str(tmp_path / "new")])
    assert first.exit_code == 0
    assert first.output == again.output
    file = tmp_path / "new" / "service.key"
    assert file.stat().st_mode & 0o777 == 0o600
    assert file.read_text() not in first.output
    file.chmod(0o640)
    assert "chmod 600" in CliRunner().invoke(app, ["key", "--state", str(tmp_path / "new")]).output


def test_a_database_without_schema_is_named_and_can_be_made(stopped: ServiceProcess) -> None:
    stopped.database.unlink()
    assert "run `muontra-service db upgrade`" in stopped.command("status", code=1)
    assert "has the schema of this release" in stopped.command("db", "upgrade")
    stopped.command("status")


@pytest.mark.parametrize("words", [("db", "upgrade"), ("sample",), ("backup", "x"), ("status",)])
@pytest.mark.parametrize("url", ["sqlite:////nowhere/at/all.db", "library.db"])
def test_a_database_that_cannot_be_opened_is_a_sentence(
    tmp_path: Path, words: tuple[str, ...], url: str
) -> None:
    ran = CliRunner().invoke(app, [*words, "--state", str(tmp_path), "--database", url])
    assert ran.exit_code == 1
    assert ran.stderr.startswith("The database does not work: ")


def test_a_state_folder_whose_socket_path_would_be_too_long(tmp_path: Path) -> None:
    state = tmp_path / ("x" * 100)
    assert CliRunner().invoke(app, ["db", "upgrade", "--state", str(state)]).exit_code == 0
    done = subprocess.run(
        [sys.executable, "-m", "service", "run", "--state", str(state)],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 1
    assert "too long for a socket" in done.stderr


def test_a_port_that_is_taken_is_said(service: ServiceProcess, stopped: ServiceProcess) -> None:
    stopped.port = service.port
    stopped.launch()
    eventually(lambda: stopped.is_dead, 30, "end of the second service")
    assert "cannot be listened on" in stopped.log.read_text()


def test_systemd_hears_when_stations_can_connect_and_that_it_lives(
    stopped: ServiceProcess, monkeypatch: pytest.MonkeyPatch
) -> None:
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as systemd:
        systemd.bind(str(stopped.state / "notify"))
        systemd.settimeout(20)
        monkeypatch.setenv("NOTIFY_SOCKET", str(stopped.state / "notify"))
        monkeypatch.setenv("WATCHDOG_USEC", "200000")
        stopped.start()
        said = {systemd.recv(100) for _ in range(3)}
        assert said == {b"READY=1", b"WATCHDOG=1"}
        assert stopped.stop() == 0
        while systemd.recv(100) != b"STOPPING=1":
            pass


def test_every_command_has_an_example() -> None:
    commands = ("run", "key", "status", "backup", "restore", "end-wait", "sample")
    for words in (*((name,) for name in commands), ("station", "add"), ("station", "list")):
        shown = CliRunner().invoke(app, [*words, "--help"])
        assert shown.exit_code == 0
        assert "Example: muontra-service" in " ".join(shown.output.split()), words


def test_the_installed_program_is_this_one() -> None:
    program = Path(sys.executable).with_name("muontra-service")
    shown = subprocess.run([program, "--help"], capture_output=True, text=True, check=True)
    assert "central circulation service" in shown.stdout
    assert os.access(program, os.X_OK)
