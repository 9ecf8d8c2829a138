"""A stopped station with a bench of simulated devices, a real service, and a machine of folders."""

import os
import shutil
import stat
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

from drivers.contactless_card.simulator import Pn532Simulator
from drivers.escpos_printer.simulator import EscposSimulator
from drivers.feig_obid.simulator import FeigSimulator
from drivers.frame_trace import FrameTrace
from drivers.registry import Driver, installed_drivers
from drivers.simulators.faults import AnyFault, FaultPlan, PlannedFault
from drivers.simulators.pty_host import PtyHost
from drivers.simulators.simulation import simulation_of
from kiosk.cli.at_hand import Finding
from kiosk.cli.discover import device_table
from kiosk.doctor.checks import CHECKS, examined
from kiosk.doctor.patient import Machine, Patience, admitted
from kiosk.doctor.results import SEVERITY, Result
from kiosk.enrolment import PinnedService, enrol
from kiosk.station_store import StationStore
from service.administration import AddStation, Done
from service.sample.points import ROOT
from tests.bench.feig_pad import sample_tags
from tests.service_process import ServiceProcess

KINDS = {
    "pad": "feig_obid",
    "scanner": "barcode_serial",
    "card": "contactless_card",
    "printer": "escpos_printer",
}
QUICK = {
    "pad": {"patience": 0.1},
    "card": {"patience": 0.1},
    "drop": {"full_seconds": 0.5},
    "printer": {"answer_seconds": 0.1, "quiet_seconds": 0.02},
}
PATIENCE = Patience(opening=1.0, call=1.0, sensors=0.7, service=1.0)

MACHINE_FILES = {
    "sys/class/rtc/rtc0/battery_voltage": "3012000\n",
    "sys/class/thermal/thermal_zone0/temp": "51234\n",
    "sys/class/drm/card1-HDMI-A-1/status": "connected\n",
    "sys/devices/platform/soc/soc:firmware/get_throttled": "0\n",
    "proc/self/mountinfo": "27 1 8:1 / / rw,relatime - ext4 /dev/sda1 rw\n",
    "proc/device-tree/model": "Raspberry Pi 5 Model B Rev 1.0\0",
    "run/systemd/timesync/synchronized": "",
}
ESPEAK = (
    "#!/bin/sh\necho 'Pty Language  Age/Gender VoiceName          File'\necho ' 5  vi  --/M V'\n"
)


class Closable(Protocol):
    def close(self) -> None: ...


@dataclass
class BenchStation:
    """`drivers`, `storage` and `more` may be changed before `write`. `held` is given back at the
    end.
    """

    folder: Path
    service: ServiceProcess
    hosts: dict[str, PtyHost]
    simulators: dict[str, Any]
    own: Mapping[str, str]
    role: str = "kiosk"
    drivers: dict[str, str] = field(default_factory=dict)
    storage: str = "ballast_mib = 1\nlow_water_mib = 1"
    more: str = ""
    held: list[Closable] = field(default_factory=list)

    @property
    def state(self) -> Path:
        return self.folder / "state"

    @property
    def config(self) -> Path:
        return self.folder / "station.toml"

    @property
    def machine(self) -> Machine:
        return machine_in(self.folder / "machine")

    @property
    def pad(self) -> FeigSimulator:
        return self.simulators["pad"]  # type: ignore[no-any-return]

    @property
    def printer(self) -> EscposSimulator:
        return self.simulators["printer"]  # type: ignore[no-any-return]

    @property
    def card_reader(self) -> Pn532Simulator:
        return self.simulators["card"]  # type: ignore[no-any-return]

    def fault(self, device: str, fault: AnyFault, command: str | None = None) -> None:
        """It strikes every time."""
        self.simulators[device].faults.plan(PlannedFault(fault=fault, command=command, times=None))

    def program(self, name: str, text: str) -> None:
        _program(self.folder / "machine" / "bin" / name, text)

    def machine_file(self, name: str, text: str | None) -> None:
        """None: there is no such file."""
        path = self.folder / "machine" / name
        if text is None:
            path.unlink()
        else:
            _file(path, text)

    def enrol(self, name: str, endpoint: str = "") -> str:
        """A key of its own that the running service knows; returns the public one."""
        shutil.rmtree(self.state, ignore_errors=True)
        service = PinnedService(endpoint or self.service.endpoint, self.service.key.public)
        key = enrol(self.state, service).public
        assert isinstance(self.service.order(AddStation(name, ROOT, key, actor="test")), Done)
        self.open_store().close()
        return key

    def open_store(self) -> StationStore:
        return StationStore(self.state)

    def write(self) -> None:
        """The configuration as it is now."""
        self.config.write_text(
            f'[station]\nname = "Máy 1"\nrole = "{self.role}"\n'
            f'library = "Thư viện"\nstate_folder = "{self.state}"\n\n'
            + "\n".join(self._device(kind) for kind in self.hosts)
            + f"\n[storage]\n{self.storage}\n{self.more}\n",
            encoding="utf-8",
        )

    def _device(self, kind: str) -> str:
        """Its own driver's settings, also where another driver was named for it."""
        settings = simulation_of(_driver(self.own[kind])).settings(self.hosts[kind].address)
        table = device_table(_driver(self.own[kind]), {**settings, **QUICK.get(kind, {})})
        return table.replace(f'"{self.own[kind]}"', f'"{self.drivers[kind]}"')

    def results(self) -> list[Result]:
        with admitted(self.config, self.machine, PATIENCE) as patient:
            return [result for check in CHECKS for result in examined(patient, check)]

    def findings(self) -> list[Result]:
        """What is worse than good."""
        return [each for each in self.results() if SEVERITY[each.mark] is not Finding.GOOD]


@contextmanager
def bench_station(
    folder: Path, service: ServiceProcess, kinds: Mapping[str, str] = KINDS, role: str = "kiosk"
) -> Iterator[BenchStation]:
    """All devices plugged in, two books on the pad, enrolled, nothing wrong."""
    folder.mkdir(parents=True, exist_ok=True)
    with ExitStack() as stack:
        simulators, hosts = {}, {}
        for kind, name in kinds.items():
            device = simulation_of(_driver(name)).make({}, FaultPlan(), FrameTrace())
            hosts[kind] = PtyHost(device, folder / kind)
            stack.callback(hosts[kind].close)
            simulators[kind] = device
        station = BenchStation(folder, service, hosts, simulators, kinds, role, dict(kinds))
        for tag in sample_tags() if "pad" in kinds else ():
            station.pad.pad.lay(tag)
        machine_of_folders(folder / "machine")
        station.enrol(f"{folder.name}-{os.urandom(4).hex()}")
        station.write()
        yield station
        for each in station.held:
            each.close()


def _driver(name: str) -> Driver:
    driver = installed_drivers()[name].driver
    assert driver is not None
    return driver


def machine_of_folders(root: Path) -> Machine:
    """One on which nothing is wrong."""
    for name, text in MACHINE_FILES.items():
        _file(root / name, text)
    _program(root / "bin" / "espeak-ng", ESPEAK)
    return machine_in(root)


def machine_in(root: Path) -> Machine:
    environment = {"PATH": str(root / "bin")}
    return Machine(root / "sys", root / "proc", root / "run", environment)


def _file(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)


def _program(path: Path, text: str) -> None:
    _file(path, text)
    path.chmod(path.stat().st_mode | stat.S_IXUSR)
