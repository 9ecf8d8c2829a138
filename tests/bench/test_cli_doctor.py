"""`muontra doctor` names each single fault and its remedy, and nothing else."""

import json
import os
import pwd
import shutil
import sqlite3
import tarfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from time import time

import pytest
from typer.testing import CliRunner

from drivers.barcode_serial.driver import BarcodeSettings, SerialBarcodeScanner
from drivers.deadline import Deadline
from drivers.simulators.faults import AnswerStatus, Lose
from drivers.uid import Uid
from kiosk import circulation_client
from kiosk.cli.main import app
from kiosk.doctor import disk
from kiosk.doctor.disk import judge_medium
from kiosk.doctor.patient import Machine
from kiosk.doctor.results import Mark
from kiosk.doctor.service import client_of
from kiosk.doctor.store_copy import look_at_store
from kiosk.enrolment import enrol, pinned_service
from kiosk.link_health import LinkTimes
from kiosk.outbox.changes import AddOperation, Journal, SetValue
from kiosk.outbox.outbox import EPOCH, LAST_SEQUENCE
from kiosk.outbox.records import JournalState
from service.administration import RevokeStation
from service.protocol.codec import encode
from service.protocol.operations import CheckIn, Operation
from tests.bench.cli_station import BenchStation, bench_station
from tests.service_process import ServiceProcess
from tests.system.processes import free_port

pytestmark = pytest.mark.bench
DAY_MS = 24 * 3600 * 1000
UID = Uid("E0040150338607AE")


@pytest.fixture(scope="module")
def service() -> Iterator[ServiceProcess]:
    with ServiceProcess() as running:
        yield running


@pytest.fixture
def station(service: ServiceProcess, tmp_path: Path) -> Iterator[BenchStation]:
    with bench_station(tmp_path / "it", service) as made:
        yield made


def test_a_station_without_a_fault_has_no_finding(station: BenchStation) -> None:
    results = station.results()
    assert {each.mark for each in results} == {Mark.GOOD}, results
    said = {f"{each.check} {each.about}".strip(): each.sentence for each in results}
    assert "CPR.M02" in said["devices pad"]
    assert "2 tags lie there, each can be read" in said["devices pad"]
    assert "ms apart" in said["service"]
    assert said["store whole"] == "the database is whole"


@dataclass(frozen=True)
class Planted:
    """What is broken, and the only finding: its check, what it is about, and words it must say."""

    name: str
    plant: Callable[[BenchStation], object]
    check: str
    about: str
    mark: Mark
    words: str
    remedy: str


def driver(kind: str, name: str) -> Callable[[BenchStation], None]:
    def plant(station: BenchStation) -> None:
        station.drivers[kind] = name
        station.write()

    return plant


def broken_config(station: BenchStation) -> None:
    station.more = "gate_dayz = 3"
    station.write()


def scanner_at_the_pads_port(station: BenchStation) -> None:
    """Its name leads to another device."""
    station.hosts["pad"].unplug()
    station.hosts["pad"].link.symlink_to(station.hosts["scanner"].link)
    station.hosts.pop("scanner")
    station.write()


def a_return(born_ms: int) -> Operation:
    return Operation(
        operation="0" * 32,
        sequence=1,
        boot="1" * 32,
        monotonic_ms=1,
        wall_ms=born_ms,
        act=CheckIn(item="TK.00003"),
    )


def waiting_return(station: BenchStation, age_ms: int, state: JournalState | None = None) -> None:
    act = a_return(int(time() * 1000) - age_ms)
    with station.open_store() as store:
        changes = [AddOperation(act, encode(act), sent=True)]
        rows = [Journal(act.operation, UID, "TK.00003", state)] if state else []
        store.commit([*changes, *rows])


def damaged_database(station: BenchStation) -> None:
    with sqlite3.connect(station.state / "station.db") as database:
        database.execute("CREATE TABLE filling (x)")
        database.executemany("INSERT INTO filling VALUES (?)", [("x" * 500,)] * 100)
    with (station.state / "station.db").open("r+b") as file:
        file.seek(-3 * 4096, 2)
        file.write(b"\x55" * 4096)


def no_service(station: BenchStation) -> None:
    station.enrol(f"{station.folder.parent.name}-x"[-30:], f"tcp://127.0.0.1:{free_port()}")


