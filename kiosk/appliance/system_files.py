"""What a version lays on the machine: units, users, folders, limits, rules; all named muontra."""

import subprocess
from collections.abc import Iterator
from pathlib import Path

from kiosk.appliance.machine import ApplianceProblem, Machine, Words, write_whole
from kiosk.appliance.steps import Step, gone
from kiosk.appliance.udev import loaded_drivers, rules
from kiosk.appliance.versions import Versions

PLACES: tuple[tuple[str, str], ...] = (
    # end of a file's name in `systemd`, where it goes
    (".service", "etc/systemd/system/{}.service"),
    (".sysusers.conf", "etc/sysusers.d/{}.conf"),
    (".tmpfiles.conf", "etc/tmpfiles.d/{}.conf"),
    (".journald.conf", "etc/systemd/journald.conf.d/{}.conf"),
    (".modprobe.conf", "etc/modprobe.d/{}.conf"),
)
RULES = "etc/udev/rules.d/69-muontra.rules"

RELOADS: tuple[tuple[str, Words], ...] = (
    ("systemd reads its units again", ("systemctl", "daemon-reload")),
    ("the journal keeps to its limits", ("systemctl", "restart", "systemd-journald")),
    ("udev reads its rules again", ("udevadm", "control", "--reload")),
    ("udev names what is plugged in", ("udevadm", "trigger", "--settle")),
)


class SystemFiles:
    """The files of one version, as wanted on this machine."""

    def __init__(self, machine: Machine, versions: Versions) -> None:
        self._machine = machine
        self._versions = versions

    def laying(self, version: str) -> Iterator[Step]:
        """The files of this version and of no other. Read when the step is done, not before."""
        wanted = self._wanted_of(version)
        for name in wanted:
            yield self._file(version, name)
        for path in self.laid():
            if str(path.relative_to(self._machine.root)) not in wanted:
                yield gone(path)

    def laid(self) -> list[Path]:
        """What lies there of any version."""
        root = self._machine.root
        places = [place.format("muontra*") for _, place in PLACES]
        found = [path for place in places for path in root.glob(place)]
        return sorted([*found, *root.glob(RULES)])

    def applying(self) -> Iterator[Step]:
        """Users and folders exist; a running system reads again what was laid."""
        machine = self._machine
        yield Step(
            "users of the units",
            self._users_are_there,
            run=(machine.at_root("systemd-sysusers"),),
        )
        yield Step(
            "folders of the units",
            self._folders_are_there,
            run=(machine.at_root("systemd-tmpfiles", "--create", "muontra.conf"),),
        )
        if machine.live:
            for what, words in RELOADS:
                yield Step(what, run=(words,))

    def _named_in(self, name: str) -> set[str]:
        """The second word of each line: a user, a group, a folder."""
        path = self._machine.root / name
        lines = path.read_text("utf-8").splitlines() if path.exists() else ()
        return {line.split()[1] for line in lines if line.strip() and not line.startswith("#")}

    def _users_are_there(self) -> bool:
        names = self._named_in("etc/sysusers.d/muontra.conf")
        return bool(names) and names <= self._machine.known_names()

    def _folders_are_there(self) -> bool:
        folders = self._named_in("etc/tmpfiles.d/muontra.conf")
        places = [self._machine.root / each.lstrip("/") for each in folders]
        return bool(places) and all(place.exists() for place in places)

    def _wanted_of(self, version: str) -> dict[str, Path | None]:
        """Place below the root: file of the version; None for what is made from its drivers."""
        package = self._versions.package(version) / "systemd"
        wanted: dict[str, Path | None] = {RULES: None}
        for path in sorted(package.iterdir()):
            for end, place in PLACES:
                if path.name.endswith(end):
                    wanted[place.format(path.name.removesuffix(end))] = path
        return wanted

    def _file(self, version: str, name: str) -> Step:
        path = self._machine.root / name

        def content() -> str:
            source = self._wanted_of(version)[name]
            return self._rules_of(version) if source is None else source.read_text("utf-8")

        return Step(
            str(path),
            lambda: path.exists() and path.read_text("utf-8") == content(),
            lambda: write_whole(path, content()),
        )

    def _rules_of(self, version: str) -> str:
        """Its own drivers know; ours answer while it is not there yet."""
        if not self._versions.is_complete(version):
            return rules(loaded_drivers())
        words = self._versions.ask(version, "kiosk.appliance.udev")
        asked = subprocess.run(words, capture_output=True, text=True, check=False, cwd="/")
        if asked.returncode:
            raise ApplianceProblem(f"muontra {version} cannot say its rules: {asked.stderr[-500:]}")
        return asked.stdout
