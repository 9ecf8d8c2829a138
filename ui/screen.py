"""The kiosk's screen: frames become scenes, touches become intents.

Owner: Kivy's main thread.
"""

from collections.abc import Callable, Iterator
from datetime import datetime

from kiosk.intents import Intent, Touched
from kiosk.views import Frame, StartView, View, WhoView
from ui.presenter.present import present, present_opening
from ui.presenter.sheet import Sheet
from ui.screens.compose import compose
from ui.screens.local import Local, after
from ui.screens.pen import Pen
from ui.screens.scene import Act, LocalAct
from ui.warming import likely_pieces
from ui.widgets.fonts import KivyRuler, forget_widths
from ui.widgets.stage import Stage
from ui.widgets.textures import forget_texts


class KioskScreen:
    """Shows the newest frame; keeps what lives on the screen only (page, digits)."""

    def __init__(
        self,
        stage: Stage,
        library: str,
        language: str,
        submit: Callable[[Intent], None],
        now: Callable[[], datetime],
    ) -> None:
        self._stage = stage
        self._pen = Pen(stage.page, KivyRuler(stage.page.px_per_mm))
        self._library = library
        self._language = language
        self._submit = submit
        self._now = now
        self._frame: Frame | None = None
        self._kind: object = "opening"
        self._local = Local()
        self._shown: tuple[Sheet, Local] | None = None

    def show(self, frame: Frame) -> None:
        """Take a frame; what was typed or turned belongs to one kind of screen only."""
        kind = _kind_of(frame)
        if kind != self._kind:
            self._kind, self._local = kind, Local()
            if isinstance(frame.view, StartView) and self._frame is not None:
                forget_texts()
                forget_widths()
        self._frame = frame
        self.refresh()

    def refresh(self) -> None:
        """Draw again if anything changed, the clock's minute included."""
        sheet = self._sheet()
        if (sheet, self._local) != self._shown:
            self._shown = sheet, self._local
            self._stage.show(compose(self._pen, sheet, self._local), self._kind)

    def warm(self, views: tuple[View, ...]) -> Iterator[None]:
        """Steps that make these screens come faster; each is short."""
        return likely_pieces(self._pen, views, self._language, self._now())

    def acted(self, act: Act | None) -> None:
        """A finished touch: an intent, a local act, or only a sign of life."""
        if not isinstance(act, LocalAct):
            self._submit(Touched() if act is None else act)
            return
        self._local, intent = after(self._local, act, self._sheet())
        self._submit(Touched() if intent is None else intent)
        self.refresh()

    def _sheet(self) -> Sheet:
        if self._frame is None:
            return present_opening(self._language, self._library, self._now())
        return present(self._frame, self._library, self._now())


def _kind_of(frame: Frame) -> object:
    """Who-are-you is several screens: typing digits is not showing a card."""
    if isinstance(frame.view, WhoView):
        return WhoView, frame.view.step
    return type(frame.view)
