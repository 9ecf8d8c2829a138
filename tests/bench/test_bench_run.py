"""`muontra bench` as a technician uses it: run from a file, acted upon by commands, watched."""

import json
import select
import subprocess
import sys
import tomllib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
from typer.testing import CliRunner

from drivers.deadline import Deadline
from drivers.facts import CardProblem, TagAlarm
from drivers.frame_trace import FrameTrace
from drivers.interfaces import Paper
from drivers.registry import installed_drivers
from drivers.simulators import examples
from drivers.simulators.bench_file import load_bench
from drivers.simulators.bench_protocol import DeviceState
from drivers.simulators.desk import Desk
from drivers.simulators.placed_device import NotOnThisDesk
from kiosk.cli.bench import _station_tables
from kiosk.cli.main import app
from kiosk.config import DeviceSection
from tests.waiting import eventually

EXAMPLES = Path(next(iter(examples.__path__)))
BENCHES = sorted(path.name for path in EXAMPLES.glob("*.toml"))


class RunningBench:
    """A bench process and what it said when it was ready."""

    def __init__(self, file: Path, state: Path) -> None:
        self.state = state
        self.process = subprocess.Popen(
            [sys.executable, "-m", "kiosk.cli", "bench", "run", str(file),
             "--state", str(state), "--json"],
            stdout=subprocess.PIPE, text=True,
        )  # fmt: skip
        assert self.process.stdout is not None
        self.ready = json.loads(self.process.stdout.readline())
        self.devices: dict[str, Any] = {}

    def opened(self, name: str) -> Any:  # noqa: ANN401 - of any kind
        """The driver of a device, as the bench says how to reach it."""
        [told] = [one for one in self.ready["devices"] if one["name"] == name]
        driver = installed_drivers()[told["driver"]].driver
        assert driver is not None
        settings = msgspec.convert(told["settings"], driver.settings)
        self.devices[name] = driver.make(settings, FrameTrace())
        self.devices[name].open(within())
        return self.devices[name]

    def end(self) -> None:
        for device in self.devices.values():
            device.close()
        self.process.terminate()
        self.process.communicate(timeout=10)


StartBench = Callable[[str], RunningBench]


def within(seconds: float = 5.0) -> Deadline:
    return Deadline.after(seconds)


def run(state: Path, *words: str) -> tuple[int, str]:
    result = CliRunner().invoke(app, ["bench", *words, "--state", str(state)])
    return result.exit_code, result.output


def done(bench: RunningBench, *words: str) -> None:
    code, said = run(bench.state, *words)
    assert code == 0, said


@pytest.fixture
def bench_of(tmp_path: Path) -> Iterator[StartBench]:
    benches: list[RunningBench] = []

    def start(name: str) -> RunningBench:
        benches.append(RunningBench(EXAMPLES / name, tmp_path / "bench"))
        return benches[-1]

    yield start
    for bench in benches:
        bench.end()


@pytest.mark.parametrize("name", BENCHES)
def test_the_example_is_a_bench(name: str) -> None:
    bench = load_bench(EXAMPLES / name)
    assert bench.device
    assert bench.item


def test_a_desk(bench_of: StartBench) -> None:
    desk = bench_of("desk.toml")
    pad, card, printer = (desk.opened(name) for name in ("pad", "card", "printer"))
    done(desk, "place", "VV.00001", "TK.00003")
    assert [tag.uid for tag in pad.inventory(within())] == ["E004015000000001"]
    done(desk, "card", "04271936")
    assert card.next_card(within()).number.upper() == "04A1B2C3D4E580"
    done(desk, "card", "09990001")
    assert card.next_card(within()).problem is CardProblem.RANDOM_UID
    done(desk, "card", "--away")
    done(desk, "paper-out")
    assert printer.status(within()).paper is Paper.OUT
    done(desk, "paper-out", "--refill")
    done(desk, "cover")
    assert printer.status(within()).cover_open


def test_a_gate(bench_of: StartBench) -> None:
    bench = bench_of("gate.toml")
    gate = bench.opened("gate")
    done(bench, "walk", "VV.00002", "--on", "gate")
    done(bench, "walk", "VV.00001", "--on", "gate")
    alarms = eventually(
        lambda: [e for e in gate.events(within(0.5)) if isinstance(e, TagAlarm)], 5, "alarm"
    )
    assert [alarm.uid for alarm in alarms] == ["E004015000000001"]
    code, said = run(bench.state, "walk", "VV.00001")
    assert (code, "which gate: gate, side-gate?" in said) == (2, True)


