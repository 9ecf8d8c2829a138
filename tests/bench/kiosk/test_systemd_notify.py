"""A watchdog that is fed although something hangs is worse than none."""

import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from kiosk import systemd_notify
from kiosk.enrolment import EnrolmentProblem, PinnedService, enrol, station_key
from kiosk.systemd_notify import ATTENDED, UNATTENDED, Pulse


class Systemd:
    """The other end of the notify socket."""

    def __init__(self, path: str) -> None:
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.socket.bind(path.replace("@", "\0", 1))
        self.socket.setblocking(False)
        self.environment = {"NOTIFY_SOCKET": path, "WATCHDOG_USEC": "4000000"}

    def heard(self) -> list[bytes]:
        said = []
        while True:
            try:
                said.append(self.socket.recv(100))
            except BlockingIOError:
                return said


@pytest.fixture
def systemd(tmp_path: Path) -> Iterator[Systemd]:
    manager = Systemd(str(tmp_path / "notify"))
    yield manager
    manager.socket.close()


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    now = [100.0]
    monkeypatch.setattr(systemd_notify, "monotonic", lambda: now[0])
    return now


def all_report(pulse: Pulse, *parts: str) -> None:
    for part in parts:
        pulse.report(part)


def test_a_kiosk_is_up_when_controller_link_and_screen_live(systemd: Systemd) -> None:
    pulse = Pulse(ATTENDED, systemd.environment)
    all_report(pulse, "controller", "link", "controller", "link")
    assert systemd.heard() == []
    pulse.report("screen")
    assert systemd.heard() == [b"READY=1"]


@pytest.mark.parametrize("hanging", ATTENDED)
def test_one_hanging_part_ends_the_feeding(
    hanging: str, systemd: Systemd, clock: list[float]
) -> None:
    pulse = Pulse(ATTENDED, systemd.environment)
    all_report(pulse, *ATTENDED)
    clock[0] += 2
    all_report(pulse, *ATTENDED)
    assert systemd.heard() == [b"READY=1", b"WATCHDOG=1"]
    others = [part for part in ATTENDED if part != hanging]
    for _ in range(20):
        clock[0] += 2
        all_report(pulse, *others)
    assert systemd.heard() == []
    pulse.report(hanging)
    assert systemd.heard() == [b"WATCHDOG=1"]


def test_a_busy_controller_does_not_flood_systemd(systemd: Systemd, clock: list[float]) -> None:
    pulse = Pulse(UNATTENDED, systemd.environment)
    for _ in range(1000):
        clock[0] += 0.01
        all_report(pulse, *UNATTENDED)
    assert 8 <= len(systemd.heard()) <= 11  # ten seconds, a watchdog of four


def test_without_systemd_nothing_is_told() -> None:
    pulse = Pulse(UNATTENDED, {})
    all_report(pulse, *UNATTENDED)
    pulse.stopping()


def test_a_vanished_socket_does_not_end_the_station(tmp_path: Path) -> None:
    pulse = Pulse(UNATTENDED, {"NOTIFY_SOCKET": str(tmp_path / "gone")})
    all_report(pulse, *UNATTENDED)
    pulse.stopping()


def test_an_abstract_socket_is_found() -> None:
    manager = Systemd("@muontra-test-notify")
    Pulse(UNATTENDED, manager.environment).stopping()
    assert manager.heard() == [b"STOPPING=1"]
    manager.socket.close()


def test_a_key_handed_over_by_systemd_is_used_in_place_of_the_stored_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    handed = enrol(tmp_path / "other", PinnedService("tcp://127.0.0.1:1", "0" * 40))
    credentials = tmp_path / "credentials"
    credentials.mkdir()
    with pytest.raises(EnrolmentProblem, match="run `muontra enrol`"):
        station_key(tmp_path / "state")
    (credentials / "station.key").write_text(handed.secret)
    (credentials / "station.key").chmod(0o440)  # systemd lets the user in by an access list
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(credentials))
    assert station_key(tmp_path / "state") == handed
