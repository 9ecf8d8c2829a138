"""Scenes painted in a real window, and read back."""

from datetime import datetime
from pathlib import Path
from typing import Any

from kiosk.views import Frame
from ui.page import Page
from ui.presenter.present import present
from ui.screens.compose import compose
from ui.screens.local import Local
from ui.screens.pen import Pen
from ui.screens.scene import Scene
from ui.theme import channels


class Canvas:
    """The window of this process; shows one page after the other."""

    def __init__(self) -> None:
        from kivy.base import EventLoop
        from kivy.core.window import Window

        self._window = Window
        self._loop = EventLoop
        EventLoop.ensure_window()
        EventLoop.start()
        self._page: Page | None = None
        self.stage: Any = None

    def open(self, page: Page) -> None:
        """Make the window as large as the page and put a new stage into it."""
        from ui.widgets.stage import Stage

        if self.stage is not None:
            self._window.remove_widget(self.stage)
        self._page = page
        self._window.size = (page.width_px, page.height_px)
        self._window.clearcolor = (*channels(page.theme.colours.ground), 1)
        self.stage = Stage(page, lambda _act: None)
        self._window.add_widget(self.stage)
        self.turn()

    def show(self, frame: Frame, library: str, now: datetime, local: Local) -> Scene:
        """Paint a frame; gives the scene."""
        from ui.widgets.fonts import KivyRuler

        assert self._page is not None
        pen = Pen(self._page, KivyRuler(self._page.px_per_mm))
        scene = compose(pen, present(frame, library, now), local)
        self.stage.show(scene, frame)
        return scene

    def turn(self) -> None:
        """One turn of Kivy's loop."""
        self._loop.idle()

    def save(self, path: Path) -> None:
        """The picture as it is about to be flipped."""
        kept: list[bytes] = []

        def keep(_window: object) -> None:
            kept.append(self._pixels())

        self._window.bind(on_flip=keep)
        self._window.canvas.ask_update()
        self.turn()
        self._window.unbind(on_flip=keep)
        self._write(kept[-1], path)

    def _pixels(self) -> bytes:
        from kivy.graphics.opengl import GL_RGB, GL_UNSIGNED_BYTE, glReadPixels

        assert self._page is not None
        size = self._page.width_px, self._page.height_px
        return bytes(glReadPixels(0, 0, *size, GL_RGB, GL_UNSIGNED_BYTE))

    def _write(self, pixels: bytes, path: Path) -> None:
        from PIL import Image
        from PIL.Image import Transpose

        assert self._page is not None
        size = self._page.width_px, self._page.height_px
        picture = Image.frombytes("RGB", size, pixels).transpose(Transpose.FLIP_TOP_BOTTOM)
        path.parent.mkdir(parents=True, exist_ok=True)
        picture.save(path)
