"""What truly stood on the screen, one JSON line a frame, for demos and tests.

The line is written after the flip and before the station hears of it, so the file is a witness
that does not depend on the station. It names no digits that were typed.
"""

from pathlib import Path

import msgspec

from kiosk.views import Frame
from ui.page import Page
from ui.screens.scene import LocalAct, Target


class Spot(msgspec.Struct, frozen=True):
    """The middle of a button in pixels from the top left, and the intent that it means."""

    does: str
    x: float
    y: float


class Entry(msgspec.Struct, frozen=True):
    """One drawn frame."""

    kind: str
    frame: Frame
    targets: tuple[Spot, ...]


class Diary:
    """Appends to a file. Owner: the main thread."""

    def __init__(self, path: Path, page: Page) -> None:
        self._file = path.open("ab", buffering=0)
        self._page = page

    def note(self, frame: Frame, targets: list[Target]) -> None:
        """This frame stands on the screen, with these things to touch."""
        spots = tuple(self._spot(target) for target in targets)
        entry = Entry(type(frame.view).__name__, frame, spots)
        self._file.write(msgspec.json.encode(entry) + b"\n")

    def close(self) -> None:
        """Nothing more is drawn."""
        self._file.close()

    def _spot(self, target: Target) -> Spot:
        act, box, scale = target.act, target.box, self._page.px_per_mm
        does = f"{act.kind}{act.value}" if isinstance(act, LocalAct) else type(act).__name__
        return Spot(does, (box.x + box.w / 2) * scale, (box.y + box.h / 2) * scale)
