"""`muontra trace replay`: a saved trace shows what a driver does otherwise, without the device."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import msgspec
import pytest
from typer.testing import CliRunner

from drivers.frame_trace import Direction, FrameTrace, TracedFrame
from drivers.frame_trace_file import SavedFrame, SavedTrace, TraceHeader, load_trace, save_trace
from drivers.registry import installed_drivers
from drivers.simulators.faults import FaultPlan
from drivers.simulators.simulation import simulation_of
from kiosk.cli import trace_replay
from kiosk.cli.at_hand import settings_for
from kiosk.cli.main import app
from tests.bench.feig_pad import sample_tags
from tests.bench.pad_bench import within

pytestmark = pytest.mark.bench

HURRIED = {
    "feig_obid": {"patience": 0.1},
    "bibliotheca_3m": {"patience": 0.1},
    "metratec": {"patience": 0.1},
}


def saved(frame: TracedFrame) -> SavedFrame:
    return SavedFrame(
        at=frame.at, direction=frame.direction, hex=frame.raw.hex(" "), sentence=frame.sentence
    )


def traced(name: str, folder: Path, rounds: int = 2, habits: Sequence[str] = ("with_afi",)) -> Path:
    """A file of what a driver and its simulated device said to each other, with these habits of a
    station one after the other.
    """
    driver = installed_drivers()[name].driver
    assert driver is not None
    simulation = simulation_of(driver)
    simulator = simulation.make({}, FaultPlan(), FrameTrace())
    for tag in sample_tags():
        simulator.pad.lay(tag)
    trace = FrameTrace()
    host = simulation.host(simulator, folder / "line")
    settings = {**simulation.settings(host.address), **HURRIED[name]}
    pad = driver.make(settings_for(driver, settings), trace)
    try:
        pad.open(within())
        for habit in [*habits] * rounds:
            getattr(trace_replay, f"_pad_{habit}")(pad, within())
    finally:
        pad.close()
        host.close()
    header = TraceHeader(
        device="pad", driver=name, settings=settings, software="muontra test", saved_at="then"
    )
    save_trace(folder / "trace", SavedTrace(header, tuple(map(saved, trace.frames()))))
    return folder / "trace"


def replay(path: Path, *options: str) -> tuple[int, dict[str, Any]]:
    arguments = ["trace", "replay", str(path), "--seconds", "3", "--json", *options]
    result = CliRunner().invoke(app, arguments)
    assert result.stdout, result.stderr
    return result.exit_code, json.loads(result.stdout)


def changed(path: Path, index: int, **to: Any) -> Path:  # noqa: ANN401 - fields of a frame
    """The same trace with one frame changed."""
    trace = load_trace(path)
    frames = list(trace.frames)
    frames[index] = msgspec.structs.replace(frames[index], **to)
    other = path.with_name("changed")
    save_trace(other, SavedTrace(trace.header, tuple(frames)))
    return other


@pytest.mark.parametrize("name", sorted(HURRIED))
def test_a_driver_does_again_what_it_did(name: str, tmp_path: Path) -> None:
    code, told = replay(traced(name, tmp_path))
    assert (code, told["differences"], told["trouble"]) == (0, [], "")
    assert told["asked"] == told["questions"] > 5


@pytest.mark.parametrize("habits", [("content", "rounds", "rounds"), ("rounds", "rounds")])
def test_what_the_station_had_no_reason_to_ask_is_no_difference(
    habits: Sequence[str], tmp_path: Path
) -> None:
    code, told = replay(traced("feig_obid", tmp_path, 1, habits))
    assert (code, told["differences"], told["trouble"], told["left_out"]) == (0, [], "", 0)


def test_a_fault_in_reading_is_not_passed_over_by_reading_nothing(tmp_path: Path) -> None:
    path = traced("feig_obid", tmp_path, 1, ("content", "rounds", "rounds"))
    frames = load_trace(path).frames
    at = next(i for i, frame in enumerate(frames) if frame.sentence.startswith("read blocks"))
    code, told = replay(changed(path, at, hex="05 FF 00 00 00", sentence="another question"))
    assert code > 0
    assert told["differences"]


def test_a_question_that_was_asked_otherwise_is_shown_with_what_stood_there(tmp_path: Path) -> None:
    path = traced("feig_obid", tmp_path, rounds=1)
    frames = load_trace(path).frames
    at = next(i for i, frame in enumerate(frames) if frame.sentence.startswith("read blocks"))
    raw = bytearray(frames[at].raw)
    raw[-3] ^= 1
    code, told = replay(changed(path, at, hex=raw.hex(), sentence="what it asked then"))
    assert code > 0
    asked = told["differences"][0]
    assert (asked["what"], asked["recorded"]) == ("asked", "what it asked then")
    assert asked["now"].startswith("read blocks")
    assert asked["hex"] == frames[at].raw.hex(" ").upper()


def test_an_answer_that_means_something_else_now_is_shown(tmp_path: Path) -> None:
    path = traced("feig_obid", tmp_path, rounds=1)
    frames = load_trace(path).frames
    read = "read blocks ok"
    answers = [at for at, frame in enumerate(frames) if frame.sentence.startswith(read)]
    told = replay(changed(path, answers[0], sentence="read blocks: something else"))[1]
    (found,) = told["differences"]
    assert found["what"] == "took an answer for"
    assert found["recorded"] == "read blocks: something else"
    assert found["now"].startswith(read)


def test_another_driver_asks_what_nobody_answers(tmp_path: Path) -> None:
    code, told = replay(traced("feig_obid", tmp_path), "--driver", "bibliotheca_3m")
    assert code == 2
    assert told["asked"] == 0
    assert "did not answer" in told["trouble"] or "no answer" in told["trouble"]
    assert told["differences"][0]["hex"].startswith("D5")


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["none"], "cannot be read"),
        (["masked"], "its frames are masked"),
        (["masked", "--driver", "fieg"], "fieg is not installed"),
        (["masked", "--driver", "contact_gate"], "no line that could be played"),
    ],
)
def test_what_cannot_be_replayed_is_told(tmp_path: Path, arguments: list[str], says: str) -> None:
    header = TraceHeader(
        device="scanner", driver="barcode_serial", settings={}, software="", saved_at=""
    )
    trace = FrameTrace()
    trace.record_masked(Direction.RECEIVED, b"20001234\r")
    save_trace(tmp_path / "masked", SavedTrace(header, tuple(map(saved, trace.frames()))))
    file, *options = arguments
    result = CliRunner().invoke(app, ["trace", "replay", str(tmp_path / file), *options])
    assert result.exit_code == 2
    assert says in " ".join(result.output.split())
