"""`muontra tag` on real drivers: what is read, what is never overwritten, what is proved."""

import json
import signal
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from drivers.frame_trace import FrameTrace
from drivers.registry import installed_drivers
from drivers.simulators.faults import AnyFault, FaultPlan, Lose, PlannedFault, TakeAway
from drivers.simulators.pty_host import PtyHost
from drivers.simulators.simulation import simulation_of
from drivers.simulators.virtual_tags import CHIPS, VirtualTag
from drivers.tag_writing import Told
from drivers.tags.content import TagModel
from drivers.tags.elements import elements_named
from drivers.tags.encode import encode_tag
from drivers.uid import Uid
from drivers.whole_tag import WholeTag
from kiosk.cli.main import app
from kiosk.cli.tag import writing
from tests.bench.feig_pad import BOOK, OTHER_BOOK, sample_tags

pytestmark = pytest.mark.bench
NUMBER, OTHER_NUMBER = "1003011860976002", "31234000012347"
BLANK = Uid("E004015000000001")
PADS = ("feig_obid", "bibliotheca_3m", "metratec")
ITEM = json.dumps({"primary_item_identifier": "VV.00417", "owner_institution": "VN-SK"})
WRITE = ("write", "--model", "iso28560-3", ITEM)
SECURED, RELEASED = 0x07, 0xC2


@dataclass
class Bench:
    """A pad without a station; `run` is a technician's command on it."""

    driver: str
    host: PtyHost
    simulator: Any

    def run(self, *arguments: str) -> tuple[int, dict[str, Any], str]:
        command, *rest = arguments
        where = ["--driver", self.driver, "--path", self.host.address]
        if self.driver == "feig_obid":
            where += ["--set", "patience=0.1"]
        result = CliRunner().invoke(app, ["tag", command, *where, "--json", *rest])
        told = json.loads(result.stdout) if result.stdout.startswith("{") else {}
        return result.exit_code, told, " ".join(result.stderr.split())

    def rows(self, *arguments: str) -> list[dict[str, Any]]:
        code, told, error = self.run(*arguments)
        assert code < 2, error
        return list(told["tags"])

    def refused(self, *arguments: str) -> str:
        code, told, error = self.run(*arguments)
        assert (code, told) == (2, {})
        return error

    def lay(self, *tags: VirtualTag) -> None:
        for tag in tags:
            self.simulator.pad.lay(tag)

    def tag(self, uid: Uid = BLANK) -> VirtualTag:
        tag = self.simulator.pad.tag(uid)
        assert isinstance(tag, VirtualTag)
        return tag

    def plan(self, fault: AnyFault, command: str, at: int = 1) -> None:
        self.simulator.faults.plan(PlannedFault(fault=fault, command=command, at=at))


@pytest.fixture
def bench(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Bench]:
    """A pad of the driver that the test names, FEIG otherwise; nothing lies on it."""
    name = getattr(request, "param", "feig_obid")
    driver = installed_drivers()[name].driver
    assert driver is not None
    device = simulation_of(driver).make({}, FaultPlan(), FrameTrace())
    with ExitStack() as stack:
        host = stack.enter_context(PtyHost(device, tmp_path / "pad"))
        yield Bench(name, host, device)


def blank_tag(**more: Any) -> VirtualTag:  # noqa: ANN401 - what a tag may be
    return VirtualTag(BLANK, **more)


def card() -> VirtualTag:
    elements = {"primary_item_identifier": "20001234", "type_of_usage": "80"}
    memory = encode_tag(TagModel.ISO28560_3, elements_named(elements), 112)
    return VirtualTag(BLANK, memory=bytearray(memory), afi=SECURED, dsfid=0x3E)


@pytest.mark.parametrize("bench", PADS, indirect=True)
def test_any_pad_reads_writes_secures_releases_and_empties(bench: Bench) -> None:
    bench.lay(blank_tag())
    (row,) = bench.rows(*WRITE)
    assert (row["item"], row["model"], row["dsfid"]) == ("VV.00417", "iso28560-3", "3E")
    assert (row["afi"], row["security"], row["problems"]) == ("07", "secured", [])
    assert (bench.tag().afi, bench.tag().dsfid) == (SECURED, 0x3E)
    assert bench.rows("release", "--without-loan")[0]["security"] == "released"
    assert bench.tag().afi == RELEASED
    assert bench.rows("secure")[0]["security"] == "secured"
    (emptied,) = bench.rows("blank", "--overwrite", "VV.00417")
    assert (emptied["model"], emptied["afi"]) == ("blank", "00")
    assert bytes(bench.tag().memory) == bytes(112)
    assert bench.rows("dump")[0]["blocks"] == ["00000000"] * 28


