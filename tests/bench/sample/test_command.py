"""The command as a person types it."""

import json
from pathlib import Path

import pytest
from sqlalchemy import func, select
from typer.testing import CliRunner, Result

from service.cli import app
from service.database import models
from service.database.engine import open_engine
from service.database.ownership import hold_file

DAY = ("--as-of", "2026-11-18")


def url_of(file: Path) -> str:
    return f"sqlite:///{file}"


def run(*arguments: str | Path) -> Result:
    return CliRunner().invoke(app, ["sample", *map(str, arguments)])


def items_in(file: Path) -> int:
    engine = open_engine(url_of(file))
    with engine.connect() as connection:
        count = connection.scalar(select(func.count()).select_from(models.items))
    engine.dispose()
    return count or 0


def test_an_empty_place_is_filled_and_told_in_one_line(tmp_path: Path) -> None:
    result = run("--copies", "300", "--seed", "7", "--database", url_of(tmp_path / "a.db"), *DAY)
    assert result.exit_code == 0
    assert result.stdout.startswith("300 copies of 120 titles, 24 patrons, ")
    assert result.stdout.endswith("seed 7, as of 2026-11-18\n")
    assert items_in(tmp_path / "a.db") == 300


def test_a_named_database_needs_no_state_folder(tmp_path: Path) -> None:
    nowhere = tmp_path / "a file"
    nowhere.write_text("no folder can be made below this")
    state = ("--state", nowhere / "state")
    result = run("--copies", "200", "--database", url_of(tmp_path / "a.db"), *state)
    assert result.exit_code == 0


def test_a_place_that_cannot_be_made_is_told_in_a_sentence(tmp_path: Path) -> None:
    nowhere = tmp_path / "a file"
    nowhere.write_text("no folder can be made below this")
    result = run("--copies", "200", "--state", nowhere / "state")
    assert result.exit_code == 1
    assert "Not a directory" in result.stderr
    assert not isinstance(result.exception, OSError)


def test_a_filled_database_is_refused_in_a_sentence(tmp_path: Path) -> None:
    for code in (0, 1):
        result = run("--copies", "200", "--state", tmp_path)
        assert result.exit_code == code
    assert "holds a library already; a sample needs an empty database." in result.stderr
    assert items_in(tmp_path / "service.db") == 200


def test_a_database_that_a_service_owns_is_left_alone(tmp_path: Path) -> None:
    database = tmp_path / "service.db"
    with hold_file(str(database), wait=False):
        result = run("--copies", "200", "--state", tmp_path)
    assert result.exit_code == 1
    assert "another service owns" in result.stderr


@pytest.mark.parametrize("copies", ["199", "150001", "many"])
def test_a_size_out_of_reach_is_refused_before_anything_is_made(
    tmp_path: Path, copies: str
) -> None:
    result = run("--copies", copies, "--state", tmp_path / "new")
    assert result.exit_code == 2
    assert not (tmp_path / "new").exists()


def test_lists_for_a_missing_folder_are_refused_before_anything_is_made(tmp_path: Path) -> None:
    result = run("--state", tmp_path / "new", "--tags", tmp_path / "missing" / "tags.jsonl")
    assert result.exit_code == 2
    assert not (tmp_path / "new").exists()


def test_lists_of_all_volumes_and_of_the_demo_and_cards(tmp_path: Path) -> None:
    def lines(name: str, *more: str) -> list[dict[str, object]]:
        folder = tmp_path / name
        folder.mkdir()
        files = ("--tags", folder / "tags", "--cards", folder / "cards")
        result = run("--copies", "400", "--state", folder, *DAY, *files, *more)
        assert result.exit_code == 0
        assert "04271936" in (folder / "cards").read_text("utf-8")
        return [json.loads(line) for line in (folder / "tags").read_bytes().splitlines()]

    every, demo = lines("all"), lines("demo", "--demo-shelf")
    assert len({volume["item"] for volume in every}) == 400
    assert len(every) > 400
    assert len(demo) == 24
    assert [volume for volume in demo if volume["owner"] == "VN-SK" and volume["item"]] == [
        next(v for v in every if (v["item"], v["part"]) == (volume["item"], volume["part"]))
        for volume in demo
        if volume["owner"] == "VN-SK" and volume["item"]
    ]
