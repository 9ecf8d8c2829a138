"""The stations of one machine, and the service: configuration, state folder, unit."""

import os
import tomllib
from collections.abc import Iterator
from contextlib import suppress
from functools import partial
from pathlib import Path

from kiosk.appliance.machine import Machine, write_whole
from kiosk.appliance.roles import ROLES, SERVICE, Instance
from kiosk.appliance.steps import Step, gone

UP = frozenset({"active", "activating", "reloading"})


class Instances:
    """What of muontra runs, or is meant to run, on this machine."""

    def __init__(self, machine: Machine) -> None:
        self._machine = machine

    def stations(self) -> list[Instance]:
        """By their configuration files; one that cannot be read still has its name."""
        files = sorted(self._machine.configurations.glob("*.toml"))
        return [Instance(_role_in(path), path.stem) for path in files]

    def everything(self) -> list[Instance]:
        """The service too, where its unit is enabled."""
        service = Instance(SERVICE, SERVICE)
        return [*self.stations(), *([service] if self._wanted_by(service).is_symlink() else [])]

    def running(self) -> list[Instance]:
        """Those whose unit is up, or tries again and again to be; none below another root."""
        machine = self._machine
        return [
            each
            for each in (self.everything() if machine.live else [])
            if machine.answer(machine.systemctl("is-active", each.unit)) in UP
        ]

    def making(self, instance: Instance) -> Iterator[Step]:
        """Ready to be configured and enrolled. Nothing that a person wrote is touched."""
        if not instance.is_service:
            yield self._configuration(instance)
            yield self._state(instance)
        yield Step(
            f"{instance.unit} starts with the machine",
            self._wanted_by(instance).is_symlink,
            run=(self._machine.systemctl("enable", "--quiet", instance.unit),),
            undo=partial(self._disable, instance),
        )

    def purging(self) -> Iterator[Step]:
        """What was kept: configurations, keys, acts. There is no way back."""
        machine = self._machine
        others = ("var/lib/muontra-service", "var/cache/muontra")
        for path in (
            machine.configurations,
            machine.states,
            *(machine.root / other for other in others),
        ):
            yield gone(path)

    def _configuration(self, instance: Instance) -> Step:
        path = self._machine.configurations / f"{instance.name}.toml"
        return Step(
            f"{path}, an example to be adapted",
            path.exists,
            partial(write_whole, path, instance.configuration),
        )

    def _state(self, instance: Instance) -> Step:
        folder = self._machine.states / instance.name
        what = f"{folder}, for {instance.user} alone"
        return Step(what, folder.exists, partial(self._own, instance))

    def _own(self, instance: Instance) -> None:
        """As systemd would make it at the first start; enrolling comes before that."""
        folder = self._machine.states / instance.name
        folder.mkdir(mode=0o700, parents=True)
        owner = self._machine.user(instance.user)
        if owner is not None:
            os.chown(folder, *owner)

    def _disable(self, instance: Instance) -> None:
        now = ("--now",) if self._machine.live else ()
        self._machine.run(self._machine.systemctl("disable", "--quiet", *now, instance.unit))

    def _wanted_by(self, instance: Instance) -> Path:
        return self._machine.units / "multi-user.target.wants" / instance.unit


def _role_in(path: Path) -> str:
    with suppress(OSError, ValueError, AttributeError):
        role = tomllib.loads(path.read_text("utf-8"))["station"].get("role", "kiosk")
        if role in ROLES:
            return str(role)
    return "kiosk"
