"""`muontra driver`: the verdict is the exit code, and a failed check says what the driver did."""

import json
from collections.abc import Mapping

import pytest
from typer.testing import CliRunner

from drivers.feig_obid.driver import DRIVER
from drivers.registry import Driver, DriverStatus
from kiosk.cli import driver as driver_commands
from kiosk.cli.main import app
from tests.bench.wrong_pads import SeesAnEmptyPad, wrong


def run(*words: str) -> tuple[int, str]:
    result = CliRunner().invoke(app, ["driver", *words])
    return result.exit_code, result.output


def installed(driver: Driver | None, reason: str = "") -> Mapping[str, DriverStatus]:
    return {"feig_obid": DriverStatus("feig_obid", driver, reason)}


def test_a_driver_that_keeps_its_contract() -> None:
    code, said = run("check", "feig_obid", "--only", "open-close", "--only", "end-of-memory")
    assert (code, "2 checks kept, 0 not" in said) == (0, True)


def test_a_driver_that_does_not(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        driver_commands, "installed_drivers", lambda: installed(wrong(SeesAnEmptyPad))
    )
    code, said = run("check", "feig_obid", "--only", "another-node", "--json")
    [check] = json.loads(said)["checks"]
    assert code == 1
    assert "inventory told of {}" in check["trouble"]


@pytest.mark.parametrize(
    ("driver", "words", "reason"),
    [
        (DRIVER, ["papyrus"], "There is no driver papyrus; there are feig_obid."),
        (DRIVER, ["feig_obid", "--only", "dance"], "No check of a pad is called dance"),
        (None, ["feig_obid"], "does not load: out of ink"),
    ],
)
def test_what_cannot_be_checked_is_said(
    monkeypatch: pytest.MonkeyPatch, driver: Driver | None, words: list[str], reason: str
) -> None:
    monkeypatch.setattr(
        driver_commands, "installed_drivers", lambda: installed(driver, "out of ink")
    )
    code, said = run("check", *words)
    assert (code, reason in said) == (2, True), said


def test_a_driver_that_does_not_load_is_listed_with_its_reason(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(driver_commands, "installed_drivers", lambda: installed(None, "out of ink"))
    code, said = run("list", "--json")
    assert code == 1
    assert json.loads(said)["drivers"][0]["summary"] == "out of ink"
