"""One window to be measured, as a process: `bare`, `label` or `kiosk`. Tells JSON lines.

All three open with the same settings. `label` changes one label; `kiosk` is the kiosk's window
with a scripted station, which imports the real station's code as the kiosk does.
"""

import json
import sys
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime
from importlib import import_module
from pathlib import Path
from time import perf_counter
from typing import Any

from kiosk.intents import FrameDrawn, Intent
from kiosk.views import BorrowView, Frame, LineState, PadPicture
from tests.screen import moments
from ui.kivy_setup import prepare_kivy
from ui.page import page_for

SIZE = 1280, 800
BOOKS = 10
PAUSE_SECONDS = 0.05
_NEVER = threading.Event()


def tell(event: str, **values: object) -> None:
    """One JSON line."""
    print(json.dumps({"event": event, "at": perf_counter(), **values}), flush=True)


def bare(home: Path) -> None:
    """An empty window."""
    _empty_window(home, lambda _root: None)


def label(home: Path) -> None:
    """A window with one label, which changes at each line of standard input."""

    def with_label(root: Any) -> None:  # noqa: ANN401 (Kivy has no types)
        from kivy.clock import Clock
        from kivy.core.window import Window
        from kivy.uix.label import Label

        text = Label(text="0", pos=(100, 100))
        root.add_widget(text)
        changed: list[float] = []

        def change(number: int) -> None:
            changed.append(perf_counter())
            Clock.schedule_once(lambda _dt: setattr(text, "text", f"Bếp lửa nhà sàn {number}"))

        flip = Window.flip

        def flip_and_tell() -> None:
            flip()
            if changed:
                tell("drawn", seconds=perf_counter() - changed.pop())

        Window.flip = flip_and_tell

        def follow() -> None:
            sys.stdin.readline()
            for number in range(2 * BOOKS):
                _NEVER.wait(4 * PAUSE_SECONDS)
                change(number)
            tell("finished")

        threading.Thread(target=follow, daemon=True).start()

    _empty_window(home, with_label)


def _empty_window(home: Path, fill: Callable[[Any], None]) -> None:
    prepare_kivy(home, page_for(*SIZE), fullscreen=False)
    from kivy.base import runTouchApp
    from kivy.core.window import Window
    from kivy.uix.widget import Widget

    _tell_flips(Window)
    root = Widget()
    fill(root)
    runTouchApp(root)


def _tell_flips(window: Any) -> None:  # noqa: ANN401 (Kivy has no types)
    flip = window.flip

    def flip_and_tell() -> None:
        flip()
        tell("flip")

    window.flip = flip_and_tell


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
    page = page_for(*SIZE)
    prepare_kivy(home, page, fullscreen=False)
    from kivy.core.window import Window

    from ui.window import KioskWindow

    _tell_flips(Window)
    window = KioskWindow(
        page,
        moments.LIBRARY,
        "vi",
        ScriptedStation,
        sounds=home / "sounds",
        closable=True,
        now=lambda: datetime.now().astimezone(),
    )
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
    {"bare": bare, "label": label, "kiosk": kiosk}[sys.argv[1]](Path(sys.argv[2]))
