"""The units, judged by systemd itself: nothing it does not know, and each program in its cage."""

import shutil
import subprocess
from pathlib import Path

import pytest

UNITS = Path(__file__).parents[2] / "systemd"
STATIONS = ("kiosk", "desk", "gate", "book-drop")
MOST_EXPOSED = {
    # unit: tenths of systemd's scale of ten
    "muontra-service.service": 20,
    "muontra-gate@.service": 20,
    "muontra-book-drop@.service": 20,
    "muontra-kiosk@.service": 40,
    "muontra-desk@.service": 40,
}
PROGRAMS = ("muontra-service", "muontra-station", "muontra-kiosk")

pytestmark = pytest.mark.skipif(
    shutil.which("systemd-analyze") is None, reason="no systemd here: `make debian-test` brings it"
)


def run(*words: object) -> subprocess.CompletedProcess[str]:
    return subprocess.run([*map(str, words)], capture_output=True, text=True, check=False)


@pytest.fixture
def machine(tmp_path: Path) -> Path:
    """A folder that looks like a machine on which the programs are installed."""
    programs = tmp_path / "opt/muontra/current/bin"
    programs.mkdir(parents=True)
    for name in PROGRAMS:
        (programs / name).touch(mode=0o755)
    units = tmp_path / "etc/systemd/system"
    units.mkdir(parents=True)
    for unit in UNITS.glob("*.service"):
        shutil.copy(unit, units)
    shutil.copytree("/usr/lib/systemd/system", tmp_path / "usr/lib/systemd/system", symlinks=True)
    return tmp_path


def test_every_unit_is_judged() -> None:
    assert {path.name for path in UNITS.glob("*.service")} == set(MOST_EXPOSED)


def verified(machine: Path, unit: str) -> str:
    named = unit.replace("@.", "@a-1.")
    return run("systemd-analyze", f"--root={machine}", "verify", "--man=no", named).stderr


@pytest.mark.parametrize("unit", MOST_EXPOSED)
def test_systemd_knows_every_word_of_a_unit(machine: Path, unit: str) -> None:
    assert not verified(machine, unit)


def test_a_misspelt_word_and_a_missing_program_would_be_seen(machine: Path) -> None:
    path = machine / "etc/systemd/system/muontra-gate@.service"
    path.write_text(path.read_text().replace("ProtectClock", "ProtectClok"))
    assert "ProtectClok" in verified(machine, path.name)
    (machine / "opt/muontra/current/bin/muontra-kiosk").unlink()
    assert "not executable" in verified(machine, "muontra-kiosk@.service")


def exposed(unit: Path, most: int) -> subprocess.CompletedProcess[str]:
    return run("systemd-analyze", "security", "--offline=yes", f"--threshold={most}", unit)


@pytest.mark.parametrize(("unit", "most"), MOST_EXPOSED.items())
def test_a_program_reaches_little_beside_its_devices(unit: str, most: int) -> None:
    judged = exposed(UNITS / unit, most)
    assert judged.returncode == 0, judged.stdout


def test_an_open_cage_would_be_seen(tmp_path: Path) -> None:
    opened = tmp_path / "muontra-gate@.service"
    shut = (UNITS / opened.name).read_text()
    opened.write_text(shut.replace("SystemCallFilter=", "#").replace("ProtectSystem=", "#"))
    assert exposed(opened, 20).returncode != 0


@pytest.mark.parametrize("role", STATIONS)
def test_a_station_is_an_instance_with_folders_of_its_own(role: str) -> None:
    lines = (UNITS / f"muontra-{role}@.service").read_text().splitlines()
    for wanted in (
        f"User=muontra-{role}",
        "StateDirectory=muontra/%i",
        "RuntimeDirectory=muontra/%i",
        "LoadCredential=station.key:muontra-%i.key",
        "LimitCORE=0",
    ):
        assert wanted in lines


def test_users_and_folders_are_made_as_the_units_name_them(tmp_path: Path) -> None:
    for kind in ("sysusers", "tmpfiles"):
        place = tmp_path / f"etc/{kind}.d/muontra.conf"
        place.parent.mkdir(parents=True)
        shutil.copy(UNITS / f"muontra.{kind}.conf", place)
    assert run("systemd-sysusers", f"--root={tmp_path}").returncode == 0
    assert run("systemd-tmpfiles", f"--root={tmp_path}", "--create").returncode == 0
    known = (tmp_path / "etc/passwd").read_text() + (tmp_path / "etc/group").read_text()
    names = {line.split(":")[0] for line in known.splitlines()}
    assert named_in_units() <= names
    assert (tmp_path / "etc/credstore").stat().st_mode & 0o777 == 0o700


def named_in_units() -> set[str]:
    settings = ("User=", "Group=", "SupplementaryGroups=")
    return {
        name
        for unit in UNITS.glob("*.service")
        for line in unit.read_text().splitlines()
        if line.startswith(settings)
        for name in line.partition("=")[2].split()
    }


def test_the_service_lets_every_station_connect() -> None:
    """Each station is a file descriptor; setrlimit must not be among the forbidden calls."""
    text = (UNITS / "muontra-service.service").read_text()
    assert "LimitNOFILE=16384" in text
    assert "@resources" not in text
