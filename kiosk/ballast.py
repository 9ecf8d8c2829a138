"""A file that only takes room, given up on a full disk so that what must go on can go on.

On a full disk even deleting fails, for it is written as well (docs/architecture.md, "Full disk").
"""

import os
from pathlib import Path


class Ballast:
    """`size` bytes beside the station's database. Owner: the owner of the store."""

    def __init__(self, folder: Path, size: int) -> None:
        self._path = folder / "ballast"
        self._size = size

    @property
    def lies(self) -> bool:
        """Whole: one that was cut while it was laid gives nothing back when it is given up."""
        try:
            return self._path.stat().st_blocks * 512 >= self._size
        except FileNotFoundError:
            return False

    def lay(self, free_bytes: int) -> bool:
        """Lay it when the disk has room for it twice; True if it lies there."""
        if self.lies:
            return True
        self._path.unlink(missing_ok=True)
        if free_bytes < 2 * self._size:
            return False
        try:
            with self._path.open("wb") as ballast:
                os.posix_fallocate(ballast.fileno(), 0, self._size)
        except OSError:  # somebody else took the room in the meantime
            self._path.unlink(missing_ok=True)
        return self.lies

    def give_up(self) -> bool:
        """True when there was one."""
        lay_there = self._path.exists()
        self._path.unlink(missing_ok=True)
        return lay_there
