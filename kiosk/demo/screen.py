"""The kiosk's screen as the demo sees and touches it: drawn frames, X events, pictures."""

import os
import subprocess
from collections.abc import Callable
from pathlib import Path
from time import monotonic, sleep
from typing import Any

import msgspec
from PIL import ImageGrab

from kiosk.demo.programs import DemoFailed

TOUCHES = 5
TOUCH_SECONDS = 1.5


class Screen:
    """Reads what the kiosk says it has drawn, and touches it through the X server."""

    def __init__(self, display: str, drawn: Path, pictures: Path) -> None:
        self._display = display
        self._drawn = drawn
        self._pictures = pictures
        self._read = 0
        self._pictures_taken = 0
        self.frames: list[dict[str, Any]] = []

    @property
    def kind(self) -> str:
        """The view that stands there now."""
        return str(self.frames[-1]["kind"]) if self.frames else ""

    @property
    def view(self) -> dict[str, Any]:
        """Its contents."""
        view: dict[str, Any] = self.frames[-1]["frame"]["view"] if self.frames else {}
        return view

    @property
    def online(self) -> bool:
        """Whether the kiosk says that the service is there."""
        return bool(self.frames) and bool(self.frames[-1]["frame"]["online"])

    def look(self) -> None:
        """Take in what was drawn since the last look."""
        if not self._drawn.exists():
            return
        with self._drawn.open("rb") as log:
            log.seek(self._read)
            for line in log:
                if not line.endswith(b"\n"):
                    break
                self._read += len(line)
                self.frames.append(msgspec.json.decode(line))

    def wait(self, condition: Callable[["Screen"], object], what: str, seconds: float = 20) -> None:
        """Wait until the screen is so; raises DemoFailed."""
        deadline = monotonic() + seconds
        while True:
            self.look()
            if self.frames and condition(self):
                return
            if monotonic() > deadline:
                raise DemoFailed(f"the screen never showed {what}; it shows {self.kind}")
            sleep(0.01)

    def touch_until(self, intent: str, done: Callable[["Screen"], object], what: str) -> None:
        """Touch a button, again if need be: a screen takes no touch in its first moment."""
        for _ in range(TOUCHES):
            self._touch(intent)
            if self._comes(done, TOUCH_SECONDS):
                return
        raise DemoFailed(f"{intent} was touched, the screen never showed {what}")

    def _comes(self, condition: Callable[["Screen"], object], seconds: float) -> bool:
        try:
            self.wait(condition, "", seconds)
        except DemoFailed:
            return False
        return True

    def _touch(self, intent: str) -> None:
        self.wait(lambda screen: screen.target(intent) is not None, f"a button for {intent}")
        target = self.target(intent) or (0, 0)
        words = ["xdotool", "mousemove", *map(str, target), "click", "1"]
        subprocess.run(words, check=True, env=os.environ | {"DISPLAY": self._display})

    def target(self, intent: str) -> tuple[int, int] | None:
        """The middle of a button in pixels, None when it is not there."""
        for target in self.frames[-1]["targets"]:
            if target["does"] == intent:
                return round(target["x"]), round(target["y"])
        return None

    def states(self) -> dict[str, str]:
        """Line states by accession number."""
        return {line["accession"]: line["state"] for line in self.view.get("lines", ())}

    def picture(self, name: str) -> Path:
        """Keep what stands on the screen."""
        self._pictures_taken += 1
        path = self._pictures / f"{self._pictures_taken:02d}-{name}.png"
        ImageGrab.grab(xdisplay=self._display).save(path)
        return path
