"""The scripted kiosk as a process, touched through X events."""

import json
import os
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

from tests.waiting import eventually
from ui.page import Box, Page, page_for

SECONDS = 20.0
ROOT = Path(__file__).parents[2]


class KioskProcess:
    """Starts the window, publishes moments, collects what it tells."""

    def __init__(self, display: str, home: Path, page: Page) -> None:
        self._environment = os.environ | {"DISPLAY": display}
        self.page = page
        self.told: list[dict[str, Any]] = []
        size = f"{page.width_px}x{page.height_px}"
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tests.screen.scripted_kiosk", str(home), size],
            cwd=ROOT,
            env=self._environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        self._listener = threading.Thread(target=self._listen)
        self._listener.start()

    def _listen(self) -> None:
        assert self.process.stdout is not None
        with self.process.stdout as lines:
            for line in lines:
                self.told.append(json.loads(line))

    def wait_for(self, name: str, after: int = 0) -> dict[str, Any]:
        """The first intent of this name told after so many lines."""

        def found() -> dict[str, Any] | None:
            return next((t for t in self.told[after:] if t.get("name") == name), None)

        return eventually(found, SECONDS, name) or {}

    def wait_until_drawn(self, number: int) -> None:
        """Until the frame of this number stands on the screen."""
        eventually(lambda: number in self.drawn, SECONDS, f"frame {number}")

    @property
    def drawn(self) -> list[int]:
        """Numbers of the frames reported as drawn, in order."""
        return [told["number"] for told in self.told if told.get("name") == "FrameDrawn"]

    @property
    def flips(self) -> int:
        """How often the buffers were flipped."""
        return sum(told["event"] == "flip" for told in self.told)

    def say(self, line: str) -> None:
        """One line of the script."""
        assert self.process.stdin is not None
        print(line, file=self.process.stdin, flush=True)

    def show(self, moment: str) -> None:
        """Publish a moment and wait until it is drawn."""
        number = self.drawn[-1] + 1
        self.say(moment)
        self.wait_until_drawn(number)

    def touch(self, box: Box) -> None:
        """Touch the middle of a box with the pointer of the X server."""
        x, y = self.page.px(box.x + box.w / 2), self.page.px(box.y + box.h / 2)
        self.x("mousemove", str(x), str(y), "click", "1")

    def x(self, *command: str) -> None:
        """An X event."""
        subprocess.run(["xdotool", *command], env=self._environment, check=True, timeout=10)

    def end(self, seconds: float = SECONDS) -> tuple[int, str]:
        """End it in order; gives its exit code and what it complained of."""
        self.process.terminate()
        return self.finish(seconds)

    def finish(self, seconds: float = SECONDS) -> tuple[int, str]:
        """Wait for its end."""
        assert self.process.stdin is not None
        assert self.process.stderr is not None
        code = self.process.wait(seconds)
        self._listener.join()
        complaint = self.process.stderr.read()
        self.process.stderr.close()
        self.process.stdin.close()
        return code, complaint


def open_kiosk(display: str, home: Path, size: tuple[int, int] = (1280, 800)) -> KioskProcess:
    """A kiosk whose first frame is drawn."""
    kiosk = KioskProcess(display, home, page_for(*size))
    kiosk.wait_until_drawn(1)
    return kiosk
