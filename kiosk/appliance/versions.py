"""Versions side by side: /opt/muontra/VERSION each, `current` and `previous` pointing to two."""

import json
import re
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from hashlib import sha256
from pathlib import Path
from zipfile import BadZipFile, ZipFile

from kiosk.appliance.machine import (
    ApplianceProblem,
    Machine,
    Words,
    point,
    points_to,
    python_words,
    remove,
    write_whole,
)
from kiosk.appliance.steps import Step, gone

NAME = re.compile(r"muontra-(?P<version>[0-9][A-Za-z0-9.!_]*(\+[A-Za-z0-9.]+)?)-py3-none-any\.whl")
COMPLETE = "muontra.json"
"""Written last into a version's folder: the sum of the wheel that it was made from."""

PACKAGES = f"lib/python{sys.version_info.major}.{sys.version_info.minor}/site-packages"
PIP = ("-m", "pip", "--quiet", "--disable-pip-version-check")
READY_MADE = ("--no-build-isolation", "--only-binary=:all:", "--no-binary=pydes")
"""Nothing is compiled here; pydes alone, pure Python, is published as source."""

COMMANDS = ("muontra", "muontra-service")


@dataclass(frozen=True, slots=True)
class Wheel:
    """A file that holds one version of muontra."""

    path: Path
    version: str
    sum: str


def wheel_at(path: Path) -> Wheel:
    """Raises ApplianceProblem when this is no wheel of muontra."""
    named = NAME.fullmatch(path.name)
    try:
        if named is None:
            raise ApplianceProblem(f"{path.name} is no wheel of muontra, as muontra-1.2.0-….whl.")
        with ZipFile(path) as archive:
            if "kiosk/appliance/runtime.txt" not in archive.namelist():
                raise ApplianceProblem(f"{path} lacks its list of packages; build it again.")
        return Wheel(path.absolute(), named["version"], sha256(path.read_bytes()).hexdigest())
    except OSError as problem:
        raise ApplianceProblem(f"{path}: {problem.strerror}.") from None
    except BadZipFile:
        raise ApplianceProblem(f"{path} is damaged; copy it again.") from None


class Versions:
    """What lies in /opt/muontra."""

    def __init__(self, machine: Machine) -> None:
        self._machine = machine

    @property
    def current(self) -> str:
        """The version that is in use, or empty."""
        return points_to(self._machine.current)

    @property
    def previous(self) -> str:
        """The version that was in use before, or empty."""
        return points_to(self._machine.previous)

    def folder(self, version: str) -> Path:
        return self._machine.versions / version

    def package(self, version: str) -> Path:
        """The part of a version that is laid on the machine; ours, while it is not there yet."""
        there = self.folder(version).glob("lib/python3.*/site-packages/kiosk/appliance")
        return next(there, Path(__file__).parent)

    def is_complete(self, version: str) -> bool:
        """Whether it can be used."""
        return (self.folder(version) / COMPLETE).exists()

    def ask(self, version: str, module: str, *words: str) -> Words:
        """The words that start a module of another version, whatever the present folder."""
        return (str(self.folder(version) / "bin/python"), "-P", "-m", module, *words)

    def making(self, wheel: Wheel, find_links: Path | None) -> Iterator[Step]:
        """Beside the others; nothing that runs is touched.

        Raises ApplianceProblem when another wheel of the same version lies there.
        """
        folder = self.folder(wheel.version)
        if self.is_complete(wheel.version) and self._made_from(folder) != wheel.sum:
            raise ApplianceProblem(
                f"{folder} was made from another wheel of the same version."
                " Give the new wheel a version of its own."
            )

        done = partial(self.is_complete, wheel.version)
        yield Step(
            f"virtual environment {folder}",
            done,
            run=(python_words("-m", "venv", "--without-pip", "--clear", str(folder)),),
        )
        yield Step(
            f"muontra {wheel.version} and the packages pinned in it",
            done,
            run=tuple(_installing(folder, wheel, find_links)),
        )
        yield Step("it starts", done, run=((str(folder / "bin/muontra"), "--help"),))
        yield Step(
            f"{folder} is complete",
            done,
            lambda: write_whole(folder / COMPLETE, json.dumps({"wheel": wheel.sum})),
        )

    def switching(self, version: str) -> Iterator[Step]:
        """From one moment to the next; what was in use is remembered."""
        before, machine = self.current, self._machine
        if before and before != version:
            yield Step(
                f"{before} is kept to go back to",
                lambda: self.previous == before,
                lambda: point(machine.previous, before),
            )
        yield Step(
            f"{version} is the version in use",
            lambda: self.current == version,
            lambda: point(machine.current, version),
        )

    def commands(self) -> Iterator[Step]:
        """What technicians type."""
        for name in COMMANDS:
            yield _link(self._machine.commands / name, f"/opt/muontra/current/bin/{name}")

    def forgetting(self, kept: Iterable[str]) -> Iterator[Step]:
        """All versions but these are only in the way of a small memory card."""
        for folder in sorted(self._machine.versions.glob("*")):
            if folder.is_dir() and not folder.is_symlink() and folder.name not in set(kept):
                yield gone(folder)

    def _made_from(self, folder: Path) -> str:
        return str(json.loads((folder / COMPLETE).read_text("utf-8")).get("wheel", ""))


def _installing(folder: Path, wheel: Wheel, find_links: Path | None) -> Iterator[Words]:
    """The wheel carries the list of all packages, with their sums; the pip that runs here works
    for the new version, which gets its own by the list.
    """
    pip = python_words(*PIP, f"--python={folder / 'bin/python'}", "install")
    source = () if find_links is None else ("--no-index", f"--find-links={find_links.absolute()}")
    pins = folder / PACKAGES / "kiosk/appliance"
    yield (*pip, "--no-deps", "--no-index", str(wheel.path))
    yield (*pip, *source, "--require-hashes", "-r", str(pins / "build.txt"))
    yield (*pip, *source, *READY_MADE, "--require-hashes", "-r", str(pins / "runtime.txt"))


def _link(link: Path, target: str) -> Step:
    return Step(
        f"{link} → {target}",
        lambda: points_to(link) == target,
        lambda: point(link, target),
        undo=lambda: remove([link]),
    )
