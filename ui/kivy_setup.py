"""Kivy's settings, made before Kivy is first imported: a kiosk has no console, no keys, no pointer.

Kivy keeps its own files in the station's state folder and writes no log of its own.
"""

import logging
import os
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ui.page import Page

NO_RULES = Path(__file__).with_name("no_rules")
"""Stands in for Kivy's data folder: its `style.kv` has no rules."""


def prepare_kivy(home: Path, page: "Page", *, fullscreen: bool, left: int = 0) -> None:
    """Set what must stand before the window opens; a window stands at the top, `left` pixels in."""
    os.environ.update(
        KIVY_IMAGE="sdl2",  # Pillow would be a second way to read the same pictures
        KIVY_CLOCK="free_all",  # a frame of the station need not wait for the next turn
    )
    set_up_kivy(home, (page.width_px, page.height_px), fullscreen=fullscreen, left=left)
    _skip_rules()


def set_up_kivy(home: Path, size: tuple[int, int], *, fullscreen: bool, left: int = 0) -> None:
    """The settings alone: Kivy still loads everything that it brings."""
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

    for section, settings in _settings(size, left, fullscreen=fullscreen).items():
        for key, value in settings.items():
            Config.set(section, key, value)
    for device, _ in Config.items("input"):
        if device != "mouse":  # SDL turns fingers into this pointer; a second source doubles them
            Config.remove_option("input", device)


def _skip_rules() -> None:
    """Kivy's rules are for widgets that no screen uses; reading them is a sixth of its start."""
    import kivy  # noqa: PLC0415 (as above)

    everything, kivy.kivy_data_dir = kivy.kivy_data_dir, str(NO_RULES)
    import kivy.lang.builder  # noqa: PLC0415 (reads the rules when it is imported)

    kivy.kivy_data_dir = everything


def _settings(size: tuple[int, int], left: int, *, fullscreen: bool) -> dict[str, dict[str, str]]:
    return {
        "kivy": {"exit_on_escape": "0", "pause_on_minimize": "0", "log_level": "critical"},
        "graphics": {
            "width": str(size[0]),
            "height": str(size[1]),
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
