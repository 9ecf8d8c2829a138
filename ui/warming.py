"""Drawing ahead of time, one small piece after the other, what the next screens will need.

Nothing is painted: an idle screen stays as it is. Owner: Kivy's main thread.
"""

from collections.abc import Iterator
from datetime import datetime

from kiosk.views import (
    BorrowView,
    FarewellView,
    Frame,
    ItemLine,
    LineState,
    PadPicture,
    ReturnView,
    StartView,
    View,
    WhoFor,
    WhoStep,
    WhoView,
)
from ui.presenter.present import present
from ui.screens.compose import compose
from ui.screens.local import Local
from ui.screens.pen import Pen
from ui.screens.scene import Group
from ui.widgets.painter import Painter

LIKELY_STATES = (LineState.ASKING, LineState.DONE, LineState.PUT_BACK, LineState.REFUSED)
LIKELY_LINES = tuple(ItemLine(state, state) for state in LIKELY_STATES)
LIKELY_VIEWS: tuple[View, ...] = (
    WhoView(WhoFor.BORROW, WhoStep.SHOW_CARD),
    BorrowView("", PadPicture(), (), None, 0, busy=False),
    BorrowView("", PadPicture(card=True), LIKELY_LINES, "put-back", 1, busy=False),
    ReturnView(PadPicture(), (), None, 0, busy=False),
    FarewellView(LIKELY_LINES[:1], (), (), None, None, 12),
)
FIRST_VIEWS: tuple[View, ...] = (StartView(may_borrow=True, may_return=True, may_see_account=True),)


def likely_pieces(
    pen: Pen, views: tuple[View, ...], language: str, now: datetime
) -> Iterator[None]:
    """Each step makes the textures of one part."""
    painter = Painter(pen.page)
    for view in views:
        sheet = present(Frame(0, view, online=True, language=language), "", now)
        for group in compose(pen, sheet, Local()):
            for part in group.parts:
                painter.prepare(Group(group.key, (part,)))
                yield