def test_a_book_drop(bench_of: StartBench) -> None:
    bench = bench_of("book-drop.toml")
    drop = bench.opened("drop")
    done(bench, "put-in")
    assert eventually(lambda: drop.state(within()).item_in_mouth, 5, "item in the mouth")
    done(bench, "take-out")
    assert eventually(lambda: not drop.state(within()).item_in_mouth, 5, "empty mouth")
    assert run(bench.state, "chute") == (2, "Say --full, --empty, --jam or --free.\n")
    done(bench, "chute", "--full")
    assert eventually(lambda: drop.state(within()).bin_full, 5, "full bin")


def test_what_happens_is_told_to_scripts_one_object_a_line(bench_of: StartBench) -> None:
    desk = bench_of("desk.toml")
    watch = subprocess.Popen(
        [sys.executable, "-m", "kiosk.cli", "bench", "watch", "--json", "--state", str(desk.state)],
        stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    lines = eventually(lambda: _after_unplugging(desk, watch), 10, "event")
    assert json.loads(lines)["says"] == "device_plugged"
    desk.end()
    watch.communicate(timeout=10)
    assert watch.returncode == 2


def _after_unplugging(desk: RunningBench, watch: "subprocess.Popen[str]") -> str:
    """The watch may have missed the first times."""
    assert watch.stdout is not None
    done(desk, "unplug", "scanner")
    ready, _, _ = select.select([watch.stdout], [], [], 0.3)
    return watch.stdout.readline() if ready else ""


def test_the_stations_configuration_is_ready_to_copy(bench_of: StartBench) -> None:
    devices = msgspec.convert(bench_of("gate.toml").ready["devices"], list[DeviceState])
    text = "\n".join(_station_tables(devices))
    sections = msgspec.convert(tomllib.loads(text)["device"], list[DeviceSection])
    assert [section.called for section in sections] == ["gate", "side-gate"]
    assert sections[1].settings == devices[1].settings


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ('[[device]]\nname = "pad"\ndriver = "papyrus"\n', "there is no driver papyrus"),
        ('[[device]]\nname = "a/b"\ndriver = "feig_obid"\n', "regex"),
        ('[[device]]\nname = "pad"\ndriver = "feig_obid"\noptions = { bauds = 1 }\n', "bauds"),
        ('[[device]]\nname = "p"\ndriver = "feig_obid"\n' * 2, "two devices are called p"),
        ("[[device]\n", "bench.toml"),
        ('device = []\nbooks = "none.jsonl"\n', "none.jsonl cannot be read"),
        ("device = []\nbook = []\n", "book"),
    ],
)
def test_a_wrong_bench_file_is_refused_with_its_reason(
    tmp_path: Path, text: str, reason: str
) -> None:
    (tmp_path / "bench.toml").write_text(text)
    result = CliRunner().invoke(
        app, ["bench", "run", str(tmp_path / "bench.toml"), "--state", str(tmp_path / "state")]
    )
    assert result.exit_code == 2
    assert reason in result.output


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        (["place", "VV.99999"], "there is no book or card VV.99999"),
        (["card", "VV.00001"], "no chip"),
        (["card"], "Name a card"),
        (["walk"], "there is no gate"),
        (["put-in"], "there is no drop"),
        (["unplug", "lamp"], "there are pad, scanner, card, printer"),
        (["fault", "pad", "dance"], "That fault cannot be"),
        (["fault", "pad", "hang", "seconds"], "say KEY=VALUE"),
        (["paper-out", "--near", "--refill"], "not both"),
    ],
)
def test_an_act_that_is_not_possible_is_refused_with_its_reason(
    desk: RunningBench, words: list[str], reason: str
) -> None:
    code, said = run(desk.state, *words)
    assert (code, reason in said) == (2, True), said


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningBench]:
    bench = RunningBench(EXAMPLES / "desk.toml", tmp_path_factory.mktemp("bench"))
    yield bench
    bench.end()


def test_a_fault_is_planned_with_its_details_and_cleared(desk: RunningBench) -> None:
    done(desk, "fault", "pad", "hang", "seconds=0.5", "side=request", "--times", "0")
    done(desk, "fault", "pad", "none")
    pad = desk.opened("pad")
    assert pad.inventory(within()) == ()


def test_without_a_bench_it_is_said_where_one_was_looked_for(tmp_path: Path) -> None:
    code, said = run(tmp_path, "place", "VV.00001")
    assert (code, "start it first" in said) == (2, True)


def test_devices_that_cannot_be_made_close_what_was_made(tmp_path: Path) -> None:
    bench = load_bench(EXAMPLES / "gate.toml")
    wrong = msgspec.structs.replace(bench.device[1], driver="papyrus")
    with pytest.raises(NotOnThisDesk):
        Desk(tmp_path, [], [bench.device[0], wrong], lambda _: None)
    assert not (tmp_path / "gate").exists()
