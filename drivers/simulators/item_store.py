"""The bench's memory on disk: a killed bench loses no tag write and no book on a pad.

A journal of JSON lines, one whole item each; the last line of a name counts. Lines are handed to
the system before a reader answers, so they outlive the process; they need not outlive the machine.
"""

import os
from collections.abc import Iterable, Mapping
from pathlib import Path
from threading import Lock

import msgspec
from msgspec import Struct

from drivers.simulators.bench_protocol import BenchItem


class KeptItem(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An item with its tag as it is now, and the pad it lies on."""

    item: BenchItem
    pad: str | None = None


class ItemStore:
    """Any thread may keep items."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = Lock()
        self._file: int | None = None

    def open(self, shelf: Iterable[BenchItem]) -> Mapping[str, KeptItem]:
        """All items: those of the shelf, as they were last kept. The journal starts anew."""
        kept = {item.name: KeptItem(item=item) for item in shelf} | self._read()
        fresh = self._path.with_suffix(".new")
        fresh.write_bytes(b"".join(_line(item) for item in kept.values()))
        fresh.replace(self._path)
        self._file = os.open(self._path, os.O_WRONLY | os.O_APPEND | os.O_CLOEXEC)
        return kept

    def keep(self, item: KeptItem) -> None:
        """Returns when the line would survive the end of this process."""
        with self._lock:
            if self._file is not None:
                os.write(self._file, _line(item))

    def close(self) -> None:
        with self._lock:
            if self._file is not None:
                os.close(self._file)
                self._file = None

    def _read(self) -> dict[str, KeptItem]:
        """A last line that was cut off by the end of the process was never acted upon."""
        if not self._path.exists():
            return {}
        whole = self._path.read_bytes().rpartition(b"\n")[0].splitlines()
        items = (msgspec.json.decode(line, type=KeptItem) for line in whole)
        return {kept.item.name: kept for kept in items}


def _line(kept: KeptItem) -> bytes:
    return msgspec.json.encode(kept) + b"\n"
