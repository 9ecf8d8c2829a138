"""`muontra explain`, `outbox`, `journal` and `link` beside a running station and a stopped one."""

import stat
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
from typer.testing import CliRunner

from drivers.simulators.virtual_tags import VirtualTag
from kiosk.cli.main import app
from service.sample.known import ADULT
from tests.system.rig import RELEASED, SECURED, STATION, Kiosk, Rig, Template
from tests.waiting import eventually

BOOK, OTHER_BOOK, UNKNOWN = "VV.00417", "VV.00388", "VV.99999"


@pytest.fixture(scope="module")
def rig(template: Template, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Rig]:
    """One library for the whole file: the tests tell one story, in their order."""
    with Rig(template, tmp_path_factory.mktemp("cli") / "it") as rig:
        rig.service.start()
        rig.kiosk.start()
        yield rig


@pytest.fixture(scope="module")
def book(rig: Rig) -> VirtualTag:
    (tag,) = rig.book(BOOK)
    return tag


def config_of(kiosk: Kiosk) -> Path:
    return kiosk.state.with_suffix(".toml")


def run(rig: Rig, *words: str) -> tuple[int, Any, str]:
    done = CliRunner().invoke(app, [*words, "--config", str(config_of(rig.kiosk))])
    assert done.exception is None or isinstance(done.exception, SystemExit), done.output
    assert ADULT not in done.output
    told = done.stdout if done.stdout[:1] == "{" else ""
    return done.exit_code, msgspec.json.decode(told) if told else None, done.output


def explained(rig: Rig, item: str) -> dict[str, Any]:
    code, told, shown = run(rig, "explain", item, "--json")
    assert isinstance(told, dict), shown
    assert code == (0 if told["right"] else 1)
    return told


def seen_on_pad(rig: Rig, item: str) -> dict[str, Any]:
    told: list[dict[str, Any]] = []

    def reads() -> bool:
        told.append(explained(rig, item))
        return bool(told[-1]["tags"])

    eventually(reads, 10, f"{item} read on the pad")
    return told[-1]


def test_a_book_of_the_shelf_alarms_and_is_right_to(rig: Rig, book: VirtualTag) -> None:
    assert explained(rig, BOOK)["alarms"] is None
    rig.lay(book)
    told = seen_on_pad(rig, BOOK)
    assert (told["alarms"], told["right"], told["known"]["on_loan"]) == (True, True, False)
    rig.lift(book)


def test_a_lent_book_is_silent_and_known_since_when_and_where(rig: Rig, book: VirtualTag) -> None:
    assert rig.show_card(ADULT)
    rig.lay(book)
    assert rig.kiosk.shows(BOOK, "done")
    told = seen_on_pad(rig, BOOK)
    assert (told["alarms"], told["right"], told["tags"][0]["afi"]) == (False, True, "C2")
    assert told["known"]["since"] == told["known"]["last_move"]["at"]
    assert told["known"]["last_move"]["station"] == STATION
    assert [row["reply"] for row in told["outbox"]] == ["lent/1"]
    assert [line["state"] for line in told["journal"]] == ["proved"]


def test_a_lent_book_whose_tag_somebody_secured_again_is_named(rig: Rig, book: VirtualTag) -> None:
    book.afi = SECURED
    told = explained(rig, BOOK)
    book.afi = RELEASED
    assert (told["alarms"], told["right"]) == (True, False)
    assert "muontra tag release" in told["advice"]


def test_an_unknown_number_is_no_riddle(rig: Rig) -> None:
    told = explained(rig, UNKNOWN)
    assert (told["known"]["known"], told["right"]) == (False, False)
    assert "label" in told["advice"]


def test_for_people_the_cause_stands_in_the_last_lines(rig: Rig) -> None:
    _, _, shown = run(rig, "explain", BOOK)
    assert "It is lent and its tag is released" in shown
    assert f"lent at {STATION}" in shown


