"""What the real fonts and the real painter make of every screen: nothing cut, nothing outside."""

import pytest

from tests.screen import moments
from tests.screen.painted import Canvas
from tests.unit.ui.test_scenes import every_language, every_page
from ui.page import Page
from ui.presenter.sheet import Typing
from ui.screens.local import Local
from ui.widgets.painter import PaintedLine, PixelBox

DIGITS = {"who-number": "04271936", "who-pin": "258"}


def painted(canvas: Canvas, page: Page, language: str) -> list[tuple[str, PaintedLine]]:
    canvas.open(page)
    lines = []
    for name, frame in moments.moments(language).items():
        local = Local(typed=DIGITS.get(name, ""))
        canvas.show(frame, moments.LIBRARY, moments.NOW, local)
        lines += [(name, line) for plate in canvas.stage.plates for line in plate.lines]
    return lines


@every_page
@every_language
def test_every_text_stands_within_its_room(canvas: Canvas, page: Page, language: str) -> None:
    lines = painted(canvas, page, language)
    assert len(lines) > 250
    assert not [(name, line.text) for name, line in lines if line.cut]
    assert not [(name, line) for name, line in lines if not fits_across(line)]
    assert not [(name, line) for name, line in lines if not on_page(line.box, page)]


def fits_across(line: PaintedLine) -> bool:
    slack = 1  # rounding
    left = line.box.x >= line.room.x - slack
    return left and line.box.x + line.box.w <= line.room.x + line.room.w + slack


def on_page(box: PixelBox, page: Page) -> bool:
    return box.x >= 0 and box.x + box.w <= page.width_px and box.y + box.h <= page.height_px


def test_marks_above_capital_letters_are_drawn_whole(canvas: Canvas) -> None:
    from ui.screens.scene import Weight
    from ui.widgets.textures import text

    for size in (19, 28, 41, 71):
        plain, marked = text("MAU", size, Weight.BOLD), text("MẪU", size, Weight.BOLD)
        assert plain is not None
        assert marked is not None
        assert marked.height > plain.height  # the renderer makes room instead of cutting


@pytest.mark.parametrize("typing", Typing)
def test_the_pin_never_stands_on_the_screen(canvas: Canvas, typing: Typing) -> None:
    from ui.screens.keypad import masked

    shown = masked("2580", typing)
    assert ("2580" in shown) == (typing is Typing.NUMBER)


def test_texts_of_a_visit_are_forgotten(canvas: Canvas) -> None:
    from ui.widgets import textures
    from ui.widgets.fonts import forget_widths, width_px

    textures.forget_texts()
    forget_widths()
    assert width_px.cache_info().currsize == 0
    assert not textures.TEXTS._kept
