"""The bench panel: touched by X events, judged by what the bench says."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from drivers.simulators.virtual_tags import TagMemory
from drivers.uid import Uid
from kiosk.bench_link import BenchClient, BenchGone, BenchItem, ItemState, State
from tests.screen import moments
from tests.unit.ui.rulers import FontRuler
from tests.waiting import eventually
from ui.bench_panel import PX_PER_MM
from ui.bench_scene import Bench, bench_scene
from ui.page import Page
from ui.presenter.catalogue import catalogue
from ui.screens.pen import Pen
from ui.screens.scene import LocalAct, LocalKind, Scene, Target, Text

PAGE = Page(480, 800, PX_PER_MM)
PEN = Pen(PAGE, FontRuler())


def items() -> list[BenchItem]:
    tagged = [
        BenchItem(
            name=f"VV.{i:05}",
            title=title,
            barcode=f"VV.{i:05}",
            tag=TagMemory(uid=Uid(f"E0040150000000{i:02X}"), chip="icode-slix", blocks="", afi=7),
        )
        for i, title in enumerate(moments.TITLES * 2)
    ]
    untagged = BenchItem(name="TK.00999", title="Sổ tay không nhãn", barcode="TK.00999")
    cards = [
        BenchItem(name=f"0427193{i}", kind="card", title=label, barcode=f"0427193{i}")
        for i, label in enumerate(("V. A. MẪU", "L. M. MẪU", "Thẻ hết hạn"))
    ]
    return [*tagged, untagged, *cards]


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[BenchClient]:
    shelf, socket = tmp_path / "shelf.jsonl", tmp_path / "bench.sock"
    shelf.write_bytes(b"".join(msgspec.json.encode(item) + b"\n" for item in items()))
    place = ["--state", str(tmp_path / "bench"), "--socket", str(socket), "--books", str(shelf)]
    program = subprocess.Popen([sys.executable, "-m", "drivers.simulators.bench", *place])
    client = eventually(lambda: connected(socket), 20, "bench")
    assert client is not None
    with client:
        yield client
    program.terminate()
    program.wait(10)


def connected(socket: Path) -> BenchClient | None:
    try:
        return BenchClient(socket)
    except BenchGone:
        return None


@pytest.fixture
def panel(display: str, bench: BenchClient, tmp_path: Path) -> Iterator[subprocess.Popen[bytes]]:
    program = subprocess.Popen(
        [sys.executable, "-m", "ui.bench_panel", "--socket", str(tmp_path / "bench.sock"),
         "--left", "0"],
        env=os.environ | {"DISPLAY": display},
    )  # fmt: skip
    yield program
    program.terminate()
    assert program.wait(10) == 0


def scene_of(state: State) -> Scene:
    return bench_scene(PEN, catalogue("vi"), Bench(state), 0)


def touch(display: str, state: State, act: LocalAct) -> None:
    targets = [p for g in scene_of(state) for p in g.parts if isinstance(p, Target)]
    box = next(target.box for target in targets if target.act == act)
    x, y = PAGE.px(box.x + box.w / 2), PAGE.px(box.y + box.h / 2)
    subprocess.run(
        ["xdotool", "mousemove", str(x), str(y), "click", "1"],
        env=os.environ | {"DISPLAY": display},
        check=True,
    )


def lying(bench: BenchClient) -> list[str]:
    return [item.item.name for item in bench.state().items if item.pad is not None]


def test_books_are_laid_down_and_lifted_by_touch(
    display: str, bench: BenchClient, panel: subprocess.Popen[bytes]
) -> None:
    lay = LocalAct(LocalKind.LAY, "VV.00001")

    def touched() -> bool:
        if not lying(bench):
            touch(display, bench.state(), lay)
        return lying(bench) == ["VV.00001"]

    eventually(touched, 20, "book on the pad")
    lift = LocalAct(LocalKind.LIFT, "VV.00001")

    def lifted() -> bool:
        if lying(bench):
            touch(display, bench.state(), lift)
        return not lying(bench)

    eventually(lifted, 20, "empty pad")


def test_a_device_is_unplugged_by_touch(
    display: str, bench: BenchClient, panel: subprocess.Popen[bytes]
) -> None:
    def unplugged() -> bool:
        pad = bench.state().devices[0]
        if pad.plugged:
            touch(display, bench.state(), LocalAct(LocalKind.UNPLUG, "pad"))
        return not bench.state().devices[0].plugged

    eventually(unplugged, 20, "unplugged pad")


def test_no_words_of_the_panel_are_cut() -> None:
    everything = tuple(ItemState(item=item, pad=None) for item in items())
    laid = tuple(
        ItemState(item=item, pad="pad" if i < 12 else None) for i, item in enumerate(items())
    )
    for language in ("vi", "en"):
        for some in (everything, laid):
            state = State(devices=(), items=some)
            scene = bench_scene(PEN, catalogue(language), Bench(state), 0)
            texts = [part for group in scene for part in group.parts if isinstance(part, Text)]
            assert not [text.lines for text in texts if text.cut]


def test_a_bench_that_is_gone_is_told() -> None:
    scene = bench_scene(PEN, catalogue("vi"), Bench(trouble="gone"), 0)
    assert [group.key for group in scene] == ["gone"]
