"""The kiosk's own window, to be measured, as a process. Tells JSON lines.

Its station is scripted, and imports the real station's code as the kiosk does.
"""

import sys
import threading
from collections.abc import Callable, Iterator
from importlib import import_module
from pathlib import Path
from time import perf_counter
from typing import Any

from msgspec.structs import replace

from kiosk.intents import FrameDrawn, Intent
from kiosk.views import BorrowView, Frame, LineState, PadPicture
from tests.benchmarks.empty_child import BOOKS, PAUSE_SECONDS, SIZE, tell, tell_flips
from tests.screen import moments
from ui.kiosk_app import open_window
from ui.page import page_for

_NEVER = threading.Event()


class ScriptedStation:
    """Shows the start screen; at the first line of input, a borrow of ten, frame by frame."""

    problem: Exception | None = None

    def __init__(self) -> None:
        import_module("kiosk.station")
        self._published: dict[int, float] = {}
        self._drawn = threading.Event()

    def start(self, publish: Callable[[Frame], None]) -> None:
        """Publish the start screen, then wait for the script to begin."""
        self._publish = publish
        self._show(moments.frame(moments.START, "vi", 1))
        threading.Thread(target=self._follow, daemon=True).start()

    def submit(self, intent: Intent) -> None:
        """Tell how long the frame took from its publication to its flip."""
        if isinstance(intent, FrameDrawn):
            began = self._published[intent.number]
            tell("drawn", number=intent.number, seconds=perf_counter() - began)
            self._drawn.set()

    def stop(self) -> None:
        """Nothing runs."""

    def _show(self, frame: Frame) -> None:
        self._drawn.clear()
        self._published[frame.number] = perf_counter()
        self._publish(frame)

    def _follow(self) -> None:
        sys.stdin.readline()
        for number, view in enumerate(borrow_of_ten(), 2):
            self._show(Frame(number, view, True, "vi"))
            self._drawn.wait(5)
            _NEVER.wait(PAUSE_SECONDS)
        tell("finished")


def borrow_of_ten() -> Iterator[BorrowView]:
    """Ten books laid down one after the other, each asked, released, done."""
    states = (LineState.SEEN, LineState.ASKING, LineState.RELEASING, LineState.DONE)
    ready = moments.borrowed(BOOKS)
    for n in range(1, BOOKS + 1):
        for state in states:
            lines = (*ready[: n - 1], replace(ready[n - 1], state=state))
            pad = PadPicture(tuple(line.key for line in lines))
            busy = state is not LineState.DONE
            yield BorrowView(moments.NAME, pad, lines, None, n - busy, busy=busy)


def kiosk(home: Path) -> None:
    """The kiosk's own window; our callbacks on its thread are timed."""
    said = moments.LIBRARY, "vi"
    window = open_window(home, page_for(*SIZE), said, ScriptedStation, fullscreen=False)
    from kivy.core.window import Window

    tell_flips(Window)
    _time_callbacks(window)
    window.run()


def _time_callbacks(window: Any) -> None:  # noqa: ANN401 (Kivy has no types)
    deliver = window.bridge.deliver

    def timed() -> None:
        began = perf_counter()
        deliver()
        tell("callback", seconds=perf_counter() - began)

    window.bridge.deliver = timed


if __name__ == "__main__":
    sys.modules["numpy"] = None  # type: ignore[assignment] # as in empty_child.py
    kiosk(Path(sys.argv[1]))
