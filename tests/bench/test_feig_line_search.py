"""A technician asks at which settings a reader answers."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from drivers.errors import PortMissing
from drivers.feig_obid import line_search
from drivers.feig_obid.line_search import LineFound, search_line
from drivers.feig_obid.simulator import FeigSimulator
from drivers.feig_obid.usb_readers import remedy_for_usb
from drivers.feig_obid.virtual_reader import FeigSimulatorSettings
from drivers.port import Port, port_at
from drivers.serial_port import Parity
from drivers.simulators.faults import Lose, PlannedFault
from drivers.simulators.pty_host import PtyHost
from drivers.simulators.tcp_host import TcpHost
from tests.bench.pad_bench import within


@pytest.fixture(autouse=True)
def hurried(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(line_search, "PATIENCE", 0.1)
    monkeypatch.setattr(line_search, "BAUDS", (38_400, 19_200, 9_600))


class Lines:
    """A reader that hears at one rate and parity only: a pseudo-terminal has neither."""

    def __init__(self, folder: Path, baud: int, parity: Parity) -> None:
        self.reader = PtyHost(FeigSimulator(), folder / "reader")
        self.nobody = PtyHost(FeigSimulator(), folder / "nobody")
        self.nobody.device.faults.plan(PlannedFault(fault=Lose(), times=None))  # type: ignore[attr-defined]
        self.right = baud, parity
        self.tried: list[tuple[int, Parity]] = []

    def port(self, _path: str, baud: int, parity: Parity) -> Port:
        self.tried.append((baud, parity))
        host = self.reader if (baud, parity) == self.right else self.nobody
        return port_at(host.address, baud, parity)


@pytest.fixture
def lines(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Lines]:
    opened = Lines(tmp_path, *request.param)
    yield opened
    opened.reader.close()
    opened.nobody.close()


@pytest.mark.parametrize(
    "lines", [(38_400, "even"), (9_600, "even"), (19_200, "none")], indirect=True
)
def test_rate_and_parity_are_found(lines: Lines) -> None:
    baud, parity = lines.right
    found = search_line("the reader's place", within(20), lines.port)
    assert found == LineFound(baud, parity, "standard", "CPR.M02")
    assert lines.tried[-1] == lines.right


@pytest.mark.parametrize("lines", [(1, "odd")], indirect=True)
def test_the_likely_setting_comes_first_and_each_is_tried_in_both_kinds_of_frames(
    lines: Lines,
) -> None:
    assert search_line("nowhere", within(20), lines.port) is None
    assert lines.tried[0] == (38_400, "even")
    assert len(set(lines.tried)) == len(lines.tried) / 2 == 9


@pytest.mark.parametrize("lines", [(1, "odd")], indirect=True)
def test_a_search_keeps_its_deadline(lines: Lines) -> None:
    limit = within(1.0)
    assert search_line("nowhere", within(0.1), lines.port) is None
    assert not limit.expired()


def test_a_reader_that_takes_advanced_frames_only_is_found(tmp_path: Path) -> None:
    settings = FeigSimulatorSettings(frames="advanced", software_type=44)
    with PtyHost(FeigSimulator(settings=settings), tmp_path / "pad") as host:
        found = search_line(host.address, within())
        assert found == LineFound(38_400, "even", "advanced", "ISC.LR2500-A")


def test_a_network_reader_has_no_rate_to_search(tmp_path: Path) -> None:
    silent = FeigSimulator()
    silent.faults.plan(PlannedFault(fault=Lose(), times=None))
    with TcpHost(silent) as host:
        assert search_line(host.address, within()) is None
        assert len(silent.trace.frames()) <= 8
        silent.faults.clear()
        assert search_line(host.address, within()) is not None


def test_a_port_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(PortMissing):
        search_line(str(tmp_path / "nothing"), within())


def usb_device(bus: Path, vendor: str, *, tty: bool = False) -> None:
    device = bus / "1-1"
    (device / "1-1:1.0").mkdir(parents=True)
    (device / "idVendor").write_text(f"{vendor}\n")
    if tty:
        (device / "1-1:1.0" / "ttyUSB0").mkdir()


@pytest.mark.parametrize(
    ("vendor", "tty", "told"),
    [("0ab1", False, True), ("0ab1", True, False), ("0403", False, False)],
)
def test_a_reader_with_a_plain_usb_plug_is_told_with_its_remedy(
    tmp_path: Path, vendor: str, tty: bool, told: bool
) -> None:
    usb_device(tmp_path, vendor, tty=tty)
    assert ("virtual COM" in remedy_for_usb("/dev/muontra/pad", tmp_path)) is told


def test_a_hid_node_is_no_serial_line() -> None:
    assert "maker's own library" in remedy_for_usb("/dev/hidraw0", Path("/nowhere"))
