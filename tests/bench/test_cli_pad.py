"""`muontra pad benchmark` on real drivers."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from drivers.feig_obid.simulator import FeigSimulator
from drivers.frame_trace import Direction, TracedFrame
from drivers.simulators.faults import AnswerStatus, PlannedFault
from drivers.simulators.pty_host import PtyHost
from drivers.simulators.virtual_tags import VirtualTag
from drivers.uid import Uid
from kiosk.cli.main import app
from tests.bench.feig_pad import BOOK, OTHER_BOOK, sample_tags

pytestmark = pytest.mark.bench


@pytest.fixture
def pad(tmp_path: Path) -> Iterator[tuple[FeigSimulator, PtyHost]]:
    simulator = FeigSimulator(sample_tags())
    with PtyHost(simulator, tmp_path / "pad") as host:
        yield simulator, host


def run(host: PtyHost, *options: str) -> tuple[int, str]:
    where = ["--driver", "feig_obid", "--path", host.address, "--set", "patience=0.1"]
    result = CliRunner().invoke(app, ["pad", "benchmark", "--seconds", "0.3", *where, *options])
    return result.exit_code, result.stdout


def measured(host: PtyHost) -> tuple[int, dict[str, Any]]:
    code, out = run(host, "--json")
    return code, json.loads(out)["figures"]


def test_a_stack_that_is_always_seen_is_reliable_and_nothing_is_written(
    pad: tuple[FeigSimulator, PtyHost],
) -> None:
    simulator, host = pad
    code, found = measured(host)
    assert (code, found["reliable"], found["partial_rounds"], found["advice"]) == (0, 2, 0, [])
    assert found["rounds"] > 2
    assert found["tags_a_second"] == pytest.approx(2 * found["rounds_a_second"], rel=0.1)
    assert found["block_ms"] > 0
    assert not any("write" in frame.sentence for frame in simulator.trace.frames())


def test_a_book_that_flickers_is_named_with_its_share(pad: tuple[FeigSimulator, PtyHost]) -> None:
    simulator, host = pad
    other = simulator.pad.tag(OTHER_BOOK)
    assert isinstance(other, VirtualTag)

    def flicker(frame: TracedFrame) -> None:
        """Every second inventory finds it gone."""
        if frame.direction is Direction.SENT and frame.sentence.startswith("inventory"):
            if simulator.pad.tag(OTHER_BOOK):
                simulator.pad.lift(OTHER_BOOK)
            else:
                simulator.pad.lay(other)

    simulator.trace.listener = flicker
    code, found = measured(host)
    shares = {Uid(tag["uid"]): tag["share"] for tag in found["tags"]}
    assert (code, found["reliable"], shares[BOOK]) == (1, 1, 1)
    assert 0.3 < shares[OTHER_BOOK] < 0.7
    assert "1 of 2 books flicker" in found["advice"][0]
    assert "1 of 2 books are read reliably" in run(host)[1]


def test_a_book_that_cannot_be_read_is_told(pad: tuple[FeigSimulator, PtyHost]) -> None:
    simulator, host = pad
    fault = AnswerStatus(status=0x95, data="0F")
    simulator.faults.plan(PlannedFault(fault=fault, command="read blocks", times=None))
    code, found = measured(host)
    assert (code, found["block_ms"], found["reliable"]) == (1, None, 2)
    assert "not always read" in found["advice"][0]


def test_an_empty_pad_is_something_to_look_after(pad: tuple[FeigSimulator, PtyHost]) -> None:
    simulator, host = pad
    for tag in sample_tags():
        simulator.pad.lift(tag.uid)
    code, out = run(host)
    assert code == 1
    assert "No tag was seen" in out
