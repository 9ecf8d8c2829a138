"""`muontra trace` beside a running station: what is shown, saved and played again."""

import json
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from drivers.frame_trace_file import load_trace
from kiosk.cli.main import app
from kiosk.local.client import StationClient
from kiosk.local.protocol import Done, Unmask
from service.sample.known import ADULT
from tests.system.rig import Rig, Template
from tests.waiting import eventually

BOOK = "VV.00417"


@pytest.fixture(scope="module")
def rig(template: Template, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Rig]:
    with Rig(template, tmp_path_factory.mktemp("trace") / "rig") as rig:
        rig.service.start()
        rig.kiosk.start()
        rig.lay(*rig.book(BOOK))
        with StationClient(rig.kiosk.state / "socket") as asked:
            eventually(lambda: all(each.up for each in asked.status().devices), 10, "pad")
        yield rig


def run(rig: Rig, *arguments: str) -> tuple[int, str, str]:
    config = str(rig.kiosk.state.with_suffix(".toml"))
    result = CliRunner().invoke(app, ["trace", *arguments, "--config", config])
    return result.exit_code, result.stdout, " ".join(result.stderr.split())


def frames(rig: Rig, *options: str) -> list[dict[str, Any]]:
    code, out, _ = run(rig, "show", "--json", *options)
    assert code == 0
    return [json.loads(line) for line in out.splitlines()]


def test_frames_are_shown_with_time_bytes_and_meaning(rig: Rig) -> None:
    def inventories() -> list[dict[str, Any]]:
        shown = frames(rig, "--last", "400")
        return [frame for frame in shown if frame["sentence"].startswith("inventory")]

    eventually(lambda: len(inventories()) > 1, 10, "an inventory and its answer")
    found = inventories()
    assert {frame["direction"] for frame in found} == {"→", "←"}
    assert {frame["device"] for frame in found} == {"pad"}
    assert all(frame["hex"] for frame in found)
    assert [frame["time"] for frame in found] == sorted(frame["time"] for frame in found)
    assert len(frames(rig, "pad", "--last", "4")) == 4
    sentence, raw = found[-1]["sentence"], found[-1]["hex"]
    _, out, _ = run(rig, "show", "pad", "--last", "400")
    assert f"{raw}  {sentence}" in out


def test_a_saved_trace_from_the_opening_on_can_be_played_again(rig: Rig, tmp_path: Path) -> None:
    path = tmp_path / "pad.jsonl"
    code, out, error = run(rig, "save", str(path), "--from-open", "--seconds", "1.5", "--json")
    assert code == 0, error
    trace = load_trace(path)
    assert len(trace.frames) == json.loads(out)["frames"] > 10
    assert trace.frames[0].sentence.startswith("software version")
    assert (trace.header.driver, trace.header.device) == ("feig_obid", "pad")
    result = CliRunner().invoke(app, ["trace", "replay", str(path), "--json"])
    told = json.loads(result.stdout)
    assert (result.exit_code, told["differences"], told["trouble"]) == (0, [], "")
    assert told["asked"] > 5
    again = run(rig, "save", str(path), "pad")
    assert again[0] == 2
    assert "is there already" in again[2]


def test_who_follows_is_told_every_frame_until_he_stops(rig: Rig) -> None:
    config = str(rig.kiosk.state.with_suffix(".toml"))
    command = [sys.executable, "-m", "kiosk.cli", "trace", "show", "pad", "--follow", "--last=0"]
    with subprocess.Popen(
        [*command, "--json", "--config", config], stdout=subprocess.PIPE
    ) as shown:
        assert shown.stdout is not None
        times = [json.loads(shown.stdout.readline())["time"] for _ in range(6)]
        shown.send_signal(signal.SIGINT)
        assert shown.wait(10) == 0
    assert times == sorted(times)


def test_while_frames_are_unmasked_the_screen_says_so_and_nobody_is_served(rig: Rig) -> None:
    def screen_says(unmasked: bool) -> bool:
        return rig.station.until(
            lambda view: ("unmasked" in view.get("hindrances", ())) is unmasked, 5, "notice"
        )

    assert (
        run(rig, "show", "--unmask")[2] == "Name the device whose codes or cards are to be shown."
    )
    assert "somebody is being served" in run(rig, "show", "pad", "--unmask")[2]
    rig.kiosk.empty_pad()
    assert rig.kiosk.leave()
    with StationClient(rig.kiosk.state / "socket") as asked:
        assert asked.ask(Unmask(device="pad", seconds=60)) == Done()
        assert screen_says(True)
    assert screen_says(False)  # it ended with the connection
    code, out, error = run(rig, "show", "pad", "--unmask", "--minutes", "0.01", "--json")
    assert code == 0
    assert "the station's screen says so" in error
    assert out
    assert screen_says(False)
    assert rig.show_card(ADULT)
    assert "somebody is being served" in run(rig, "show", "pad", "--unmask")[2]
    rig.kiosk.leave()


@pytest.mark.parametrize(
    ("arguments", "says"),
    [(("show", "pda"), "Say which device: pad"), (("save", "x", "pda"), "Say which device: pad")],
)
def test_a_device_that_is_not_there_is_told(
    rig: Rig, arguments: tuple[str, ...], says: str
) -> None:
    code, _, error = run(rig, *arguments)
    assert code == 2
    assert says in error


def test_without_a_running_station_it_is_said_so(rig: Rig, tmp_path: Path) -> None:
    text = rig.kiosk.state.with_suffix(".toml").read_text()
    config = tmp_path / "other.toml"
    config.write_text(text.replace(str(rig.kiosk.state), str(tmp_path)))
    result = CliRunner().invoke(app, ["trace", "show", "--config", str(config)])
    assert result.exit_code == 2
    assert "Is the station running" in result.output
