"""Where header, sentence, content and footer stand on a page: 8 mm cells, 4 mm half steps."""

from msgspec import Struct

from ui.page import SMALL_PANEL_MM, Box, Layout, Page

BAND_MM = 3.4
GAP = 4.0


class Grid(Struct, frozen=True):
    """The four places of every screen. `header` is None where the sentence stands beside the logo.

    `open_content` begins where the sentence would: for screens without one.
    """

    header: Box | None
    logo: Box | None
    sentence: Box
    content: Box
    footer: Box

    @property
    def open_content(self) -> Box:
        """Sentence and content in one."""
        top = self.sentence.y
        return Box(self.content.x, top, self.content.w, self.content.bottom - top)


def grid(page: Page) -> Grid:
    """The grid of a page."""
    match page.layout:
        case Layout.WIDE:
            return _wide(page)
        case Layout.COMPACT:
            return _compact(page)
        case Layout.TALL:
            return _tall(page)


def _wide(page: Page) -> Grid:
    margin = 8.8
    w = page.w - 2 * margin
    return Grid(
        header=Box(margin, 5.6, w, 10),
        logo=Box(margin, 5.6, 10, 10),
        sentence=Box(margin, 17.6, w, 10.4),
        content=Box(margin, 30, w, page.h - 58),
        footer=Box(margin, page.h - 24, w, 16),
    )


def _compact(page: Page) -> Grid:
    margin = 4.0 if page.w < SMALL_PANEL_MM else 8.8
    w = page.w - 2 * margin
    top, height = 4.2, 9.4 * page.scale
    footer = 15.0 + (page.scale - 1) * 3
    below = 2.6 if page.h < 100 else 4.4
    sentence = Box(margin, top, w, height)
    logo = None
    if page.scale < 1.7:
        logo = Box(margin, top + (height - 9.4) / 2, 9.4, 9.4)
        sentence = sentence.without_left(12.6)
    content_top = top + height + 1.0
    content_bottom = page.h - below - footer - GAP
    return Grid(
        header=None,
        logo=logo,
        sentence=sentence,
        content=Box(margin, content_top, w, content_bottom - content_top),
        footer=Box(margin, page.h - below - footer, w, footer),
    )


def _tall(page: Page) -> Grid:
    margin = 8.0
    w = page.w - 2 * margin
    sentence = 12.0 * page.scale
    top = 24 + sentence + 6
    return Grid(
        header=Box(margin, 9, w, 10),
        logo=Box(margin, 9, 10, 10),
        sentence=Box(margin, 24, w, sentence),
        content=Box(margin, top, w, page.h - 42 - top),
        footer=Box(margin, page.h - 32, w, 20),
    )