def other_service_key(station: BenchStation) -> None:
    pinned = station.state / "service.json"
    told = json.loads(pinned.read_bytes())
    told["key"] = "rq:rM>}U?@Lns47E1%kR.o@n%FcmmsL/@{H8]yf7"
    pinned.write_text(json.dumps(told))


def revoked_key(station: BenchStation) -> None:
    name = f"revoked-{time()}"
    station.enrol(name)
    assert station.results()  # it was known before, and remembers the service's epoch
    with station.open_store() as store:
        store.commit([SetValue(EPOCH, str(station.service.status().epoch))])
    station.service.order(RevokeStation(name, actor="test"))


def unknown_key(station: BenchStation) -> None:
    (station.state / "station.key").unlink()
    enrol(station.state, pinned_service(station.state))


def stolen_port(station: BenchStation) -> None:
    other = SerialBarcodeScanner(BarcodeSettings(path=station.hosts["scanner"].address))
    other.open(Deadline.after(1))
    station.held.append(other)


def silent_process(station: BenchStation) -> None:
    """It holds the folder, and its socket is gone."""
    station.held.append(station.open_store())


def tag_of_nothing(station: BenchStation) -> None:
    station.fault("pad", AnswerStatus(status=0x95), "read blocks")


def in_memory(station: BenchStation) -> None:
    station.machine_file(
        "proc/self/mountinfo", "27 1 0:27 / / rw,relatime - tmpfs tmpfs rw,size=1G\n"
    )


def machine(name: str, text: str | None) -> Callable[[BenchStation], None]:
    return lambda station: station.machine_file(name, text)


BROKEN, LOOK = Mark.BROKEN, Mark.LOOK_AFTER
PLANTED = [
    Planted("pad_unplugged", lambda s: s.hosts["pad"].unplug(),
            "devices", "pad", BROKEN, "plug", "devices discover"),
    Planted("scanner_missing", lambda s: s.hosts["scanner"].unplug(),
            "devices", "scanner", BROKEN, "plug", "devices discover"),
    Planted("pad_silent", lambda s: s.fault("pad", Lose()),
            "devices", "pad", BROKEN, "", "cable"),
    Planted("card_reader_silent", lambda s: s.fault("card", Lose()),
            "devices", "card", BROKEN, "", "cable"),
    Planted("another_device_at_the_pads_port", scanner_at_the_pads_port,
            "devices", "pad", BROKEN, "", "discover --probe"),
    Planted("driver_of_another_kind", driver("pad", "barcode_serial"),
            "devices", "pad", BROKEN, "drives a scanner, no pad", "driver list"),
    Planted("driver_not_installed", driver("scanner", "barcode_laser"),
            "devices", "scanner", BROKEN, "is not installed", "driver list"),
    Planted("settings_of_another_driver", driver("printer", "feig_obid"),
            "devices", "printer", BROKEN, "drives a pad", "driver list"),
    Planted("port_held_by_another_program", stolen_port,
            "devices", "scanner", BROKEN, "holds", "fuser"),
    Planted("process_without_a_socket", silent_process,
            "station", "", BROKEN, "nothing answers at", "Restart"),
    Planted("paper_out", lambda s: setattr(s.printer, "paper", "out"),
            "devices", "printer", BROKEN, "paper is used up", "printer test"),
    Planted("paper_near_end", lambda s: setattr(s.printer, "paper", "near end"),
            "devices", "printer", LOOK, "near its end", "new roll"),
    Planted("cover_open", lambda s: setattr(s.printer, "cover_open", True),
            "devices", "printer", BROKEN, "cover is open", "printer test"),
    Planted("config_broken", broken_config,
            "configuration", "", BROKEN, "did you mean 'gate_days'", "config check"),
    Planted("key_readable_by_others", lambda s: (s.state / "station.key").chmod(0o644),
            "keys", "", BROKEN, "chmod 600", "does not start"),
    Planted("never_enrolled", lambda s: (s.state / "service.json").unlink(),
            "keys", "", BROKEN, "muontra enrol", "does not start"),
    Planted("no_service", no_service,
            "service", "", BROKEN, "nothing answers", "systemctl"),
    Planted("service_with_another_key", other_service_key,
            "service", "", BROKEN, "not the key that was pinned", "muontra-service key"),
    Planted("key_revoked", revoked_key,
            "service", "", BROKEN, "revoked", "enrol"),
    Planted("key_unknown", unknown_key,
            "service", "", BROKEN, "does not know", "station add"),
    Planted("ballast_given_up", lambda s: (s.state / "ballast").unlink(),
            "disk", "", LOOK, "ballast", "Make room"),
    Planted("state_folder_in_memory", in_memory,
            "writing", "", BROKEN, "lies in memory", "state_folder"),
    Planted("outbox_waits_since_two_days", lambda s: waiting_return(s, 2 * DAY_MS),
            "store", "outbox", LOOK, "1 operations wait, the oldest for 48 hours", "outbox list"),
    Planted("tag_never_proved", lambda s: waiting_return(s, 0, JournalState.WRITING),
            "store", "journal", LOOK, "1 tags", "on a pad"),
    Planted("database_damaged", damaged_database,
            "store", "whole", BROKEN, "damaged", "Do not delete"),
    Planted("clock_battery_empty", machine("sys/class/rtc/rtc0/battery_voltage", "300000"),
            "clock battery", "", LOOK, "0.3 V", "new battery"),
    Planted("machine_clock_of_its_own_wrong", machine("sys/class/rtc/rtc0/since_epoch", "86400"),
            "clock battery", "", LOOK, "away from the time", "hwclock"),
    Planted("no_time_server", machine("run/systemd/timesync/synchronized", None),
            "time", "", LOOK, "no time server", "set-ntp"),
    Planted("too_hot", machine("sys/class/thermal/thermal_zone0/temp", "84000"),
            "temperature", "", LOOK, "84 °C", "fan"),
    Planted("under_voltage_now",
            machine("sys/devices/platform/soc/soc:firmware/get_throttled", "50005"),
            "power", "", BROKEN, "too low now", "power supply"),
    Planted("under_voltage_before",
            machine("sys/devices/platform/soc/soc:firmware/get_throttled", "50000"),
            "power", "", LOOK, "since the start", "power supply"),
    Planted("no_speech", machine("bin/espeak-ng", None),
            "speech", "", LOOK, "not installed", "apt install"),
    Planted("no_vietnamese_voice", lambda s: s.program("espeak-ng", "#!/bin/sh\necho en\n"),
            "speech", "", LOOK, "no Vietnamese voice", "espeak-ng-data"),
    Planted("screen_off", machine("sys/class/drm/card1-HDMI-A-1/status", "disconnected"),
            "screen", "", LOOK, "no screen", "cable"),
    Planted("tag_unreadable", tag_of_nothing,
            "devices", "pad", LOOK, "the tag refused", "new tag"),
]  # fmt: skip


