"""Install, upgrade, go back, uninstall: each a plan of steps, made while it is carried out."""

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from kiosk.appliance.instances import Instances
from kiosk.appliance.machine import ApplianceProblem, Machine
from kiosk.appliance.roles import ROLES, Instance
from kiosk.appliance.steps import Step, Tell, carry_out, gone, take_back
from kiosk.appliance.system_files import SystemFiles
from kiosk.appliance.versions import Versions, Wheel

ALWAYS = ("python3-venv",)
APT_INSTALL = ("apt-get", "install", "-qq", "--yes", "--no-install-recommends")


class Appliance:
    """A machine with its versions, files and instances."""

    def __init__(self, machine: Machine, tell: Tell, *, dry_run: bool = False) -> None:
        self.machine = machine
        self.versions = Versions(machine)
        self.files = SystemFiles(machine, self.versions)
        self.instances = Instances(machine)
        self._tell = tell
        self._dry_run = dry_run

    def install(self, instance: Instance, wheel: Wheel | None, find_links: Path | None) -> None:
        """From a bare system, or one more instance; what is there already stays as it is.

        Raises ApplianceProblem.
        """
        current = self.versions.current
        if wheel is None and not current:
            raise ApplianceProblem("No version of muontra is here yet: name its --wheel FILE.")
        if wheel is not None and current not in {"", wheel.version}:
            raise ApplianceProblem(
                f"Version {current} is in use: `muontra upgrade --wheel {wheel.path}` changes it."
            )
        self._carry_out(self._installing(instance, wheel, find_links))

    def upgrade(self, wheel: Wheel, find_links: Path | None) -> None:
        """Raises ApplianceProblem; then everything runs as it did before."""
        if not self.versions.current:
            raise ApplianceProblem("Nothing is installed yet: `muontra install` comes first.")
        self._carry_out(self.versions.making(wheel, find_links))
        self._change_to(wheel.version)

    def back(self) -> None:
        """To the version in use before; raises ApplianceProblem as `upgrade` does."""
        previous = self.versions.previous
        if not previous or not self.versions.is_complete(previous):
            raise ApplianceProblem("There is no earlier version to go back to.")
        self._change_to(previous)

    def uninstall(self, *, purge: bool) -> None:
        """Configurations and states stay, unless everything is to go.

        Raises ApplianceProblem when that would lose acts that the service has not.
        """
        if purge:
            with self._resting():
                self._nothing_waits()
        version = self.versions.current
        for instance in self.instances.everything():
            take_back(self.instances.making(instance), self._tell, dry_run=self._dry_run)
        if version:
            take_back(self.versions.commands(), self._tell, dry_run=self._dry_run)
        self._carry_out(self._removing(purge=purge))

    def _installing(
        self, instance: Instance, wheel: Wheel | None, find_links: Path | None
    ) -> Iterator[Step]:
        yield from self._debian(instance)
        version = self.versions.current
        if wheel is not None:
            version = wheel.version
            yield from self.versions.making(wheel, find_links)
            yield from self.versions.switching(version)
        yield from self.versions.commands()
        yield from self.files.laying(version)
        yield from self.files.applying()
        yield from self.instances.making(instance)

    def _debian(self, instance: Instance) -> Iterator[Step]:
        """What the role needs of the system; not below another root."""
        packages = (*ALWAYS, *ROLES[instance.role].packages)
        if self.machine.live:
            yield Step(
                f"Debian packages {' '.join(packages)}",
                lambda: self.machine.succeeds(("dpkg", "--status", *packages)),
                run=(("apt-get", "update", "-qq"), (*APT_INSTALL, *packages)),
            )

    def _change_to(self, version: str) -> None:
        """Stations rest while they are looked at: nothing is added to their acts meanwhile."""
        leaving = self.versions.current
        kept = leaving if leaving != version else self.versions.previous
        with self._resting():
            self._check(version)
            self._carry_out(self._changing(version))
        self._carry_out(self.versions.forgetting({kept, version}))

    def _changing(self, version: str) -> Iterator[Step]:
        yield from self.versions.switching(version)
        yield from self.versions.commands()
        yield from self.files.laying(version)
        yield from self.files.applying()

    @contextmanager
    def _resting(self) -> Iterator[None]:
        """What ran before runs afterwards, however the change went."""
        units = [each.unit for each in self.instances.running()]
        self._carry_out(self._systemctl("stop", unit) for unit in units)
        try:
            yield
        finally:
            self._carry_out(self._systemctl("start", unit) for unit in units)

    def _systemctl(self, verb: str, unit: str) -> Step:
        return Step(f"{verb} {unit}", run=(self.machine.systemctl(verb, unit),))

    def _check(self, version: str) -> None:
        """Ask the version itself; raises ApplianceProblem when it could not go on."""
        names = [each.name for each in self.instances.stations()]
        words = self.versions.ask(version, "kiosk.appliance.fit", str(self.machine.root), *names)
        self._tell("asking", f"whether {version} can go on with {', '.join(names) or 'nothing'}")
        if self._dry_run and not self.versions.is_complete(version):
            return
        asked = subprocess.run(words, capture_output=True, text=True, check=False, cwd="/")
        if asked.returncode:
            raise ApplianceProblem(
                f"Version {version} cannot go on where {self.versions.current} stopped; nothing"
                f" was changed:\n{(asked.stdout.strip() or asked.stderr.strip())[-2000:]}"
            )

    def _nothing_waits(self) -> None:
        from kiosk.doctor.store_copy import look_at_store  # noqa: PLC0415 - only to purge

        for station in self.instances.stations():
            seen = look_at_store(self.machine.states / station.name)
            waiting = sum(not record.answered for record in seen.outbox or ())
            keeps = f"keeps {waiting} acts that the service has not decided" if waiting else ""
            if reason := seen.trouble or seen.unseen or keeps:
                raise ApplianceProblem(
                    f"{station.name}: {reason}. Nothing was removed;"
                    " let the station reach its service first."
                )

    def _removing(self, *, purge: bool) -> Iterator[Step]:
        for path in self.files.laid():
            yield gone(path)
        yield gone(self.machine.versions)
        if self.machine.live:
            yield Step("systemd reads its units again", run=(("systemctl", "daemon-reload"),))
        if purge:
            yield from self.instances.purging()

    def _carry_out(self, steps: Iterator[Step]) -> None:
        carry_out(steps, self.machine, self._tell, dry_run=self._dry_run)
