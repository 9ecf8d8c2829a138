"""`muontra tag` beside a running station: it lets go of its pad, knows the loans, reads anew."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from drivers.simulators.virtual_tags import VirtualTag
from drivers.tags.content import TagModel
from drivers.tags.elements import elements_named
from drivers.tags.encode import encode_tag
from drivers.uid import Uid
from kiosk.cli.main import app
from kiosk.local.client import StationClient
from service.sample.known import ADULT
from tests.system.rig import RELEASED, SECURED, Rig, Template
from tests.waiting import eventually

BOOK, OTHER_BOOK = "VV.00417", "VV.00388"


@pytest.fixture
def rig(template: Template, tmp_path: Path) -> Iterator[Rig]:
    with Rig(template, tmp_path / "rig") as rig:
        rig.service.start()
        rig.kiosk.start()
        with StationClient(rig.kiosk.state / "socket") as asked:
            eventually(lambda: all(each.up for each in asked.status().devices), 10, "pad")
        yield rig


def run(rig: Rig, *arguments: str) -> tuple[int, str]:
    command, *rest = arguments
    config = str(rig.kiosk.state.with_suffix(".toml"))
    result = CliRunner().invoke(app, ["tag", command, "--config", config, "--json", *rest])
    return result.exit_code, result.output


def row(rig: Rig, *arguments: str) -> dict[str, Any]:
    code, output = run(rig, *arguments, "--pause")
    assert code < 2, output
    (told,) = json.loads(output)["tags"]
    return dict(told)


def test_tag_follows_the_loan_also_for_technicians_and_the_station_reads_anew(rig: Rig) -> None:
    (tag,) = rig.book(BOOK)
    rig.lay(tag)
    code, output = run(rig, "read")
    assert code == 2
    assert "add --pause" in output
    assert row(rig, "read")["item"] == BOOK

    code, output = run(rig, "release", "--pause")
    assert code == 2
    assert f"{BOOK} is not lent" in output
    assert tag.afi == SECURED

    eventually(lambda: rig.show_card(ADULT), 15, "pad is back")
    assert rig.kiosk.shows(BOOK, "done")
    rig.kiosk.finish()
    assert row(rig, "secure")["security"] == "secured"
    assert row(rig, "release")["security"] == "released"
    assert tag.afi == RELEASED

    elements = json.dumps({"primary_item_identifier": OTHER_BOOK, "owner_institution": "VN-SK"})
    arguments = "write", "--model", "iso28560-3", elements, "--overwrite", BOOK
    assert row(rig, *arguments)["item"] == OTHER_BOOK
    rig.kiosk.choose_return()
    assert rig.kiosk.shows(OTHER_BOOK, "done")
    assert tag.afi == SECURED


def test_a_book_of_another_library_with_the_number_of_a_lent_one_stays_secured(rig: Rig) -> None:
    (ours,) = rig.book(BOOK)
    rig.lay(ours)
    assert rig.show_card(ADULT)
    assert rig.kiosk.shows(BOOK, "done")
    rig.kiosk.finish()
    rig.lift(ours)
    elements = {"primary_item_identifier": BOOK, "owner_institution": "VN-LC"}
    memory = bytearray(encode_tag(TagModel.ISO28560_3, elements_named(elements), 112))
    theirs = VirtualTag(Uid("E0040150338607AE"), memory=memory, afi=SECURED, dsfid=0x3E)
    rig.lay(theirs)
    code, output = run(rig, "release", "--pause")
    assert code == 2
    assert "belongs to VN-LC, not to VN-SK" in " ".join(output.split())
    assert theirs.afi == SECURED
    config = str(rig.kiosk.state.with_suffix(".toml"))
    told: list[dict[str, Any]] = []

    def explained() -> bool:
        result = CliRunner().invoke(app, ["explain", BOOK, "--config", config, "--json"])
        told.append(json.loads(result.stdout))
        return bool(told[-1]["tags"])

    eventually(explained, 10, "the book read by the station")
    assert told[-1]["right"] is False
    assert "another library" in told[-1]["cause"]


def test_tag_that_nobody_can_vouch_for_is_not_released(rig: Rig) -> None:
    (tag,) = rig.book(BOOK)
    rig.lay(tag)
    rig.service.kill()
    code, output = run(rig, "release", "--pause")
    assert code == 2
    assert f"Whether {BOOK} is lent is not known" in " ".join(output.split())
    assert tag.afi == SECURED