def test_acts_and_tags_are_listed_without_cards(rig: Rig, book: VirtualTag) -> None:
    code, told, _ = run(rig, "outbox", "list", "--json")
    assert (code, told["waiting"]) == (0, 0)
    assert [(row["item"], row["reply"]) for row in told["rows"]] == [(BOOK, "lent/1")]
    sequence = str(told["rows"][0]["sequence"])
    code, shown, _ = run(rig, "outbox", "show", sequence, "--json")
    assert (code, shown["state"], shown["tags"][0]["uid"]) == (0, "decided", book.uid)
    assert run(rig, "outbox", "show", "4711")[0] == 2
    code, told, _ = run(rig, "journal", "list", "--json")
    assert (code, [row["state"] for row in told["rows"]]) == (0, ["proved"])


def test_heartbeats_are_timed_on_the_running_station(rig: Rig) -> None:
    code, told, _ = run(rig, "link", "ping", "-n", "3", "--json")
    assert (code, told["answered"]) == (0, 3)
    assert 0 < told["min_ms"] <= told["median_ms"] <= told["max_ms"] < 5000


def test_a_running_station_gives_no_card_numbers_away(rig: Rig, tmp_path: Path) -> None:
    code, _, said = run(rig, "outbox", "export", str(tmp_path / "acts"))
    assert (code, "stop it" in said) == (2, True)
    assert not (tmp_path / "acts").exists()


def test_without_the_service_the_book_is_explained_as_far_as_it_goes(
    rig: Rig, book: VirtualTag
) -> None:
    rig.service.kill()
    assert rig.station.until(lambda view: not view["online"], 15, "station offline")
    told = explained(rig, BOOK)
    assert (told["known"], told["alarms"], told["right"]) == (None, False, False)
    assert run(rig, "link", "ping", "-n", "1")[0] == 2
    assert run(rig, "outbox", "retry")[0] == 1
    rig.lift(book)


def test_a_return_that_waits_is_found_in_the_outbox(rig: Rig, book: VirtualTag) -> None:
    rig.kiosk.leave()
    assert rig.kiosk.choose_return()
    rig.lay(book)
    assert rig.kiosk.shows(BOOK, "done", "noted", "waiting", "done-offline")
    code, told, _ = run(rig, "outbox", "list", "--waiting", "--json")
    assert (code, told["waiting"]) == (1, 1)
    assert told["rows"][0]["item"] == BOOK


def test_a_stopped_station_is_read_from_its_files_and_its_pad(
    rig: Rig, book: VirtualTag, tmp_path: Path
) -> None:
    rig.station.kill()
    told = explained(rig, BOOK)
    assert [tag["uid"] for tag in told["tags"]] == [book.uid]
    assert (told["known"], len(told["outbox"])) == (None, 2)
    assert run(rig, "outbox", "list", "--waiting", "--json")[1]["waiting"] == 1
    code, _, said = run(rig, "link", "ping")
    assert (code, "muontra doctor" in said) == (2, True)
    assert run(rig, "outbox", "retry")[0] == 2


def test_acts_of_a_stopped_station_are_exported_for_staff_only(rig: Rig, tmp_path: Path) -> None:
    acts = tmp_path / "acts.jsonl"
    code, _, said = run(rig, "outbox", "export", str(acts))
    assert (code, "card numbers" in said) == (0, True)
    assert stat.S_IMODE(acts.stat().st_mode) == 0o600
    lines = [msgspec.json.decode(line) for line in acts.read_bytes().splitlines()]
    assert [line["operation"]["act"]["act"] for line in lines] == ["check-out/1", "check-in/1"]
    assert lines[0]["operation"]["act"]["patron_card"] == ADULT
    assert run(rig, "outbox", "export", str(acts))[0] == 2


def test_a_station_is_moved_at_the_service_with_words_that_it_tells(rig: Rig) -> None:
    code, told, _ = run(rig, "station", "set-point", "BX", "--json")
    assert code == 0
    assert told["at_service"].startswith("muontra-service station set-point -- ")
    assert told["at_service"].endswith(" BX")
