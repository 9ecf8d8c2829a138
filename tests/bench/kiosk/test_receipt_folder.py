"""Saved receipts on a real folder."""

import os
from datetime import datetime, timedelta
from pathlib import Path

from kiosk.receipts.folder import save_receipt

NOW = datetime(2026, 11, 18, 9, 24).astimezone()


def test_a_receipt_can_be_read_by_the_station_alone(tmp_path: Path) -> None:
    save_receipt(tmp_path / "receipts", ("Đã mượn", "Mùa mận trên bản Cao"), NOW)
    (path,) = (tmp_path / "receipts").iterdir()
    assert path.read_text(encoding="utf-8") == "Đã mượn\nMùa mận trên bản Cao\n"
    assert path.stat().st_mode & 0o777 == 0o600


def test_receipts_of_yesterday_are_gone(tmp_path: Path) -> None:
    save_receipt(tmp_path, ("old",), NOW - timedelta(days=2))
    (old,) = tmp_path.iterdir()
    past = (NOW - timedelta(days=2)).timestamp()
    os.utime(old, (past, past))
    save_receipt(tmp_path, ("new",), NOW)
    assert [path.read_text(encoding="utf-8") for path in tmp_path.iterdir()] == ["new\n"]


def test_a_folder_that_cannot_be_written_holds_nothing_up(tmp_path: Path) -> None:
    blocked = tmp_path / "receipts"
    blocked.write_text("a file where the folder should be")
    save_receipt(blocked, ("lost",), NOW)
    assert blocked.is_file()
