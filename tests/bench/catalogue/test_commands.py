"""The commands, beside a service that runs and without one."""

import re
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest
from typer.testing import CliRunner

from service.catalogue.marc import iso2709
from service.catalogue.marc.record import MarcRecord, data
from service.cli import app
from service.protocol.operations import CheckIn, CheckOut
from service.protocol.replies import Lent, Refused, Returned
from service.sample import known
from tests.bench.catalogue.library import file_of
from tests.service_process import ServiceProcess
from tests.unit.service.catalogue.records import KIEU

COPIES = (
    data("952", ("p", "KN.1"), ("a", "TV"), ("y", "book")),
    data("952", ("p", "KN.2"), ("a", "TV"), ("y", "book"), ("7", "1")),
)
TALE = MarcRecord(KIEU.leader, (*KIEU.without("952").fields, *COPIES))
NAMELESS = MarcRecord(KIEU.leader, (data("650", ("a", "x")),))


@pytest.fixture(scope="module")
def service() -> Iterator[ServiceProcess]:
    with ServiceProcess() as running:
        yield running


@pytest.fixture
def stopped() -> Iterator[ServiceProcess]:
    service = ServiceProcess()
    yield service
    service.remove()


def marc_file(folder: Path, *records: MarcRecord) -> str:
    return str(file_of(folder, b"".join(map(iso2709.write, records))))


def test_a_catalogue_comes_in_while_the_service_runs(
    service: ServiceProcess, tmp_path: Path
) -> None:
    path = marc_file(tmp_path, TALE, NAMELESS)
    said = service.command("import", "marc", path, "--dry-run", code=1)
    assert "Nothing was written" in said
    assert '"found":[]' in service.command("search", "truyen kieu", "--json")
    said = service.command("import", "marc", path, code=1)
    assert "file:2: record: it has no title (245 $a)" in said
    assert "titles: 1 added" in said
    assert "1 not taken" in said
    assert "Truyện Kiều" in service.command("search", "truyện kiều")
    with service.station("borrows what was imported") as client:
        client.hello()
        assert isinstance(client.do(CheckOut("KN.2", known.ADULT)), Refused)  # 952 $7
        assert isinstance(client.do(CheckIn("KN.2")), Returned)
    ((action, subject, detail),) = service.rows(
        "SELECT action, subject, detail FROM events WHERE action LIKE 'import%'"
    )
    assert (action, subject) == ("import-marc", "file")
    assert "items: 2 added" in str(detail)


def test_all_or_nothing_takes_nothing_with_a_problem(
    stopped: ServiceProcess, tmp_path: Path
) -> None:
    path = marc_file(tmp_path, TALE, NAMELESS)
    stopped.command("import", "marc", path, "--all-or-nothing", code=1)
    assert '"found":[]' in stopped.command("search", "truyen kieu", "--json")
    good = marc_file(tmp_path, TALE)
    said = stopped.command("import", "marc", good, "--all-or-nothing", "--json")
    summary = msgspec.json.decode(said.splitlines()[-1])
    assert summary["counts"]["items"] == {"added": 2, "changed": 0, "unchanged": 0}


def test_a_number_that_two_libraries_gave_away_is_told(
    stopped: ServiceProcess, tmp_path: Path
) -> None:
    path = marc_file(tmp_path, KIEU)
    said = stopped.command("import", "marc", path, code=1)
    assert "file:1: VV.00417: stands under another title here" in said
    assert "Mùa mận" in stopped.command("search", "VV.00417")
    stopped.command("import", "marc", path, "--move-copies")
    assert "Truyện Kiều" in stopped.command("search", "VV.00417")


def test_a_loan_that_comes_in_is_known_to_the_running_service(
    service: ServiceProcess, tmp_path: Path
) -> None:
    """The service has numbered loans before, and numbers its next one behind it."""
    first, second, third = service.free_items(3)
    lines = ["number,card,opened,due", f"{first},{known.STUDENT},2026-01-02,2026-01-20"]
    with service.station("lends on") as client:
        client.hello()
        assert isinstance(client.do(CheckOut(second, known.ADULT)), Lent)
        service.command("import", "csv", "loans", str(file_of(tmp_path, lines)))
        assert isinstance(client.do(CheckOut(third, known.ADULT)), Lent)
        reply = client.do(CheckIn(first))
        assert isinstance(reply, Returned)
        assert reply.was_on_loan


def test_patrons_that_cannot_be_taken_are_named_nowhere(
    service: ServiceProcess, tmp_path: Path
) -> None:
    lines = [
        "card,full_name,category,point,expires,CCCD",
        "0777001,Nùng Thị Mẫu,nobody,TV,2027-12-31,015099999003",
        "0777002,Nùng Thị Mẫu,adult,TV,2027-12-31,015099999003",
    ]
    said = service.command("import", "csv", "patrons", str(file_of(tmp_path, lines)), code=1)
    assert "file:2: category: no category has the code" in said
    log = service.log.read_text() + said
    for secret in ("Nùng", "0777001", "0777002", "015099999003"):
        assert secret not in log
    assert b"015099999003" not in service.database.read_bytes()
    assert "Nùng" not in service.command("search", "nung thi mau")


def test_rows_go_out_and_come_into_another_library(
    service: ServiceProcess, stopped: ServiceProcess, tmp_path: Path
) -> None:
    for words in (
        ("marc", "a.mrc"),
        ("marc", "a.xml", "--format", "marcxml"),
        ("csv", "items", "items.csv"),
        ("csv", "patrons", "patrons.csv"),
    ):
        *first, name = words[: len(words) if words[0] == "csv" else 2]
        path = tmp_path / name
        service.command("export", *first, str(path), *words[len(first) + 1 :])
        assert path.stat().st_mode & 0o777 == 0o600
        said = stopped.command("import", *first, str(path))
        assert re.search(r"[1-9][0-9]* as they were", said)


def test_no_device_is_replaced_by_a_file(stopped: ServiceProcess, tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    pipe.mkdir()
    assert "directory" in stopped.command("export", "csv", "items", str(pipe), code=1)
    assert pipe.is_dir()
    before = Path("/dev/full").stat()
    assert "space" in stopped.command("export", "csv", "items", "/dev/full", code=1)
    assert Path("/dev/full").stat().st_ino == before.st_ino


def test_headings_or_a_map_that_cannot_be_used_are_said_before_anything_is_written(
    stopped: ServiceProcess, tmp_path: Path
) -> None:
    headless = str(file_of(tmp_path, ["VV.1,Kiều"]))
    assert "missing: number, title" in stopped.command("import", "csv", "items", headless, code=1)
    wrong = tmp_path / "map.toml"
    wrong.write_text("colums = {}")
    said = stopped.command("import", "csv", "items", headless, "--map", str(wrong), code=1)
    assert "colums" in said


def test_the_index_is_written_anew_while_the_service_runs(service: ServiceProcess) -> None:
    service.damage("DELETE FROM title_index")
    assert '"found":[]' in service.command("search", "bep lua nha san", "--by", "author", "--json")
    assert "all titles" in service.command("db", "reindex")
    assert "Bếp lửa nhà sàn" in service.command("search", "bep lua nha")


def test_every_command_has_an_example() -> None:
    for words in (
        ("search",),
        ("import", "marc"),
        ("import", "csv"),
        ("export", "marc"),
        ("export", "csv"),
        ("db", "reindex"),
    ):
        shown = CliRunner().invoke(app, [*words, "--help"])
        assert "Example: muontra-service" in " ".join(shown.output.split()), words
