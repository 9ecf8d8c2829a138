"""Contrast is computed from the colours; every pair that meets on a screen is listed here."""

import pytest

from ui.page import Layout, Page, page_for, panel_for
from ui.theme import ThemeName, channels, theme, tokens

TEXT = (
    ("ink", "ground"), ("ink", "surface"), ("ink", "sunken"), ("ink", "accent_tint"),
    ("ink_soft", "ground"), ("ink_soft", "surface"), ("ink_soft", "sunken"),
    ("brand", "ground"), ("brand", "surface"), ("brand", "brand_tint"), ("brand_ink", "brand"),
    ("accent_ink", "accent"), ("good", "surface"), ("warn", "surface"), ("warn", "warn_tint"),
    ("warn", "accent_tint"), ("warn", "sunken"), ("bad", "surface"),
    ("on_mark", "good"), ("on_mark", "bad"),
)  # fmt: skip
CONTROLS = (
    ("line_strong", "surface"), ("line_strong", "ground"), ("accent_line", "ground"),
    ("accent_line", "accent_tint"), ("brand", "ground"),
)  # fmt: skip
NEEDED = {ThemeName.LIGHT: 4.5, ThemeName.DARK: 4.5, ThemeName.HIGH_CONTRAST: 7.0}


def luminance(colour: str) -> float:
    linear = [c / 12.92 if c <= 0.03928 else ((c + 0.055) / 1.055) ** 2.4 for c in channels(colour)]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("name", ThemeName)
@pytest.mark.parametrize(("front", "back"), TEXT)
def test_text_can_be_read(name: ThemeName, front: str, back: str) -> None:
    colours = theme(name).colours
    assert contrast(getattr(colours, front), getattr(colours, back)) >= NEEDED[name]


@pytest.mark.parametrize("name", ThemeName)
@pytest.mark.parametrize(("front", "back"), CONTROLS)
def test_controls_can_be_seen(name: ThemeName, front: str, back: str) -> None:
    colours = theme(name).colours
    assert contrast(getattr(colours, front), getattr(colours, back)) >= 3.0


@pytest.mark.parametrize("cloth", tokens().cloth)
def test_thread_stands_out_from_its_cloth(cloth: tuple[str, str]) -> None:
    assert contrast(tokens().thread[0], cloth[0]) >= 4.5


def test_known_panels_have_their_layouts() -> None:
    sizes = ((1280, 800), (1024, 600), (1080, 1920))
    layouts = [page_for(*size).layout for size in sizes]
    assert layouts == [Layout.WIDE, Layout.COMPACT, Layout.TALL]


def test_large_type_makes_a_page_compact() -> None:
    assert page_for(1280, 800, type_percent=170).layout is Layout.COMPACT


def test_an_unusual_panel_is_measured_by_its_inches() -> None:
    panel = panel_for(1920, 1080, inches=21.5)
    assert panel.px_per_mm == pytest.approx(4.03, abs=0.01)


def test_boxes_meet_without_gaps_in_pixels() -> None:
    page = Page(1280, 800, 5.882)
    assert page.px(page.w) == 1280