def test_what_lies_on_the_pad_is_told_with_what_a_gate_sees(bench: Bench) -> None:
    bench.lay(*sample_tags(), blank_tag(afi=0x99))
    bench.tag(OTHER_BOOK).dsfid = 0x3E
    by_uid = {row["uid"]: row for row in bench.rows("read")}
    assert by_uid[BOOK]["item"] == NUMBER
    assert (by_uid[OTHER_BOOK]["part"], by_uid[OTHER_BOOK]["parts"]) == (2, 3)
    assert by_uid[BOOK]["security"] == "secured"
    assert by_uid[BLANK]["security"] == "unknown"
    bench.tag(BOOK).afi = 0x42
    code, told, _ = bench.run("read")
    assert (code, {row["security"] for row in told["tags"]}) == (1, {"unknown", "secured"})


def test_an_empty_pad_is_said_to_be_empty(bench: Bench) -> None:
    assert bench.run("read")[:2] == (1, {"tags": []})
    assert "No tag lies on the pad" in bench.refused("blank")


def test_another_items_number_is_never_lost_without_its_name(bench: Bench) -> None:
    bench.lay(sample_tags()[0])
    before = bytes(bench.tag(BOOK).memory)
    assert f"carries the item {NUMBER}; to write over it add" in bench.refused(*WRITE)
    assert NUMBER in bench.refused("blank")
    assert NUMBER in bench.refused(*WRITE, "--overwrite", OTHER_NUMBER)
    assert bytes(bench.tag(BOOK).memory) == before
    assert bench.rows(*WRITE, "--overwrite", NUMBER)[0]["item"] == "VV.00417"


def test_the_same_item_is_written_again_and_keeps_its_security(bench: Bench) -> None:
    bench.lay(blank_tag())
    bench.rows(*WRITE)
    bench.rows("release", "--without-loan")
    other = json.dumps({"primary_item_identifier": "VV.00417", "type_of_usage": "10"})
    (row,) = bench.rows("write", "--model", "iso28560-2", other)
    assert (row["model"], row["dsfid"], row["security"]) == ("iso28560-2", "06", "released")


def test_a_patrons_card_is_told_without_its_number_and_not_lost(bench: Bench) -> None:
    bench.lay(card())
    (row,) = bench.rows("read")
    assert (row["patron_card"], row["item"]) == (True, None)
    assert bench.rows("dump")[0]["blocks"] == []
    refusals = [bench.refused(*WRITE), bench.refused("blank", "--overwrite", "20001234")]
    allowed = f"a patron's card; to write over it add --overwrite {BLANK}"
    assert all(allowed in refusal for refusal in refusals)
    where = "--driver", "feig_obid", "--path", bench.host.address
    texts = [CliRunner().invoke(app, ["tag", what, *where]).output for what in ("read", "dump")]
    assert not any("20001234" in text or "3230303031" in text for text in [*texts, *refusals])
    assert bench.rows("blank", "--overwrite", BLANK)[0]["model"] == "blank"


def test_of_several_tags_one_must_be_named(bench: Bench) -> None:
    bench.lay(blank_tag(), sample_tags()[0])
    for command in (WRITE, ("blank",), ("secure",), ("release", "--without-loan")):
        assert f"2 tags lie on the pad; say which with --uid: {BLANK}, {BOOK}" in bench.refused(
            *command
        )
    assert f"Tag {OTHER_BOOK} does not lie on the pad" in bench.refused(
        "secure", "--uid", OTHER_BOOK
    )
    assert bench.rows(*WRITE, "--uid", BLANK.lower())[0]["uid"] == BLANK
    bench.tag(BOOK).afi = bench.tag().afi = RELEASED
    assert len(bench.rows("secure", "--all")) == 2
    assert {bench.tag(BOOK).afi, bench.tag().afi} == {SECURED}


def test_locked_block_is_told_and_the_tag_stays_as_it_was(bench: Bench) -> None:
    bench.lay(blank_tag(locked_blocks={2}))
    assert "block 2 does not take" in bench.refused(*WRITE)
    assert bytes(bench.tag().memory) == bytes(112)
    bench.tag().locked_blocks, bench.tag().afi_locked = set(), True
    assert "does not take the AFI 07: it is locked" in bench.refused(*WRITE)