@pytest.mark.parametrize("planted", PLANTED, ids=lambda planted: planted.name)
def test_each_fault_is_named_with_its_remedy_and_nothing_else(
    station: BenchStation, planted: Planted
) -> None:
    planted.plant(station)
    findings = station.findings()
    named = {(each.check, each.about, each.mark) for each in findings}
    assert named == {(planted.check, planted.about, planted.mark)}, findings
    for each in findings[:1]:
        assert planted.words in each.sentence
        assert planted.remedy in each.remedy


GATE, DROP = {"gate": "feig_gate"}, {"pad": "feig_obid", "drop": "book_drop"}
CONTACTS = {"gate": "contact_gate"}
PLANTED_ELSEWHERE = [
    ("gate", GATE, lambda s: s.fault("gate", Lose()), "gate", BROKEN, "cable"),
    ("gate", GATE, lambda s: s.hosts["gate"].unplug(), "gate", BROKEN, "devices discover"),
    ("gate", CONTACTS, lambda s: s.hosts["gate"].unplug(), "gate", BROKEN, "devices discover"),
    ("book-drop", DROP, lambda s: s.hosts["drop"].unplug(), "drop", BROKEN, "devices discover"),
    ("book-drop", DROP, lambda s: s.hosts["drop"].say(s.simulators["drop"].put_in()),
     "drop", LOOK, "was not taken in"),
    ("book-drop", DROP, lambda s: setattr(s.simulators["drop"], "bin_full", True),
     "drop", LOOK, "Empty the bin"),
]  # fmt: skip


@pytest.mark.parametrize(("role", "kinds", "plant", "about", "mark", "remedy"), PLANTED_ELSEWHERE)
def test_gates_and_book_drops_are_looked_at_as_well(
    service: ServiceProcess,
    tmp_path: Path,
    role: str,
    kinds: dict[str, str],
    plant: Callable[[BenchStation], object],
    about: str,
    mark: Mark,
    remedy: str,
) -> None:
    with bench_station(tmp_path / "it", service, kinds, role) as station:
        assert station.findings() == []
        plant(station)
        (finding,) = station.findings()
    assert (finding.check, finding.about, finding.mark) == ("devices", about, mark)
    assert remedy in finding.remedy


