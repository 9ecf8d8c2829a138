"""The kiosk's window and its loop: the first picture first, hardware and network after it.

Owner: the main thread; the station is opened by a thread of its own.
"""

import gc
import signal
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import datetime
from pathlib import Path
from threading import Event
from typing import Any, Protocol

from kivy.base import runTouchApp, stopTouchApp
from kivy.clock import Clock
from kivy.core.window import Window

from kiosk.intents import Intent
from kiosk.views import Frame
from ui.bridge import Bridge
from ui.chimes import Chimes
from ui.diary import Diary
from ui.page import Page
from ui.screen import KioskScreen
from ui.screens.scene import Act
from ui.theme import channels
from ui.warming import FIRST_VIEWS, LIKELY_VIEWS
from ui.widgets.stage import Stage

WATCH_SECONDS = 1.0
QUIET_AFTER_SECONDS = 1.0
WARMING_PAUSE_SECONDS = 0.02


class Station(Protocol):
    """What the window needs of a station."""

    def start(self, publish: Callable[[Frame], None]) -> None:
        """Start; frames come by `publish`."""
        ...

    def submit(self, intent: Intent) -> None:
        """Take what a person did."""
        ...

    def stop(self) -> None:
        """End the session and all threads."""
        ...

    @property
    def problem(self) -> Exception | None:
        """Why the station ended by itself, None while it runs."""
        ...


class KioskWindow:
    """One window, one station."""

    def __init__(
        self,
        page: Page,
        library: str,
        language: str,
        open_station: Callable[[], Station],
        *,
        sounds: Path,
        closable: bool,
        now: Callable[[], datetime],
        diary: Diary | None = None,
    ) -> None:
        self._open_station = open_station
        self._station: Station | None = None
        self._opening: Future[Station] | None = None
        self._opener = ThreadPoolExecutor(1, "station-opener")
        self._first_picture = Event()
        self._now = now
        self._diary = diary
        self._closable = closable
        self._failure: BaseException | None = None
        self._chimes = Chimes(sounds)
        stage = Stage(page, self._acted)
        self.screen = KioskScreen(stage, library, language, self._submit, now)
        deliver = Clock.create_trigger_free(lambda _dt: self._deliver())
        self.bridge = Bridge(self.screen.show, self._chimes.play, self._submit, deliver)
        self._stage = stage

    def run(self) -> None:
        """Run until a signal; raises what made the station fail."""
        Window.set_title("muontra")
        Window.clearcolor = (*channels(self._stage.page.theme.colours.ground), 1)
        Window.bind(on_request_close=lambda *_args, **_kwargs: not self._closable)
        self._wrap_flip()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda _number, _frame: self._stop())
        self.screen.refresh()
        self._next_minute()
        Clock.schedule_interval(lambda _dt: self._watch(), WATCH_SECONDS)
        Clock.schedule_once(lambda _dt: self._chimes.load(), QUIET_AFTER_SECONDS)
        Clock.schedule_once(
            lambda _dt: self._warm(self.screen.warm(LIKELY_VIEWS)), QUIET_AFTER_SECONDS
        )
        try:
            runTouchApp(self._stage)
        finally:
            self._close()
        if self._failure is not None:
            raise self._failure

    def _acted(self, act: Act | None) -> None:
        self.screen.acted(act)

    def _submit(self, intent: Intent) -> None:
        if self._station is not None:
            self._station.submit(intent)

    def _deliver(self) -> None:
        self.bridge.deliver()
        Window.canvas.ask_update()  # a frame that changes nothing is still reported as drawn

    def _wrap_flip(self) -> None:
        """`FrameDrawn` follows the real flip, not the drawing commands."""
        flip = Window.flip

        def flip_and_tell() -> None:
            self._begin_opening()
            try:
                flip()
            finally:
                self._first_picture.set()
            self._flipped()

        Window.flip = flip_and_tell

    def _begin_opening(self) -> None:
        """Once; its code is loaded while the first picture is on its way to the screen."""
        if self._opening is None:
            self._opening = self._opener.submit(self._open)
            Clock.schedule_once(lambda _dt: self._prepare_start())

    def _flipped(self) -> None:
        if self.bridge.drawing is not None and not gc.isenabled():
            gc.freeze()
            gc.enable()
        if self._diary is not None and self.bridge.drawing is not None:
            self._diary.note(self.bridge.drawing, self._stage.targets)
        self.bridge.flipped()

    def _prepare_start(self) -> None:
        """While the station opens: what it will most likely show first."""
        for _ in self.screen.warm(FIRST_VIEWS):
            pass

    def _open(self) -> Station:
        station = self._open_station()
        self._first_picture.wait()
        self._station = station
        station.start(self.bridge.publish)
        return station

    def _watch(self) -> None:
        """A station that failed ends the program, so that it is started again."""
        opening, station = self._opening, self._station
        if opening is not None and opening.done() and opening.exception() is not None:
            self._failure = opening.exception()
        elif station is not None and station.problem is not None:
            self._failure = station.problem
        if self._failure is not None:
            stopTouchApp()

    def _next_minute(self, _dt: Any = None) -> None:  # noqa: ANN401 (Kivy's own)
        self.screen.refresh()
        now = self._now()
        Clock.schedule_once(self._next_minute, 60.05 - now.second - now.microsecond / 1e6)

    def _warm(self, steps: Iterator[None]) -> None:
        for _ in steps:
            Clock.schedule_once(lambda _dt: self._warm(steps), WARMING_PAUSE_SECONDS)
            return

    def _stop(self) -> None:
        Clock.schedule_once(lambda _dt: stopTouchApp())

    def _close(self) -> None:
        self._opener.shutdown(wait=True)
        if self._station is not None and self._failure is None:
            self._station.stop()
        if self._diary is not None:
            self._diary.close()
