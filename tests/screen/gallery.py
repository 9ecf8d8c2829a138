"""`make screenshots`: every screen in every size and language, with an index page.

Each panel is painted by a process of its own, as on a kiosk.
"""

import argparse
import html
import os
import subprocess
import sys
import tempfile
from pathlib import Path

from tests.screen import moments
from tests.screen.display import x_server
from ui.kivy_setup import prepare_kivy
from ui.page import Page, page_for
from ui.screens.local import Local
from ui.theme import ThemeName

FOLDER = Path("build") / "screenshots"
SIZES = ((1280, 800), (1024, 600), (1080, 1920))
LANGUAGES = ("vi", "en")
MAIN = ("start", "who", "borrow", "return", "account", "farewell", "still-there")
PROFILES = (
    (ThemeName.LIGHT, 100, None),
    (ThemeName.DARK, 100, MAIN),
    (ThemeName.LIGHT, 130, MAIN),
    (ThemeName.HIGH_CONTRAST, 170, MAIN),
)
DIGITS = {"who-number": "04271936", "who-pin": "258"}


def paint(width: int, height: int, folder: Path) -> None:
    """All pictures of one panel, in this process."""
    home = Path(tempfile.mkdtemp())
    prepare_kivy(home, page_for(width, height), fullscreen=False)
    from tests.screen.painted import Canvas

    canvas = Canvas()
    for theme, percent, names in PROFILES:
        page = page_for(width, height, theme_name=theme, type_percent=percent, motion=False)
        canvas.open(page)
        for language in LANGUAGES:
            for name, frame in moments.moments(language).items():
                if names is None or name in names:
                    local = Local(typed=DIGITS.get(name, ""))
                    canvas.show(frame, moments.LIBRARY, moments.NOW, local)
                    canvas.save(folder / name_of(page, language) / f"{name}.png")


def name_of(page: Page, language: str) -> str:
    """The folder of a profile."""
    size = f"{page.width_px}x{page.height_px}"
    return f"{size}-{language}-{page.theme_name}-{page.type_percent}"


def write_index(folder: Path) -> None:
    """One page with all pictures."""
    parts = ["<!doctype html><meta charset=utf-8><title>muontra</title><style>"]
    parts.append("body{font:16px sans-serif}figure{display:inline-block;margin:6px}")
    parts.append("img{height:300px;border:1px solid #ccc}</style>")
    for profile in sorted(path for path in folder.iterdir() if path.is_dir()):
        parts.append(f"<h2>{html.escape(profile.name)}</h2>")
        for picture in sorted(profile.glob("*.png")):
            link = f"{profile.name}/{picture.name}"
            parts.append(f'<figure><a href="{link}"><img src="{link}" loading=lazy></a>')
            parts.append(f"<figcaption>{html.escape(picture.stem)}</figcaption></figure>")
    (folder / "index.html").write_text("".join(parts), encoding="utf-8")


def main() -> None:
    """Paint all panels; each needs a window and so a process of its own."""
    parser = argparse.ArgumentParser(prog="make screenshots", description=__doc__)
    parser.add_argument("--panel", help="paint one panel only, on the present display: 1280x800")
    given = parser.parse_args()
    if given.panel:
        width, height = (int(part) for part in given.panel.split("x"))
        paint(width, height, FOLDER)
        return
    for width, height in SIZES:
        with x_server(width, height) as display:
            subprocess.run(
                [sys.executable, "-m", "tests.screen.gallery", "--panel", f"{width}x{height}"],
                env=os.environ | {"DISPLAY": display},
                check=True,
            )
    write_index(FOLDER)
    print(f"{sum(1 for _ in FOLDER.rglob('*.png'))} pictures: {FOLDER / 'index.html'}")


if __name__ == "__main__":
    main()
