"""`muontra config`: every mistake is told, nothing secret leaves, nothing good is overwritten."""

from pathlib import Path
from typing import Any

import msgspec
import pytest
from msgspec import Struct
from typer.testing import CliRunner

from drivers.registry import Driver, DriverStatus
from kiosk.cli import at_hand, device_settings
from kiosk.cli.config_file import app
from kiosk.config import load_config

GOLDEN = Path(__file__).parents[3] / "golden" / "config"
SECRET = "open sesame"


class SafeSettings(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    path: str
    reader_password: str = ""


SAFE = Driver("safe", "pad", "a pad with a password", SafeSettings, make=lambda *_: None)


def run(*words: object) -> tuple[int, str, str]:
    result = CliRunner().invoke(app, [str(word) for word in words])
    return result.exit_code, result.stdout, result.stderr


@pytest.fixture
def station(tmp_path: Path) -> Path:
    return written(tmp_path / "kiosk-1.toml", "pad", "feig_obid", 'path = "/dev/pad"')


@pytest.fixture
def locked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    known = {"safe": DriverStatus("safe", SAFE)}
    for module in (at_hand, device_settings):
        monkeypatch.setattr(module, "installed_drivers", lambda: known)
    settings = f'path = "/dev/pad", reader_password = "{SECRET}"'
    return written(tmp_path / "kiosk-1.toml", "pad", "safe", settings)


def written(path: Path, kind: str, driver: str, settings: str) -> Path:
    path.write_text(
        f'[station]\nname = "Máy 1"\nlibrary = "Thư viện"\nstate_folder = "{path.parent}/state"\n'
        f'[[device]]\nkind = "{kind}"\ndriver = "{driver}"\nsettings = {{ {settings} }}\n',
        encoding="utf-8",
    )
    return path


@pytest.mark.parametrize(
    ("kind", "driver", "settings", "told"),
    [
        (
            "pad",
            "feig_obit",
            'path = "/dev/pad"',
            "line 7: device.1.driver: 'feig_obit' is",
        ),
        ("pad", "feig_obit", 'path = "/dev/pad"', "did you mean 'feig_obid'?"),
        ("pad", "feig_gate", 'path = "/dev/pad"', "'feig_gate' drives a gate, no pad; for a pad"),
        ("pad", "feig_obid", 'pth = "/dev/pad"', "settings.pth: unknown key; did you mean 'path'?"),
        ("pad", "feig_obid", 'path = "/dev/pad", baud = "fast"', "settings.baud: must be"),
        ("pad", "feig_obid", 'path = "/p", parity = "evn"', 'found "evn"; did you mean "even"?'),
        ("pad", "feig_obid", "", "line 8: device.1.settings.path: is missing"),
    ],
)
def test_a_device_that_no_driver_could_drive_is_told_before_the_station_starts(
    tmp_path: Path, kind: str, driver: str, settings: str, told: str
) -> None:
    code, shown, _ = run("check", written(tmp_path / "x.toml", kind, driver, settings))
    assert code == 2
    assert told in shown


def test_a_gate_that_would_overlook_every_book_of_this_library_is_told(tmp_path: Path) -> None:
    path = written(tmp_path / "x.toml", "gate", "feig_gate", 'path = "/dev/gate"')
    text = path.read_text(encoding="utf-8").replace("[[device]]", 'role = "gate"\n[[device]]')
    path.write_text(f'{text}\n[tags]\nafi_secured = "9E"\n', encoding="utf-8")
    code, shown, _ = run("check", path)
    assert (code, "write secured_afi = 0x9E" in shown) == (2, True)
    path.write_text(text, encoding="utf-8")
    assert run("check", path)[0] == 0


@pytest.mark.parametrize("path", sorted(GOLDEN.glob("broken/*.toml")), ids=lambda path: path.stem)
def test_the_command_tells_at_least_what_a_station_would_refuse(path: Path) -> None:
    code, shown, _ = run("check", path, "--json")
    wanted = path.with_suffix(".problems").read_text(encoding="utf-8").splitlines()
    told = [one.replace(str(path), path.name) for one in msgspec.json.decode(shown)["problems"]]
    assert code == 2
    assert set(wanted) <= set(told)


def test_a_good_file_has_no_mistake(station: Path) -> None:
    assert run("check", station) == (0, f"{station}: no mistake.\n", "")
    code, shown, _ = run("check", station, "--json")
    assert (code, msgspec.json.decode(shown)) == (0, {"file": str(station), "problems": []})


def test_what_is_shown_is_all_that_holds_and_a_configuration_itself(
    station: Path, tmp_path: Path
) -> None:
    code, shown, _ = run("show", "--config", station)
    assert code == 0
    again = tmp_path / "again.toml"
    again.write_text(shown, encoding="utf-8")
    values = load_config(again)
    assert values.device[0].settings["baud"] == 38400
    assert msgspec.structs.replace(values, device=()) == msgspec.structs.replace(
        load_config(station), device=()
    )
    assert run("check", again)[0] == 0


def test_no_secret_is_shown_and_none_is_exported(locked: Path, tmp_path: Path) -> None:
    for words in (["show"], ["show", "--json"], ["export", tmp_path / "carried.toml"]):
        code, shown, said = run(*words, "--config", locked)
        assert code == 0
        assert SECRET not in shown + said
    assert "device.1.settings.reader_password" in said
    assert SECRET not in (tmp_path / "carried.toml").read_text(encoding="utf-8")


def test_an_export_becomes_another_station(station: Path, tmp_path: Path) -> None:
    carried, new = tmp_path / "carried", tmp_path / "kiosk-2.toml"
    assert run("export", carried, "--config", station)[0] == 0
    code, _, said = run(
        "import", carried, "--config", new, "--name", "Máy 2", "--state", tmp_path / "state-2"
    )
    assert (code, "kept as" in said) == (0, False)
    config = load_config(new)
    assert (config.station.name, config.station.state_folder) == ("Máy 2", f"{tmp_path}/state-2")
    assert config.device == load_config(station).device


def test_an_import_keeps_what_it_replaces(station: Path, tmp_path: Path) -> None:
    before = station.read_bytes()
    carried = tmp_path / "carried"
    run("export", carried, "--config", station)
    assert run("import", carried, "--config", station, "--name", "Máy 3")[0] == 0
    (kept,) = tmp_path.glob("kiosk-1.toml.before-*")
    assert kept.read_bytes() == before
    assert load_config(station).station.name == "Máy 3"


def test_two_stations_never_get_one_state_folder(station: Path, tmp_path: Path) -> None:
    carried = tmp_path / "carried"
    run("export", carried, "--config", station)
    code, _, said = run("import", carried, "--config", tmp_path / "kiosk-2.toml")
    assert code == 2
    assert "give another with --state" in said
    assert not (tmp_path / "kiosk-2.toml").exists()


@pytest.mark.parametrize("content", ["", "[station", 'x = "\x00"', "[station]\nname = 3\n"])
def test_a_broken_file_is_not_imported(station: Path, tmp_path: Path, content: str) -> None:
    before = station.read_bytes()
    (tmp_path / "carried").write_text(content, encoding="utf-8")
    code, _, said = run("import", tmp_path / "carried", "--config", station)
    assert code == 2
    assert "line 1" in said or "line 2" in said
    assert station.read_bytes() == before
    assert not list(tmp_path.glob("*.before-*"))


def test_a_name_that_an_import_cannot_take_leaves_the_file_as_it_was(
    station: Path, tmp_path: Path
) -> None:
    run("export", tmp_path / "carried", "--config", station)
    before = station.read_bytes()
    words: list[Any] = ["import", tmp_path / "carried", "--config", station, "--name", "x" * 201]
    assert run(*words)[0] == 2
    assert station.read_bytes() == before


def test_an_export_overwrites_nothing(station: Path) -> None:
    code, _, said = run("export", station, "--config", station)
    assert code == 2
    assert "was not written" in said
