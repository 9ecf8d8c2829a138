"""Files that technicians take away: whole or not at all."""

import os
from errno import ENOSPC
from pathlib import Path
from stat import S_IMODE

import pytest

from drivers.new_file import write_new_file


def test_a_file_that_a_full_disk_cut_off_does_not_stay(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_handle: int) -> None:
        raise OSError(ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space left"):
        write_new_file(tmp_path / "acts", b"one\ntwo\n")
    assert list(tmp_path.iterdir()) == []
    monkeypatch.undo()
    write_new_file(tmp_path / "acts", b"one\ntwo\n")
    assert (tmp_path / "acts").read_bytes() == b"one\ntwo\n"
    assert S_IMODE((tmp_path / "acts").stat().st_mode) == 0o600


def test_a_file_of_somebody_else_is_left_as_it_is(tmp_path: Path) -> None:
    (tmp_path / "acts").write_bytes(b"theirs")
    with pytest.raises(FileExistsError):
        write_new_file(tmp_path / "acts", b"ours")
    assert (tmp_path / "acts").read_bytes() == b"theirs"
