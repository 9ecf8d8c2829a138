"""The real window with a scripted station, as a process of its own.

Reads names of moments from standard input and publishes them; writes one JSON line for each
intent, each flip and each start. Ends by a signal, as the kiosk does.
"""

import gc
import json
import sys
import threading
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from msgspec.structs import asdict, replace

from kiosk.intents import ChooseLanguage, Intent
from kiosk.views import Frame
from tests.screen import moments
from ui.kivy_setup import prepare_kivy
from ui.page import page_for
from ui.theme import ThemeName


class ScriptedStation:
    """Publishes what it is told; every intent becomes a line of output."""

    problem: Exception | None = None

    def __init__(self) -> None:
        self._number = 0
        self._language = "vi"
        self._publish: Callable[[Frame], None] = lambda _frame: None
        self._shown = "start"

    def start(self, publish: Callable[[Frame], None]) -> None:
        """Show the start screen, then follow the script."""
        self._publish = publish
        tell("started")
        self.show("start")
        threading.Thread(target=self._follow, daemon=True).start()

    def show(self, name: str) -> None:
        """Publish a moment under the next number."""
        self._shown = name
        self._number += 1
        self._publish(replace(moments.moments(self._language)[name], number=self._number))

    def submit(self, intent: Intent) -> None:
        """Tell it; a language is taken at once."""
        tell("intent", name=type(intent).__name__, **asdict(intent))
        if isinstance(intent, ChooseLanguage):
            self._language = intent.language
            self.show(self._shown)

    def stop(self) -> None:
        """Tell that it ended in order."""
        tell("stopped", collects=gc.isenabled())

    def _follow(self) -> None:
        for line in sys.stdin:
            if line.startswith("!"):
                self.problem = RuntimeError(line.strip())
            else:
                self.show(line.strip())


def tell(event: str, **values: object) -> None:
    """One JSON line."""
    print(json.dumps({"event": event, **values}), flush=True)


def main(home: str, size: str, theme: str = "light", percent: str = "100") -> None:
    """Open the window and run until a signal."""
    gc.disable()  # as the kiosk's program does
    width, height = (int(part) for part in size.split("x"))
    page = page_for(
        width, height, theme_name=ThemeName(theme), type_percent=int(percent), motion=True
    )
    prepare_kivy(Path(home), page, fullscreen=False)
    from kivy.core.window import Window

    from ui.window import KioskWindow

    Window.bind(on_flip=lambda _window: tell("flip"))
    KioskWindow(
        page,
        moments.LIBRARY,
        "vi",
        ScriptedStation,
        sounds=Path(home) / "sounds",
        closable=False,
        now=lambda: datetime.now().astimezone(),
    ).run()


if __name__ == "__main__":
    main(*sys.argv[1:])
