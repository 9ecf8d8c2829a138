"""Receipts as files, kept for one day: they name books beside a short name."""

from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path

KEPT_FOR = timedelta(days=1)


def save_receipt(folder: Path, lines: tuple[str, ...], at: datetime) -> None:
    """Write a receipt and drop old ones. A full disk loses it and never holds up a loan."""
    with suppress(OSError):
        folder.mkdir(exist_ok=True, mode=0o700)
        drop_old(folder, at)
        path = folder / at.strftime("%Y%m%d-%H%M%S-%f.txt")
        path.touch(mode=0o600)
        path.write_text("\n".join(lines) + "\n", encoding="utf-8")


def drop_old(folder: Path, now: datetime) -> None:
    """Remove receipts that were written more than KEPT_FOR ago."""
    latest = (now - KEPT_FOR).timestamp()
    for path in folder.glob("*.txt"):
        if path.stat().st_mtime < latest:
            path.unlink()
