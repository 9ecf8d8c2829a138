"""Installed below a folder from real wheels; only packages of others are borrowed from here."""

import os
import re
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from zipfile import ZipFile

import pytest
from typer.testing import CliRunner, Result

from kiosk.appliance.machine import ApplianceProblem, Machine, points_to
from kiosk.appliance.plan import Appliance
from kiosk.appliance.roles import ROLES, instance
from kiosk.appliance.udev import loaded_drivers, rules
from kiosk.cli.main import app
from kiosk.config import load_config
from kiosk.station_store import StationStore
from service.protocol import codec
from service.protocol.operations import CheckIn
from tests.unit.kiosk.operations import ITEM, operation

PROJECT = Path(__file__).parents[2]
SOURCES = ("drivers", "kiosk", "service", "ui", "systemd", "requirements")
ALONE = ("LICENSE", "README.md", "pyproject.toml", "setup.py")
OLD, NEW = "0.9.1", "0.9.2"
KNOWN_ACT = codec.encode(operation(CheckIn(ITEM), 7))
UNKNOWN_ACT = KNOWN_ACT.replace(b"check-in/1", b"check-in/9")

needs_root = pytest.mark.skipif(os.geteuid() != 0, reason="users and their folders need root")
pytestmark = [
    needs_root,
    pytest.mark.skipif(shutil.which("systemd-sysusers") is None, reason="no systemd here"),
]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Pip finds all pinned packages there already, so that it needs no network."""
    folder = tmp_path_factory.mktemp("appliance")
    borrowed = folder / "borrowed"
    borrowed.mkdir()
    for path in Path(pytest.__file__).parents[1].iterdir():
        if not re.match(r"muontra|__editable__|_virtualenv|.*\.pth$", path.name):
            (borrowed / path.name).symlink_to(path)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYTHONPATH", str(borrowed))
        yield folder


def wheel_of(version: str, folder: Path) -> Path:
    """Built from a copy of the sources, as from a clean clone: without compiled words."""
    copy = folder / f"sources-{version}"
    shut = shutil.ignore_patterns("__pycache__", "*.mo")
    for name in SOURCES:
        shutil.copytree(PROJECT / name, copy / name, symlinks=True, ignore=shut)
    for name in ALONE:
        shutil.copy(PROJECT / name, copy)
    package = copy / "kiosk/__init__.py"
    package.write_text(re.sub(r'"\d.*"', f'"{version}"', package.read_text()))
    program = "from setuptools.build_meta import build_wheel; print(build_wheel('..'))"
    built = subprocess.run(
        [sys.executable, "-c", program], cwd=copy, capture_output=True, text=True, check=True
    )
    return folder / built.stdout.split()[-1]


@pytest.fixture(scope="module")
def old_wheel(folder: Path) -> Path:
    return wheel_of(OLD, folder)


@pytest.fixture(scope="module")
def new_wheel(old_wheel: Path) -> Path:
    """The same under another version: building it takes seconds."""
    wheel = old_wheel.with_name(old_wheel.name.replace(OLD, NEW))
    with ZipFile(old_wheel) as source, ZipFile(wheel, "w") as target:
        for name in source.namelist():
            said = ".dist-info/" in name or name == "kiosk/__init__.py"
            content = source.read(name)
            if said:
                content = content.replace(OLD.encode(), NEW.encode())
            target.writestr(name.replace(OLD, NEW), content)
    return wheel


def muontra(*words: object) -> Result:
    return CliRunner().invoke(app, [*map(str, words)])


def done(*words: object) -> str:
    result = muontra(*words)
    assert result.exit_code == 0, result.output
    return result.output


def install(root: Path, *words: object) -> str:
    return done("install", "--role", "gate", "--name", "gate-1", "--root", root, *words)


Restore = Callable[[], Path]


def copied(source: Path, target: Path) -> None:
    """With owners and links."""
    subprocess.run(["cp", "-a", source, target], check=True)


def kept(root: Path, copy: Path) -> Restore:
    """Puts a machine back to what it is now; each test may spoil it."""
    copied(root, copy)

    def restore() -> Path:
        """Linked, but for what tests change in place."""
        shutil.rmtree(root)
        subprocess.run(["cp", "-al", copy, root], check=True)
        shutil.rmtree(root / "etc")
        copied(copy / "etc", root / "etc")
        return root

    return restore


@pytest.fixture(scope="module")
def once_installed(folder: Path, old_wheel: Path) -> Restore:
    root = folder / "machine"
    root.mkdir()
    install(root, "--wheel", old_wheel, "--find-links", folder)
    return kept(root, folder / "installed")


@pytest.fixture
def installed(once_installed: Restore) -> Path:
    return once_installed()


@pytest.fixture(scope="module")
def once_upgraded(once_installed: Restore, folder: Path, new_wheel: Path) -> Restore:
    root = once_installed()
    done("upgrade", "--wheel", new_wheel, "--find-links", folder, "--root", root)
    return kept(root, folder / "upgraded")


@pytest.fixture
def upgraded(once_upgraded: Restore) -> Path:
    return once_upgraded()


def tree(root: Path) -> dict[str, tuple[int, int, str]]:
    """Every file below a root, but the compiled modules."""
    return {
        str(path.relative_to(root)): (
            path.lstat().st_mode,
            path.lstat().st_mtime_ns,
            points_to(path),
        )
        for path in root.rglob("*")
        if "__pycache__" not in path.parts
    }


def version_in(root: Path) -> str:
    """What the installed command says, as it is typed."""
    program = root / "opt/muontra/current/bin/python"
    words = [str(program), "-P", "-c", "import kiosk; print(kiosk.__version__)"]
    said = subprocess.run(words, capture_output=True, text=True, check=True)
    return said.stdout.strip()


def test_a_bare_machine_becomes_a_station(installed: Path) -> None:
    assert version_in(installed) == OLD
    opt = installed / "opt/muontra"
    assert points_to(opt / "current") == OLD
    assert points_to(installed / "usr/local/bin/muontra") == "/opt/muontra/current/bin/muontra"
    for program in ("muontra-station", "muontra-kiosk", "muontra-service"):
        assert os.access(opt / OLD / "bin" / program, os.X_OK)
    (words,) = (opt / OLD).glob("lib/*/site-packages/ui/locale/en/LC_MESSAGES/muontra.mo")
    assert words.stat().st_size > 1000
    wants = installed / "etc/systemd/system/multi-user.target.wants"
    assert [path.name for path in wants.iterdir()] == ["muontra-gate@gate-1.service"]


def test_nobody_but_its_user_looks_into_a_state_folder(installed: Path) -> None:
    users = (installed / "etc/passwd").read_text()
    (uid,) = re.findall(r"^muontra-gate:x?:(\d+):", users, re.MULTILINE)
    state = (installed / "var/lib/muontra/gate-1").stat()
    assert (state.st_mode & 0o777, state.st_uid) == (0o700, int(uid))
    open_to_all = [path for path in installed.rglob("*") if path.lstat().st_mode & 0o002]
    assert all(path.is_symlink() for path in open_to_all)


def test_programs_are_found_by_the_units_as_they_were_laid(installed: Path) -> None:
    system = installed / "usr/lib/systemd/system"
    shutil.copytree("/usr/lib/systemd/system", system, symlinks=True)
    words = ["systemd-analyze", f"--root={installed}", "verify", "muontra-gate@gate-1.service"]
    judged = subprocess.run([*words, "--man=no"], capture_output=True, text=True, check=False)
    assert "is not executable" not in judged.stderr


def test_installed_twice_changes_nothing(installed: Path, old_wheel: Path, folder: Path) -> None:
    mine = installed / "etc/muontra/gate-1.toml"
    mine.write_text("# what a technician wrote\n")
    before = tree(installed)
    said = install(installed, "--wheel", old_wheel, "--find-links", folder)
    assert tree(installed) == before
    assert "doing" not in said


def test_what_was_cut_off_or_spoilt_is_mended(installed: Path, old_wheel: Path) -> None:
    unit = installed / "etc/systemd/system/muontra-gate@.service"
    good = unit.read_text()
    unit.write_text("half a fi")
    (installed / "usr/local/bin/muontra").unlink()
    install(installed, "--wheel", old_wheel)
    assert unit.read_text() == good
    assert (installed / "usr/local/bin/muontra").is_symlink()


def test_a_second_station_joins_the_first(installed: Path) -> None:
    done("install", "--role", "desk", "--name", "desk-1", "--root", installed)
    configurations = {path.name for path in (installed / "etc/muontra").iterdir()}
    assert configurations == {"gate-1.toml", "desk-1.toml"}


def test_a_dry_run_shows_the_commands_and_touches_nothing(
    tmp_path: Path, old_wheel: Path, folder: Path
) -> None:
    said = install(tmp_path, "--wheel", old_wheel, "--find-links", folder, "--dry-run")
    assert not list(tmp_path.iterdir())
    assert (
        f"install --no-index --find-links={folder} --no-build-isolation --only-binary=:all:"
        " --no-binary=pydes --require-hashes -r " in said
    )
    assert "is so already" not in said


def test_another_version_is_an_upgrade_and_no_install(installed: Path, new_wheel: Path) -> None:
    refused = muontra("install", "--role", "gate", "--root", installed, "--wheel", new_wheel)
    assert refused.exit_code == 2
    assert "muontra upgrade --wheel" in refused.output
    assert version_in(installed) == OLD


def test_an_upgrade_keeps_the_way_back(upgraded: Path, old_wheel: Path) -> None:
    assert version_in(upgraded) == NEW
    assert points_to(upgraded / "opt/muontra/previous") == OLD
    done("upgrade", "--back", "--root", upgraded)
    assert version_in(upgraded) == OLD
    assert points_to(upgraded / "opt/muontra/previous") == NEW


def test_an_upgrade_that_was_cut_off_goes_on_and_keeps_the_way_back(
    upgraded: Path, new_wheel: Path
) -> None:
    unit = upgraded / "etc/systemd/system/muontra-gate@.service"
    unit.unlink()  # the power went after the switch, before the files
    done("upgrade", "--wheel", new_wheel, "--root", upgraded)
    assert unit.exists()
    assert points_to(upgraded / "opt/muontra/previous") == OLD
    done("upgrade", "--back", "--root", upgraded)
    assert version_in(upgraded) == OLD


SYSTEM_PROGRAM = """#!/bin/sh
echo "$(basename $0) $*" >> {log}
case "$*" in is-active*) echo activating; exit 3;; esac
"""


@pytest.fixture
def asked(upgraded: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """What a running system is asked to do, in place of doing it."""
    log = tmp_path / "asked"
    for name in ("systemctl", "udevadm"):
        program = tmp_path / name
        program.write_text(SYSTEM_PROGRAM.format(log=log))
        program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    return log


def running_appliance(root: Path) -> Appliance:
    machine = Machine(root)
    machine.live = True
    return Appliance(machine, lambda _how, _what: None)


def test_a_station_rests_while_its_version_changes(upgraded: Path, asked: Path) -> None:
    running_appliance(upgraded).back()
    assert asked.read_text().splitlines() == [
        "systemctl is-active muontra-gate@gate-1.service",
        "systemctl stop muontra-gate@gate-1.service",
        "systemctl daemon-reload",
        "systemctl restart systemd-journald",
        "udevadm control --reload",
        "udevadm trigger --settle",
        "systemctl start muontra-gate@gate-1.service",
    ]
    assert version_in(upgraded) == OLD


def test_a_station_runs_on_after_a_refused_change(upgraded: Path, asked: Path) -> None:
    leave_act(upgraded, UNKNOWN_ACT)
    with pytest.raises(ApplianceProblem, match="cannot go on"):
        running_appliance(upgraded).back()
    said = asked.read_text().splitlines()
    assert said[-2:] == [
        "systemctl stop muontra-gate@gate-1.service",
        "systemctl start muontra-gate@gate-1.service",
    ]
    assert version_in(upgraded) == NEW


def leave_act(root: Path, body: bytes) -> Path:
    """What a newer version might have written."""
    state = root / "var/lib/muontra/gate-1"
    StationStore(state).close()
    with closing(sqlite3.connect(state / "station.db", isolation_level=None)) as database:
        database.execute(
            "INSERT INTO outbox (sequence, operation, body, sent) VALUES (7, 'a', ?, 0)", (body,)
        )
    return state


def test_a_version_that_could_not_send_what_waits_is_refused(upgraded: Path) -> None:
    leave_act(upgraded, UNKNOWN_ACT)
    before = tree(upgraded / "opt"), tree(upgraded / "etc")
    refused = muontra("upgrade", "--back", "--root", upgraded)
    assert refused.exit_code == 2
    assert "gate-1" in refused.output
    assert "cannot be read" in refused.output
    assert (tree(upgraded / "opt"), tree(upgraded / "etc")) == before
    assert version_in(upgraded) == NEW


def test_a_version_that_does_not_know_a_setting_is_refused(upgraded: Path) -> None:
    with (upgraded / "etc/muontra/gate-1.toml").open("a") as file:
        file.write("\n[storage]\nnew_setting = 1\n")
    refused = muontra("upgrade", "--back", "--root", upgraded)
    assert refused.exit_code == 2
    assert "new_setting" in refused.output
    assert version_in(upgraded) == NEW


def test_a_unit_that_the_other_version_lacks_goes_away(upgraded: Path) -> None:
    (upgraded / "etc/systemd/system/muontra-kiosk-of-old.service").write_text("[Unit]\n")
    done("upgrade", "--back", "--root", upgraded)
    assert not list(upgraded.glob("etc/systemd/system/*of-old*"))


def test_uninstalled_keeps_what_people_wrote_and_purged_keeps_nothing(upgraded: Path) -> None:
    done("uninstall", "--root", upgraded)
    left = {name for name in tree(upgraded) if "muontra" in name}
    assert left == {
        "etc/muontra",
        "etc/muontra/gate-1.toml",
        "var/lib/muontra",
        "var/lib/muontra/gate-1",
        "var/backups/muontra",
    }
    done("uninstall", "--purge", "--root", upgraded)
    assert {name for name in tree(upgraded) if "muontra" in name} == {"var/backups/muontra"}


@pytest.mark.parametrize("body", [KNOWN_ACT, UNKNOWN_ACT])
def test_acts_that_no_service_has_are_not_purged(upgraded: Path, body: bytes) -> None:
    state = leave_act(upgraded, body)
    refused = muontra("uninstall", "--purge", "--root", upgraded)
    assert refused.exit_code == 2
    assert "Nothing was removed" in refused.output
    assert (state / "station.db").exists()
    assert version_in(upgraded) == NEW


@pytest.mark.parametrize("name", ["notes.txt", "muontra-1.0-py3-none-any.whl"])
def test_what_is_no_wheel_is_said(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_text("no archive")
    refused = muontra("install", "--role", "gate", "--root", tmp_path, "--wheel", tmp_path / name)
    assert refused.exit_code == 2
    assert "no wheel of muontra" in refused.output or "damaged" in refused.output


@pytest.mark.parametrize("role", [role for role in ROLES if role != "service"])
def test_an_example_configuration_is_one(tmp_path: Path, role: str) -> None:
    path = tmp_path / "a-1.toml"
    path.write_text(instance(role, "a-1").configuration)
    config = load_config(path)
    assert config.station.socket_path == Path("/run/muontra/a-1/socket")


def test_rules_name_each_usb_id_once_and_jump_to_labels_that_exist() -> None:
    text = rules(loaded_drivers())
    targets = set(re.findall(r'GOTO="(\w+)"', text))
    assert targets == set(re.findall(r'LABEL="(\w+)"', text))
    ids = re.findall(r'ATTR\{idVendor\}=="(\w+)", ATTR\{idProduct\}=="(\w+)"', text)
    assert len(ids) == len(set(ids)) >= 15
