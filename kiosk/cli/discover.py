"""`muontra devices discover`: what is plugged in, and what to write into the configuration."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Annotated, Any

import typer
from rich.table import Table
from rich.text import Text

from drivers.discovery import Answered, Plugged, may_drive, plugged_in, probe, udev_rule
from drivers.errors import DriverError
from drivers.registry import Driver, installed_drivers
from kiosk import toml_text
from kiosk.cli.at_hand import (
    Finding,
    JsonOption,
    console,
    errors,
    say,
    whole_table,
)
from kiosk.config import DeviceKind

EXAMPLE = """Examples:

muontra devices discover

muontra devices discover --probe --kind pad
"""

ProbeOption = Annotated[
    bool,
    typer.Option("--probe", help="Speak to serial ports. A receipt printer may print a few signs."),
]
KindOption = Annotated[
    DeviceKind | None, typer.Option("--kind", help="Look for this kind of device only.")
]
PortOption = Annotated[
    list[str] | None, typer.Option("--port", help="Probe this port or tcp:// address as well.")
]


@dataclass(frozen=True, slots=True)
class Discovery:
    """Something plugged in, who may drive it, what answered, or why it could not be asked."""

    plugged: Plugged
    candidates: list[tuple[Driver, str]]
    answered: Answered | None = None
    trouble: str = ""

    @property
    def choice(self) -> tuple[Driver, Mapping[str, Any]] | None:
        """What to configure, when that is known."""
        if self.answered is not None:
            return self.answered.driver, self.answered.settings
        drivers = [driver for driver, _ in self.candidates]
        return (drivers[0], {"path": self.plugged.address}) if len(drivers) == 1 else None


SILENT = "nobody answers any driver there"


def command(
    kind: KindOption = None,
    port: PortOption = None,
    *,
    probing: ProbeOption = False,
    as_json: JsonOption = False,
) -> None:
    """Name what is plugged in, with its part of the configuration and a udev rule.

    By USB ids alone, nothing is touched. With --probe serial ports are asked who is there; ports
    that a running station holds are left alone.
    """
    loaded = [status.driver for status in installed_drivers().values() if status.driver]
    drivers = [driver for driver in loaded if kind in {None, driver.kind}]
    found = list(_discoveries(drivers, port or [], probing=probing))
    if as_json:
        say({"devices": [_row(each) for each in found]}, "", as_json=True)
    else:
        _show(found, probing=probing)
    raise typer.Exit(Finding.GOOD if any(each.choice for each in found) else Finding.LOOK_AFTER)


def _discoveries(
    drivers: Iterable[Driver], ports: Iterable[str], *, probing: bool
) -> Iterator[Discovery]:
    known = list(drivers)
    named = [(Plugged(port, "tty"), True) for port in ports]
    listed = [(each, probing and each.subsystem != "input") for each in plugged_in()]
    with errors.status("Looking") as status:
        for plugged, ask in [*listed, *named]:
            status.update(f"Asking at {plugged.address}")
            candidates = may_drive(plugged, known)
            if candidates or plugged.subsystem == "tty":
                here = Discovery(plugged, candidates)
                yield _asked(here, known) if ask else here


def _asked(here: Discovery, drivers: Iterable[Driver]) -> Discovery:
    try:
        answered = probe(here.plugged, drivers)
    except DriverError as problem:
        return replace(here, trouble=str(problem))
    return replace(here, answered=answered, trouble="" if answered else SILENT)


def _show(found: list[Discovery], *, probing: bool) -> None:
    if not found:
        console.print("Nothing is plugged in that a driver knows: `lsusb`, `dmesg` tell more.")
        return
    console.print(_table(found))
    for each in found:
        if each.choice is not None:
            console.print(_to_write(each), markup=False, soft_wrap=True)
    if not probing and any(each.choice is None for each in found):
        console.print("Where several drivers fit, --probe asks the device who it is.")


def _table(found: list[Discovery]) -> Table:
    table = whole_table("Port", "USB", "Says of itself", "Serial number", "What it may be, or is")
    for each in found:
        one = each.plugged
        table.add_row(one.address, one.usb_id, Text(one.name), Text(one.serial), Text(_what(each)))
    return table


def _what(found: Discovery) -> str:
    if found.answered is not None:
        identity = found.answered.identity
        return f"{found.answered.driver.name}: {identity.maker} {identity.model}".strip()
    words = [f"{driver.name} ({what})" for driver, what in found.candidates]
    return "\n".join([*words, found.trouble]).strip() or "not known by USB id"


def _to_write(found: Discovery) -> str:
    """What goes into the configuration, and into /etc/udev/rules.d/70-muontra.rules."""
    table, rule = _written(found)
    return f"\n{table}\n# /etc/udev/rules.d/70-muontra.rules\n{rule}" if rule else f"\n{table}"


def _written(found: Discovery) -> tuple[str, str]:
    if found.choice is None:
        return "", ""
    driver, settings = found.choice
    rule = udev_rule(found.plugged, driver.kind)
    named = "SYMLINK" in rule
    told = {**settings, "path": f"/dev/muontra/{driver.kind}"} if named else dict(settings)
    return device_table(driver, told), rule


def device_table(driver: Driver, settings: Mapping[str, Any]) -> str:
    """A [[device]] of a station's configuration."""
    values = {"kind": driver.kind, "driver": driver.name, "settings": settings}
    return toml_text.table("device", values) + "\n"


def _row(found: Discovery) -> dict[str, object]:
    table, rule = _written(found)
    identity = found.answered.identity if found.answered else None
    return {
        "address": found.plugged.address,
        "usb": found.plugged.usb_id,
        "serial": found.plugged.serial,
        "name": found.plugged.name,
        "candidates": [driver.name for driver, _ in found.candidates],
        "driver": found.choice[0].name if found.choice else None,
        "model": f"{identity.maker} {identity.model}".strip() if identity else None,
        "trouble": found.trouble,
        "device": table,
        "udev": rule,
    }