def test_a_full_disk_is_named_and_not_its_ballast_as_well(
    station: BenchStation, monkeypatch: pytest.MonkeyPatch
) -> None:
    (station.state / "ballast").unlink()
    monkeypatch.setattr(disk, "_free_mib", lambda _state: 0)
    (finding,) = station.findings()
    assert (finding.check, finding.mark) == ("disk", BROKEN)
    assert "lends nothing" in finding.sentence


@pytest.mark.skipif(os.geteuid() != 0, reason="only root may give files away")
def test_a_device_of_a_group_that_the_station_is_not_in_is_named(station: BenchStation) -> None:
    """The pad's node belongs to root, the station and its other devices to nobody."""
    nobody = pwd.getpwnam("nobody").pw_uid
    os.chown(station.state, nobody, -1)
    for kind, host in station.hosts.items():
        os.chown(host.link, 0 if kind == "pad" else nobody, 0)
        host.link.chmod(0o600)
    (finding,) = station.findings()
    assert (finding.check, finding.about, finding.mark) == ("devices", "pad", BROKEN)
    assert "nobody may not use" in finding.sentence
    assert "usermod -aG root nobody" in finding.remedy


@pytest.mark.parametrize(("seconds", "words"), [(10, "10.0 s behind"), (-10, "10.0 s ahead")])
def test_a_clock_that_is_ten_seconds_off_is_named(
    station: BenchStation, monkeypatch: pytest.MonkeyPatch, seconds: int, words: str
) -> None:
    monkeypatch.setattr(circulation_client, "time", lambda: time() - seconds)
    (finding,) = station.findings()
    assert (finding.check, finding.mark) == ("service", LOOK)
    assert words in finding.sentence
    assert "set-ntp" in finding.remedy


def test_a_service_of_another_protocol_version_is_named(station: BenchStation) -> None:
    station.service.kill()
    station.service.start(patches={"service.protocol.codec.MAGIC": b"muontra/2"})
    try:
        (finding,) = station.findings()
    finally:
        station.service.kill()
        station.service.start()
    assert (finding.check, finding.mark) == ("service", BROKEN)
    assert "another protocol version" in finding.sentence
    assert "one release" in finding.remedy


def test_a_station_that_remembers_is_not_taken_for_an_old_image(station: BenchStation) -> None:
    """Its outbox is empty, but its numbers go on."""
    with station.open_store() as store:
        store.commit([SetValue(LAST_SEQUENCE, "7"), SetValue(EPOCH, "e" * 32)])
    memory = look_at_store(station.state)
    client = client_of(memory, lambda _frames: None, LinkTimes())
    assert (client.counters.last_sequence, client.epoch) == (7, "e" * 32)


@pytest.mark.parametrize(
    ("kind", "name", "milliseconds", "mark"),
    [
        ("ext4", "mmcblk0p2", 8.0, Mark.GOOD),
        ("ext4", "mmcblk0p2", 0.05, Mark.BROKEN),
        ("ext4", "nvme0n1p1", 0.05, Mark.GOOD),
        ("ext4", "sda1", 0.004, Mark.BROKEN),
        ("ext4", "mmcblk0p2", 400.0, Mark.LOOK_AFTER),
        ("tmpfs", "", 0.004, Mark.BROKEN),
        ("overlay", "", 2.0, Mark.GOOD),
    ],
)
def test_a_disk_that_only_says_it_has_written_is_known_by_its_haste(
    kind: str, name: str, milliseconds: float, mark: Mark
) -> None:
    result = judge_medium("/var/lib/muontra", kind, name, milliseconds / 1000)
    assert result.mark is mark
    assert bool(result.remedy) is (mark is not Mark.GOOD)


def test_the_disk_is_found_by_its_number_behind_any_name(tmp_path: Path) -> None:
    folder = tmp_path / "thư viện" / "kiosk 1"
    folder.mkdir(parents=True)
    escaped = str(folder).replace(" ", "\\040")
    lines = [
        "27 1 179:2 / / rw,relatime - ext4 /dev/root rw",
        f"28 27 8:1 / {escaped} rw,relatime - xfs /dev/mapper/data rw",
    ]
    sys, proc = tmp_path / "sys", tmp_path / "proc"
    (proc / "self").mkdir(parents=True)
    (proc / "self" / "mountinfo").write_text("\n".join(lines), encoding="utf-8")
    for number, name in (("179:2", "mmcblk0p2"), ("8:1", "sda1")):
        (sys / "devices" / name).mkdir(parents=True)
        (sys / "dev/block").mkdir(parents=True, exist_ok=True)
        (sys / "dev/block" / number).symlink_to(sys / "devices" / name)
    machine = Machine(sys, proc)
    assert disk.medium_of(folder, machine) == ("xfs", "sda1")
    assert disk.medium_of(tmp_path, machine) == ("ext4", "mmcblk0p2")