def test_lost_answers_of_writes_are_proved_by_reading(bench: Bench) -> None:
    bench.lay(blank_tag())
    bench.plan(Lose(side="request"), "write blocks", at=3)
    bench.plan(Lose(side="answer"), "write AFI")
    assert bench.rows(*WRITE)[0]["item"] == "VV.00417"


@pytest.mark.parametrize("ending", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_command_that_is_ended_while_it_writes_leaves_no_half_written_tag(
    bench: Bench, ending: signal.Signals, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Ctrl-C, a stop, or the lost connection of a technician far away."""

    @contextmanager
    def interrupted(_tag: WholeTag) -> Iterator[Told]:
        yield lambda done, _of: signal.raise_signal(ending) if done == 2 else None

    monkeypatch.setattr(writing, "_progress", interrupted)
    before = signal.signal(ending, signal.default_int_handler)
    bench.lay(sample_tags()[0])
    try:
        code, _, error = bench.run(*WRITE, "--overwrite", NUMBER)
    finally:
        signal.signal(ending, before)
    assert code == 130
    assert "nothing is half done" in error
    (row,) = bench.rows("read")
    assert (row["item"], row["problems"], row["security"]) == ("VV.00417", [], "secured")


def test_tag_taken_away_while_it_is_written_is_told_and_carries_no_number(bench: Bench) -> None:
    bench.lay(sample_tags()[0])
    tag = bench.tag(BOOK)
    bench.plan(TakeAway(), "write blocks", at=4)
    said = bench.refused(*WRITE, "--overwrite", NUMBER)
    assert "may carry no number now: write it again" in said
    assert "lay it on the pad again" in said
    bench.lay(tag)
    (row,) = bench.rows("read")
    assert (row["item"], row["model"]) == (None, "unknown")
    assert f"--overwrite {BOOK}" in bench.refused(*WRITE)
    assert bench.rows(*WRITE, "--overwrite", BOOK)[0]["item"] == "VV.00417"


def test_counter_block_of_a_chip_is_neither_read_nor_written(bench: Bench) -> None:
    chip = CHIPS["icode-slix2"]
    uid = Uid(chip.uid_start + "00000007")
    bench.lay(VirtualTag(uid, chip))
    assert bench.rows(*WRITE)[0]["bytes"] == 79 * 4
    assert len(bench.rows("dump")[0]["blocks"]) == 79


def test_release_without_a_station_that_can_ask_is_refused(bench: Bench) -> None:
    bench.lay(sample_tags()[0])
    assert "No running station can ask the service" in bench.refused("release")
    assert bench.tag(BOOK).afi == SECURED


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("--driver", "feig_obid"), "needs --path"),
        (("--driver", "fieg", "--path", "/dev/x"), "fieg is not installed"),
        (("--driver", "escpos_printer", "--path", "/dev/x"), "drives a printer, no pad"),
        (("--driver", "feig_obid", "--path", "/dev/x", "--set", "baud"), "KEY=VALUE"),
        (("--driver", "feig_obid", "--path", "/dev/x", "--set", "baud=fast"), "baud"),
        (("--driver", "feig_obid", "--path", "/dev/there-is-none"), "plug the device in"),
        (("--config", "/etc/there-is-none.toml"), "there-is-none.toml"),
    ],
)
def test_whatever_keeps_the_pad_from_being_opened_is_told(
    arguments: tuple[str, ...], says: str
) -> None:
    result = CliRunner().invoke(app, ["tag", "read", *arguments])
    assert result.exit_code == 2
    assert says in " ".join(result.output.split())


@pytest.mark.parametrize(
    ("elements", "says"),
    [
        ('{"title": "Số đỏ"}', "primary_item_identifier"),
        ('{"primary_item_identifer": "VV.1"}', "did you mean primary_item_identifier?"),
        (json.dumps({"primary_item_identifier": "VV.1", "title": "x" * 200}), "has 112"),
    ],
)
def test_elements_that_do_not_fit_leave_the_tag_alone(
    bench: Bench, elements: str, says: str
) -> None:
    bench.lay(blank_tag())
    assert says in bench.refused("write", "--model", "iso28560-3", elements)
    assert bytes(bench.tag().memory) == bytes(112)
