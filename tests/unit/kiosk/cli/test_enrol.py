"""`muontra enrol`: the key is born on the station and stays there."""

import stat
from pathlib import Path

import msgspec
import pytest
import zmq
from typer.testing import CliRunner

from kiosk.cli.main import app
from kiosk.enrolment import (
    EnrolmentProblem,
    PinnedService,
    enrol,
    pinned_service,
    station_key,
)
from service.protocol.keys import fingerprint

SERVICE_KEY = "rq:rM>}U?@Lns47E1%kR.o@n%FcmmsL/@{H8]yf7"
SERVICE = PinnedService(endpoint="tcp://10.0.0.5:7411", key=SERVICE_KEY)


def run(*words: str) -> tuple[int, str]:
    result = CliRunner().invoke(app, ["enrol", *words])
    return result.exit_code, result.output


def words(state: Path, **changed: str) -> list[str]:
    said = {"state": str(state), "service": SERVICE.endpoint, "service-key": SERVICE_KEY}
    return [f"--{option}={value}" for option, value in (said | changed).items()]


def test_the_secret_key_is_readable_by_its_owner_only_and_never_shown(tmp_path: Path) -> None:
    code, shown = run(*words(tmp_path / "desk"))
    key = station_key(tmp_path / "desk")
    assert code == 0
    assert key.secret not in shown
    for name in ("station.key", "service.json"):
        assert stat.S_IMODE((tmp_path / "desk" / name).stat().st_mode) == 0o600
    assert stat.S_IMODE((tmp_path / "desk").stat().st_mode) == 0o700


def test_key_and_fingerprints_are_shown_for_comparison(tmp_path: Path) -> None:
    _, shown = run(*words(tmp_path), "--name", "Quầy 1")
    public = station_key(tmp_path).public
    assert "station add 'Quầy 1' --point CODE" in shown
    assert public in shown
    assert fingerprint(public) in shown
    assert fingerprint(SERVICE_KEY) in shown


def test_a_script_gets_the_same_as_people_and_nothing_secret(tmp_path: Path) -> None:
    code, shown = run(*words(tmp_path), "--name", "Quầy 1", "--json")
    key = station_key(tmp_path)
    told = msgspec.json.decode(shown)
    assert (code, told["key"], told["fingerprint"]) == (0, key.public, fingerprint(key.public))
    assert told["at_service"].startswith("muontra-service station add 'Quầy 1'")
    assert key.secret not in shown


def test_enrolled_twice_the_station_keeps_its_key(tmp_path: Path) -> None:
    first = enrol(tmp_path, SERVICE)
    moved = PinnedService(endpoint="tcp://10.0.0.6:7411", key=SERVICE_KEY)
    assert enrol(tmp_path, moved) == first
    assert pinned_service(tmp_path) == moved


def test_another_service_does_not_replace_the_pinned_one(tmp_path: Path) -> None:
    enrol(tmp_path, SERVICE)
    other = zmq.curve_keypair()[0].decode("ascii")
    code, shown = run(*words(tmp_path, **{"service-key": other}))
    assert code == 2
    assert "names another service" in shown
    assert pinned_service(tmp_path) == SERVICE


@pytest.mark.parametrize(
    ("option", "value", "said"),
    [
        ("service", "10.0.0.5:7411", "is not like"),
        ("service", "ipc:///tmp/x", "is not like"),
        ("service", "tcp://10.0.0.5:99999", "is not like"),
        ("service", "tcp://10.0.0.5:0", "is not like"),
        ("service-key", "short", "40 characters"),
    ],
)
def test_a_mistyped_option_makes_nothing(
    tmp_path: Path, option: str, value: str, said: str
) -> None:
    code, shown = run(*words(tmp_path / "desk", **{option: value}))
    assert code == 2
    assert said in shown
    assert not (tmp_path / "desk").exists()


def test_a_station_that_was_not_enrolled_says_so(tmp_path: Path) -> None:
    with pytest.raises(EnrolmentProblem, match="run `muontra enrol` first"):
        station_key(tmp_path)


def test_a_key_that_others_may_read_is_refused(tmp_path: Path) -> None:
    enrol(tmp_path, SERVICE)
    (tmp_path / "station.key").chmod(0o644)
    with pytest.raises(EnrolmentProblem, match="chmod 600"):
        station_key(tmp_path)


@pytest.mark.parametrize("content", [b"", b"\xff" * 40, b"x" * 39])
def test_a_damaged_key_file_is_named(tmp_path: Path, content: bytes) -> None:
    enrol(tmp_path, SERVICE)
    (tmp_path / "station.key").write_bytes(content)
    with pytest.raises(EnrolmentProblem, match=r"station\.key holds no key"):
        station_key(tmp_path)


def test_a_service_is_not_pinned_beside_a_key_that_cannot_be_used(tmp_path: Path) -> None:
    (tmp_path / "station.key").write_bytes(b"junk")
    assert run(*words(tmp_path))[0] == 2
    assert not (tmp_path / "service.json").exists()


def test_a_half_written_draft_of_an_earlier_try_is_no_hindrance(tmp_path: Path) -> None:
    (tmp_path / "station.new").write_bytes(b"half")
    assert enrol(tmp_path, SERVICE) == station_key(tmp_path)


def test_the_folder_cannot_be_made() -> None:
    code, shown = run(*words(Path("/proc/muontra")))
    assert code == 2
    assert "/proc/muontra" in shown
