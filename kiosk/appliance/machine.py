"""The machine that is set up: its own root, or a folder that stands in for it."""

import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

Words = tuple[str, ...]


class ApplianceProblem(Exception):
    """The text says what cannot be done, and what to do instead."""


class Machine:
    """Where everything lies. Below another root nothing is started, stopped or fetched from Debian.

    Owner: the command's only thread.
    """

    def __init__(self, root: Path = Path("/")) -> None:
        self.root = root.absolute()
        self.live = self.root == Path("/")
        self.versions = self.root / "opt/muontra"
        self.current = self.versions / "current"
        self.previous = self.versions / "previous"
        self.commands = self.root / "usr/local/bin"
        self.configurations = self.root / "etc/muontra"
        self.states = self.root / "var/lib/muontra"
        self.units = self.root / "etc/systemd/system"

    def run(self, words: Words) -> None:
        """Raises ApplianceProblem with what the program said."""
        try:
            done = subprocess.run(words, capture_output=True, text=True, check=False, cwd="/")
        except FileNotFoundError:
            raise ApplianceProblem(f"{words[0]} is missing; install it and repeat.") from None
        if done.returncode:
            said = (done.stderr.strip() or done.stdout.strip())[-2000:]
            raise ApplianceProblem(f"`{' '.join(words)}` failed: {said}\nMend it and repeat.")

    def succeeds(self, words: Words) -> bool:
        """Whether a question to the system is answered with yes."""
        return subprocess.run(words, capture_output=True, check=False, cwd="/").returncode == 0

    def answer(self, words: Words) -> str:
        """What a question to the system is answered with."""
        asked = subprocess.run(words, capture_output=True, text=True, check=False, cwd="/")
        return asked.stdout.strip()

    def systemctl(self, *words: str) -> Words:
        """For this root."""
        return ("systemctl", *(() if self.live else (f"--root={self.root}",)), *words)

    def at_root(self, program: str, *words: str) -> Words:
        """One of systemd's programs that work below any root."""
        return (program, f"--root={self.root}", *words)

    def user(self, name: str) -> tuple[int, int] | None:
        """User and group number of a user of this machine."""
        for fields in self._lines_of("passwd"):
            if fields[0] == name and len(fields) > 3:
                return int(fields[2]), int(fields[3])
        return None

    def known_names(self) -> set[str]:
        """All users and groups of this machine."""
        return {fields[0] for kind in ("passwd", "group") for fields in self._lines_of(kind)}

    def _lines_of(self, kind: str) -> list[list[str]]:
        path = self.root / "etc" / kind
        lines = path.read_text("utf-8").splitlines() if path.exists() else []
        return [line.split(":") for line in lines]


def must_be_root() -> None:
    """Raises ApplianceProblem for anybody else."""
    if os.geteuid() != 0:
        raise ApplianceProblem("Only root may change this machine: use sudo, or --dry-run to look.")


def python_words(*words: str) -> Words:
    """The Python that runs now."""
    return (sys.executable, *words)


def write_whole(path: Path, content: str, mode: int = 0o644) -> None:
    """The new file or the old one, never a part of it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.new")
    draft.write_text(content, "utf-8")
    draft.chmod(mode)
    draft.replace(path)


def point(link: Path, target: str) -> None:
    """A symbolic link, from the old target to the new one in one step."""
    link.parent.mkdir(parents=True, exist_ok=True)
    draft = link.with_name(f".{link.name}.new")
    draft.unlink(missing_ok=True)
    draft.symlink_to(target)
    draft.replace(link)


def points_to(link: Path) -> str:
    """Its target, empty when there is no such link."""
    return os.readlink(link) if link.is_symlink() else ""  # noqa: PTH115 - the words of the link


def remove(paths: Sequence[Path]) -> None:
    """Files, links and folders; what is not there is gone already."""
    for path in paths:
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path)
        else:
            path.unlink(missing_ok=True)