def test_looking_makes_no_file_in_the_state_folder(station: BenchStation) -> None:
    (station.state / "lock").unlink()
    before = {path.name for path in station.state.iterdir()}
    assert station.findings() == []
    assert {path.name for path in station.state.iterdir()} == before


def test_what_only_the_write_ahead_log_holds_is_seen(station: BenchStation) -> None:
    """The power went: nothing was moved into the database itself."""
    after_the_cut = station.folder / "after the cut"
    with station.open_store() as store:
        act = a_return(1)
        store.commit([AddOperation(act, encode(act), sent=True)])
        shutil.copytree(station.state, after_the_cut)
    assert (after_the_cut / "station.db-wal").stat().st_size
    files = {path: path.read_bytes() for path in after_the_cut.iterdir() if path.is_file()}
    seen = look_at_store(after_the_cut)
    assert seen.outbox is not None
    assert [record.sequence for record in seen.outbox.unanswered()] == [1]
    assert files == {path: path.read_bytes() for path in after_the_cut.iterdir() if path.is_file()}


SECRETS = {
    "name": "Nguyễn Thị Bí Mật",
    "card": "20481357",
    "pin": "947216",
    "identity": "079203012345",
    "key": "rq:rM>}U?@Lns47E1%kR.o@n%FcmmsL/@{H8]yf7",
}


def test_a_bundle_holds_no_secret_and_nobody(
    station: BenchStation, monkeypatch: pytest.MonkeyPatch
) -> None:
    planted = " ".join(SECRETS.values())
    for name in ("station.db-notes", "receipts.txt", "cards.csv"):
        (station.state / name).write_text(planted)
    with station.open_store() as store:
        store.commit([SetValue("note", planted)])
    numbers = " ".join(SECRETS[each] for each in ("card", "pin", "identity"))
    station.program("journalctl", f'#!/bin/sh\necho \'{{"event": "odd", "of": "{numbers}"}}\'\n')
    station.more = ""
    station.write()
    secret_setting = station.config.read_text().replace("{ path", '{ pin = "4711", path', 1)
    bundle = station.folder / "bundle.tar.gz"
    monkeypatch.setattr("kiosk.doctor.patient.Machine", lambda: station.machine)
    for text in (station.config.read_text(), secret_setting):
        station.config.write_text(text)
        bundle.unlink(missing_ok=True)
        run("--bundle", str(bundle), config=station.config)
        packed = unpacked(bundle)
        everything = "\n".join(packed.values())
        assert "odd" in packed["log.jsonl"]
        assert [each for each in (*SECRETS.values(), "4711") if each in everything] == []
        assert station_secret(station) not in everything
        assert bundle.stat().st_mode & 0o077 == 0
        assert {"findings.json", "versions.json", "configuration.json"} <= packed.keys()


def station_secret(station: BenchStation) -> str:
    return (station.state / "station.key").read_text()


def unpacked(bundle: Path) -> dict[str, str]:
    with tarfile.open(bundle) as archive:
        return {
            name: content.read().decode()
            for name in archive.getnames()
            if (content := archive.extractfile(name))
        }


def run(*words: str, config: Path) -> tuple[int, str]:
    done = CliRunner().invoke(app, ["doctor", "--config", str(config), *words])
    return done.exit_code, done.stdout


def test_the_exit_code_is_the_worst_finding(
    station: BenchStation, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("kiosk.doctor.patient.Machine", lambda: station.machine)
    assert run(config=station.config)[0] == 0
    station.machine_file("bin/espeak-ng", None)
    code, out = run("--json", config=station.config)
    told = [each for each in json.loads(out)["findings"] if each["mark"] != "good"]
    assert (code, [each["check"] for each in told]) == (1, ["speech"])
    station.hosts["pad"].unplug()
    code, out = run(config=station.config)
    assert code == 2
    assert "devices: pad" in out
    assert "devices discover" in " ".join(out.split())
