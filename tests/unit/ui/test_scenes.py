"""Every screen on every panel, in both languages and three sizes of type: nothing cut, targets
large enough and far enough apart, one amber thing.
"""

from functools import cache
from itertools import combinations

import pytest

from kiosk.views import Frame
from tests.screen import moments
from tests.unit.ui.rulers import FontRuler
from ui.page import Box, Page, page_for
from ui.presenter.present import present
from ui.presenter.sheet import KeypadBody
from ui.screens.compose import compose
from ui.screens.local import Local
from ui.screens.pen import Pen
from ui.screens.scene import AMBER_FACES, Panel, Part, Picture, Scene, Target, Text
from ui.theme import ThemeName, tokens

PANELS = ((1280, 800), (1024, 600), (1080, 1920))
STEPS = tokens().type.size_steps_percent
ROUNDING_MM = 0.26  # edges are whole pixels
NOTHING_TO_DO = {"who-asking", "who-wait", "return-busy"}


@cache
def scenes(page: Page, language: str) -> list[tuple[str, Scene]]:
    pen = Pen(page, FontRuler())
    return [
        (name, compose(pen, present(frame, moments.LIBRARY, moments.NOW), typed(frame)))
        for name, frame in moments.moments(language).items()
    ]


def typed(frame: Frame) -> Local:
    sheet = present(frame, moments.LIBRARY, moments.NOW)
    return Local(typed="04271936") if isinstance(sheet.body, KeypadBody) else Local()


def pages() -> list[Page]:
    plain = [page_for(*size, type_percent=step) for size in PANELS for step in STEPS]
    high = [
        page_for(*size, theme_name=ThemeName.HIGH_CONTRAST, type_percent=step)
        for size in PANELS
        for step in (100, 170)
    ]
    return plain + high


def name_of(page: Page) -> str:
    return f"{page.width_px}x{page.height_px}-{page.type_percent}-{page.theme_name}"


every_page = pytest.mark.parametrize("page", pages(), ids=name_of)
every_language = pytest.mark.parametrize("language", ["vi", "en"])


def parts_of(scene: Scene) -> list[Part]:
    return [part for group in scene for part in group.parts]


def distance(one: Box, other: Box) -> float:
    dx = max(one.x - other.right, other.x - one.right, 0.0)
    dy = max(one.y - other.bottom, other.y - one.bottom, 0.0)
    return float((dx**2 + dy**2) ** 0.5)


@every_page
@every_language
def test_no_words_are_cut(page: Page, language: str) -> None:
    cut = [
        (name, part.lines)
        for name, scene in scenes(page, language)
        for part in parts_of(scene)
        if isinstance(part, Text) and part.cut
    ]
    assert not cut


@every_page
@every_language
def test_everything_lies_on_the_page(page: Page, language: str) -> None:
    for name, scene in scenes(page, language):
        for part in parts_of(scene):
            box = part.box
            assert box.w > 0, (name, part)
            assert box.h > 0, (name, part)
            if isinstance(part, Target | Panel):
                assert box.x >= 0, (name, part)
                assert box.y >= 0, (name, part)
                assert box.right <= page.w + 0.01, (name, part)
                assert box.bottom <= page.h + 0.01, (name, part)


@every_page
@every_language
def test_targets_are_large_and_apart(page: Page, language: str) -> None:
    least, apart = tokens().target_mm["min"], tokens().target_mm["gap_min"]
    for name, scene in scenes(page, language):
        targets = [part for part in parts_of(scene) if isinstance(part, Target)]
        assert targets, name
        for target in targets:
            small, large = sorted((target.box.w, target.box.h))
            if target.is_key:
                assert (small >= 9 - ROUNDING_MM, large >= 12 - ROUNDING_MM) == (True, True), name
            else:
                assert small >= least - ROUNDING_MM, (name, target)
        for one, other in combinations(targets, 2):
            gap = 2.0 if one.is_key and other.is_key else apart
            assert distance(one.box, other.box) >= gap - ROUNDING_MM, (name, one, other)


def ambers(scene: Scene) -> int:
    """Amber things; under a scrim nothing counts."""
    keys = [group.key for group in scene]
    top = scene[keys.index("scrim") :] if "scrim" in keys else scene
    parts = parts_of(top)
    panels = sum(isinstance(part, Panel) and part.face in AMBER_FACES for part in parts)
    return panels + sum(isinstance(part, Picture) and part.amber for part in parts)


@every_page
def test_one_amber_thing_on_each_screen(page: Page) -> None:
    for name, scene in scenes(page, "vi"):
        wanted = {0} if name in NOTHING_TO_DO else {1}
        assert ambers(scene) in wanted, name


@every_page
def test_a_long_list_loses_no_row(page: Page) -> None:
    pen = Pen(page, FontRuler())
    sheet = present(moments.moments("vi")["borrow-ten"], moments.LIBRARY, moments.NOW)
    seen = {
        group.key
        for turned in range(12)
        for group in compose(pen, sheet, Local(page=turned))
        if group.key.startswith("row/")
    }
    assert len(seen) == 10


def test_rows_that_need_the_reader_come_first_where_not_all_fit() -> None:
    pen = Pen(page_for(1024, 600), FontRuler())
    sheet = present(moments.moments("vi")["borrow"], moments.LIBRARY, moments.NOW)
    rows = [group.key for group in compose(pen, sheet, Local()) if group.key.startswith("row/")]
    assert rows == ["row/c", "row/d", "row/e"]


def test_nothing_under_the_scrim_can_be_touched() -> None:
    pen = Pen(page_for(1280, 800), FontRuler())
    sheet = present(moments.moments("vi")["still-there"], moments.LIBRARY, moments.NOW)
    targets = [part for part in parts_of(compose(pen, sheet, Local())) if isinstance(part, Target)]
    assert len(targets) == 2
