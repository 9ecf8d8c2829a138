"""A station with pad, scanner, card reader, gate and printer, and nobody there.

The station's real process without a screen, in the environment that its unit gives it, at the
default time between two looks at the pad. The simulated devices are in the bench's process and the
service in its own. Memory is what is resident (RSS), with what it shares with other processes; PSS
counts shared pages by part.
"""

import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from time import perf_counter
from types import MappingProxyType

import msgspec
from rich.table import Table

from drivers.simulators.bench_client import BenchClient, BenchGone
from drivers.simulators.bench_protocol import DeviceState
from kiosk.local.client import StationClient, StationGone
from kiosk.toml_text import toml_value
from tests.benchmarks.kiosk import TICKS, as_installed
from tests.benchmarks.report import console, plot_ratios, save
from tests.system.processes import ServiceProcess
from tests.system.rig import STATION, Template
from tests.waiting import eventually

DRIVERS = ("feig_obid", "barcode_serial", "contactless_card", "feig_gate", "escpos_printer")
UNIT = Path("systemd/muontra-gate@.service")
IDLE_SECONDS = 30.0
SETTLE_SECONDS = 10.0

BENCH_DEVICE = '[[device]]\nname = "{name}"\ndriver = "{name}"\n'
CONFIG = """
[station]
name = "Cổng 1"
role = "gate"
library = "Thư viện tỉnh Sơn Khê"
state_folder = "{state}"

[storage]
ballast_mib = 1
low_water_mib = 1
"""
DEVICE = '[[device]]\nkind = "{kind}"\ndriver = "{driver}"\nsettings = {settings}\n'


class Figure(msgspec.Struct):
    """One figure of the idle station; `goal` None: told for its own sake."""

    what: str
    value: float
    goal: float | None = None


def run() -> None:
    """Measure, print, keep."""
    with tempfile.TemporaryDirectory(prefix="idle-") as folder, _station(Path(folder)) as pid:
        _pause(SETTLE_SECONDS)
        began, busy = perf_counter(), _cpu_seconds(pid)
        _pause(IDLE_SECONDS)
        percent = 100 * (_cpu_seconds(pid) - busy) / (perf_counter() - began)
        figures = [
            Figure("processor, % of a core", percent, 3.0),
            Figure("resident memory, MB", _kilobytes(pid, "Rss") / 1000, 60.0),
            Figure("proportional memory, MB", _kilobytes(pid, "Pss") / 1000),
            Figure("threads", len(list(Path(f"/proc/{pid}/task").iterdir()))),
        ]
    console.print(_table(figures))
    save("station_idle", figures)
    plot_ratios("station_idle", [(f.what, f.value / f.goal) for f in figures if f.goal], 1.0)


@contextmanager
def _station(folder: Path) -> Iterator[int]:
    """The process id of a station whose devices all answer, with its service."""
    template = Template.make(folder / "library")
    state = template.folder / STATION
    service = ServiceProcess(template.folder / "service", template.port)
    service.start()
    try:
        with _bench(folder) as devices:
            config = folder / "station.toml"
            config.write_text(_config(state, devices), encoding="utf-8")
            words = ("tests.benchmarks.station_child", "--config", str(config))
            with _process(*words, env=_unit_environment()) as started:
                eventually(lambda: _all_answer(state), 30, "station whose devices answer")
                yield started.pid
    finally:
        service.kill()


@contextmanager
def _bench(folder: Path) -> Iterator[tuple[DeviceState, ...]]:
    """The simulated devices, in a process of their own."""
    plan, state = folder / "bench.toml", folder / "bench"
    plan.write_text("".join(BENCH_DEVICE.format(name=name) for name in DRIVERS))
    words = ("bench", "run", str(plan), "--state", str(state))
    with _process("kiosk.cli", *words):
        yield eventually(lambda: _devices(state), 30, "bench")


def _devices(state: Path) -> tuple[DeviceState, ...]:
    for socket in state.glob("*.sock*"):
        with suppress(BenchGone), BenchClient(socket) as client:
            return tuple(client.state().devices)
    return ()


@contextmanager
def _process(
    module: str, *words: str, env: Mapping[str, str] = MappingProxyType({})
) -> Iterator["subprocess.Popen[bytes]"]:
    started = subprocess.Popen(
        [sys.executable, "-m", module, *words],
        env={**as_installed(), **env},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        yield started
    finally:
        started.terminate()
        started.wait(20)


def _unit_environment() -> dict[str, str]:
    lines = UNIT.read_text(encoding="utf-8").splitlines()
    told = [line.removeprefix("Environment=") for line in lines if line.startswith("Environment=")]
    return dict(pair.split("=", 1) for line in told for pair in line.split())


def _config(state: Path, devices: tuple[DeviceState, ...]) -> str:
    tables = [
        DEVICE.format(kind=each.kind, driver=each.driver, settings=toml_value(each.settings))
        for each in devices
    ]
    return CONFIG.format(state=state) + "".join(tables)


def _all_answer(state: Path) -> bool:
    try:
        with StationClient(state / "socket") as client:
            status = client.status()
    except StationGone:
        return False
    up = [device.up for device in status.devices]
    return status.link.reachable and len(up) == len(DRIVERS) and all(up)


def _cpu_seconds(pid: int) -> float:
    stat = Path(f"/proc/{pid}/stat").read_text(encoding="ascii")
    user, system = stat.rpartition(")")[2].split()[11:13]
    return (int(user) + int(system)) / TICKS


def _kilobytes(pid: int, name: str) -> int:
    """Of 1,024 bytes, as the kernel counts them; told here in units of 1,000."""
    rollup = Path(f"/proc/{pid}/smaps_rollup").read_text(encoding="ascii")
    line = next(line for line in rollup.splitlines() if line.startswith(f"{name}:"))
    return int(line.split()[1]) * 1024 // 1000


def _pause(seconds: float) -> None:
    until = perf_counter() + seconds
    eventually(lambda: perf_counter() >= until, seconds + 5, "end of the pause")


def _table(figures: list[Figure]) -> Table:
    table = Table("idle station", "measured", "goal", "", title=f"{IDLE_SECONDS:.0f} s, {DRIVERS}")
    for figure in figures:
        goal = "" if figure.goal is None else f"≤ {figure.goal:.0f}"
        missed = figure.goal is not None and figure.value > figure.goal
        verdict = "" if figure.goal is None else "MISSED" if missed else "met"
        table.add_row(figure.what, f"{figure.value:.1f}", goal, verdict)
    return table
