"""The doctor and the devices' commands beside a running station, through its socket."""

import json
import tarfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner

from kiosk.cli.main import app
from kiosk.doctor.checks import CHECKS, examined
from kiosk.doctor.patient import Patient, admitted
from kiosk.doctor.results import Mark, Result
from kiosk.local.client import StationClient
from kiosk.local.protocol import Pause
from tests.bench.cli_station import machine_of_folders
from tests.system.rig import Rig, Template
from tests.waiting import eventually

pytestmark = pytest.mark.system


@pytest.fixture
def rig(template: Template, tmp_path: Path) -> Iterator[Rig]:
    with Rig(template, tmp_path / "rig") as rig:
        rig.service.start()
        rig.kiosk.start()
        eventually(lambda: not bad(rig), 10, "station without findings")
        yield rig


def config(rig: Rig) -> Path:
    return rig.kiosk.state.with_suffix(".toml")


def findings(rig: Rig) -> list[Result]:
    machine = machine_of_folders(rig.folder / "machine")
    with admitted(config(rig), machine) as patient:
        assert isinstance(patient, Patient)
        return [result for check in CHECKS for result in examined(patient, check)]


def bad(rig: Rig) -> list[tuple[str, str, Mark]]:
    worse = {Mark.LOOK_AFTER, Mark.BROKEN}
    return [(each.check, each.about, each.mark) for each in findings(rig) if each.mark in worse]


def run(rig: Rig, *words: str) -> tuple[int, str]:
    done = CliRunner().invoke(app, [*words, "--config", str(config(rig))])
    return done.exit_code, done.output


def test_what_a_running_station_holds_is_judged_by_what_it_says(rig: Rig) -> None:
    told = {f"{each.check} {each.about}".strip(): each for each in findings(rig)}
    assert "CPR.M02" in told["devices pad"].sentence
    assert told["store whole"].mark is Mark.NOT_LOOKED_AT
    assert f"process {rig.station._process.pid}" in told["station"].sentence  # type: ignore[union-attr]
    rig.kiosk.host.unplug()
    eventually(lambda: bad(rig) == [("devices", "pad", Mark.BROKEN)], 10, "the pad named alone")


def test_a_service_that_went_away_is_named_through_the_station(rig: Rig) -> None:
    rig.service.kill()
    with StationClient(rig.kiosk.state / "socket") as client:
        eventually(lambda: client.status().link.state != "online", 10, "link down")
    (finding,) = [each for each in findings(rig) if each.mark is Mark.BROKEN]
    assert finding.check == "service"
    assert "nothing answers at tcp://127.0.0.1" in finding.sentence


def test_a_paused_device_is_not_broken(rig: Rig) -> None:
    with StationClient(rig.kiosk.state / "socket") as client:
        client.ask(Pause(device="pad"))
        assert bad(rig) == [("devices", "pad", Mark.LOOK_AFTER)]


def test_devices_of_a_running_station_are_listed_identified_and_watched(rig: Rig) -> None:
    code, out = run(rig, "devices", "list", "--json")
    assert (code, json.loads(out)["devices"][0]["model"]) == (0, "CPR.M02")
    code, out = run(rig, "devices", "identify", "pad")
    assert code == 2
    assert "--pause" in out
    code, out = run(rig, "devices", "identify", "pad", "--pause", "--json")
    assert (code, json.loads(out)["model"]) == (0, "CPR.M02")
    rig.lay(*rig.book("VV.00417"))
    code, out = run(rig, "devices", "watch", "--seconds", "1.5", "--json")
    lines = [json.loads(line) for line in out.splitlines()]
    assert {"up", "tags"} & {line.get("what") for line in lines}


def test_a_bundle_tells_what_frames_meant_and_whose_tags_they_were_not(rig: Rig) -> None:
    (tag,) = rig.book("VV.00417")
    rig.lay(tag)
    bundle = rig.folder / "bundle.tar.gz"
    run(rig, "doctor", "--bundle", str(bundle))
    with tarfile.open(bundle) as archive:
        frames = archive.extractfile("frames/pad.jsonl")
        status = archive.extractfile("status.json")
        assert frames is not None
        assert status is not None
        told = frames.read().decode()
        assert json.loads(status.read())["devices"][0]["model"] == "CPR.M02"
    assert "inventory" in told
    assert "system information" in told
    assert tag.uid not in told
    assert tag.uid[-8:] not in told
