"""The baseline windows, as a process: `bare` or `label`. Tells JSON lines.

Kivy as it comes, with the kiosk's window settings and nothing of the kiosk's code. A station has
no numpy: where the development tools have brought it, Pillow would load it for its types alone.
"""

import json
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from time import perf_counter
from typing import Any

from ui.kivy_setup import set_up_kivy

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
    set_up_kivy(home, SIZE, fullscreen=False)
    from kivy.base import runTouchApp
    from kivy.core.window import Window
    from kivy.uix.widget import Widget

    tell_flips(Window)
    root = Widget()
    fill(root)
    runTouchApp(root)


def tell_flips(window: Any) -> None:  # noqa: ANN401 (Kivy has no types)
    flip = window.flip

    def flip_and_tell() -> None:
        flip()
        tell("flip")

    window.flip = flip_and_tell


if __name__ == "__main__":
    sys.modules["numpy"] = None  # type: ignore[assignment] # not to be found
    {"bare": bare, "label": label}[sys.argv[1]](Path(sys.argv[2]))
