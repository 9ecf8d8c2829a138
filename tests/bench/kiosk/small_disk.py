"""A disk of a few megabytes that can be filled: a file with ext4 in it, or memory."""

import subprocess
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from errno import ENOSPC
from pathlib import Path

import pytest

MIB = 1 << 20


@contextmanager
def mounted(folder: Path, *command: str) -> Iterator[Path]:
    """Skips the test, and says why, where nothing can be mounted."""
    place = folder / "disk"
    place.mkdir()
    tried = subprocess.run([*command, str(place)], capture_output=True, text=True, check=False)
    if tried.returncode:
        pytest.skip(f"a small disk cannot be mounted here: {tried.stderr.strip()}")
    try:
        yield place
    finally:
        subprocess.run(["umount", "--lazy", str(place)], check=True)


@contextmanager
def ext4_disk(folder: Path) -> Iterator[Path]:
    image = folder / "disk.img"
    image.write_bytes(bytes(12 * MIB))
    subprocess.run(["mkfs.ext4", "-q", "-m", "0", str(image)], check=True)
    with mounted(folder, "mount", "-o", "loop", str(image)) as place:
        yield place


@contextmanager
def memory_disk(folder: Path) -> Iterator[Path]:
    with mounted(folder, "mount", "-t", "tmpfs", "-o", "size=4m", "tmpfs") as place:
        yield place


DISKS: dict[str, Callable[[Path], AbstractContextManager[Path]]] = {
    "ext4": ext4_disk,
    "tmpfs": memory_disk,
}


def fill(place: Path) -> Path:
    """Take all room that is left, to the last byte."""
    filler = place / "filler"
    with filler.open("ab", buffering=0) as file:
        for size in (MIB, 4096, 512, 1):
            try:
                while file.write(bytes(size)):
                    pass
            except OSError as problem:
                assert problem.errno == ENOSPC  # noqa: PT017 - it is what ends the loop
    return filler
