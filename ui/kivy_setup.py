"""Kivy's settings, made before Kivy is first imported: a kiosk has no console, no keys, no pointer.

Kivy keeps its own files in the station's state folder and writes no log of its own.
"""

import logging
import os
from pathlib import Path

from ui.page import Page


def prepare_kivy(home: Path, page: Page, *, fullscreen: bool, left: int = 0) -> None:
    """Set what must stand before the window opens; a window stands at the top, `left` pixels in."""
    home.mkdir(parents=True, exist_ok=True)
    os.environ.update(
        KIVY_HOME=str(home),
        KIVY_NO_ARGS="1",
        KIVY_NO_FILELOG="1",
        KIVY_NO_CONSOLELOG="1",
        KIVY_NO_CONFIG="1",
        KIVY_LOG_MODE="PYTHON",
    )
    logging.getLogger("kivy").setLevel(logging.CRITICAL)
    from kivy.config import Config  # noqa: PLC0415 (reads the environment set above)

    for section, settings in _settings(page, left, fullscreen=fullscreen).items():
        for key, value in settings.items():
            Config.set(section, key, value)
    for device, _ in Config.items("input"):
        if device != "mouse":  # SDL turns fingers into this pointer; a second source doubles them
            Config.remove_option("input", device)


def _settings(page: Page, left: int, *, fullscreen: bool) -> dict[str, dict[str, str]]:
    return {
        "kivy": {"exit_on_escape": "0", "pause_on_minimize": "0", "log_level": "critical"},
        "graphics": {
            "width": str(page.width_px),
            "height": str(page.height_px),
            "fullscreen": "auto" if fullscreen else "0",
            "borderless": "1" if fullscreen else "0",
            "resizable": "0",
            "position": "auto" if fullscreen else "custom",
            "left": str(left),
            "top": "0",
            "show_cursor": "0" if fullscreen else "1",
            "multisamples": "0",  # drawings and texts have smooth edges already
            "allow_screensaver": "0",
        },
        "input": {"mouse": "mouse,disable_multitouch"},
    }
