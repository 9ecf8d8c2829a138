"""`muontra devices`: those that are configured, those that are plugged in, and what they tell."""

from contextlib import closing
from typing import Annotated

import typer
from rich.table import Table
from rich.text import Text

from drivers.interfaces import DeviceIdentity
from kiosk.cli import discover, watch_devices
from kiosk.cli.at_hand import (
    ConfigOption,
    Finding,
    JsonOption,
    PauseOption,
    give_up,
    opened,
    running_station,
    say,
    station_config,
    whole_table,
)
from kiosk.cli.watch_devices import as_found
from kiosk.config import DeviceSection, StationConfig
from kiosk.local.client import StationGone, StationRefused
from kiosk.local.protocol import DeviceStatus

app = typer.Typer(help="List, find, identify and watch devices.", no_args_is_help=True)
app.command(name="discover", epilog=discover.EXAMPLE)(discover.command)
app.command(name="watch", epilog=watch_devices.EXAMPLE)(watch_devices.command)


@app.command(name="list", epilog="Example:\n\nmuontra devices list --json")
def list_devices(config: ConfigOption = None, *, as_json: JsonOption = False) -> None:
    """Name the configured devices, and whether they work.

    Exit code 2 when one does not; those of a stopped station are looked for, not opened.
    """
    station = station_config(config)
    told = _told_by_station(station)
    devices = [as_found(section) for section in station.device] if told is None else told
    picture = _table(devices, "is there" if told is None else "works")
    say({"running": told is not None, "devices": devices}, picture, as_json=as_json)
    raise typer.Exit(Finding.GOOD if all(each.up for each in devices) else Finding.BROKEN)


@app.command(epilog="Example:\n\nmuontra devices identify pad --pause")
def identify(
    name: Annotated[str, typer.Argument(help="The device's name, or its kind.")],
    config: ConfigOption = None,
    *,
    pause: PauseOption = False,
    as_json: JsonOption = False,
) -> None:
    """Open a device and let it say what it is."""
    station = station_config(config)
    section = _called(station, name)
    with opened(station, section, pause=pause) as at_hand:
        identity = at_hand.identity or DeviceIdentity("", "", "")
    rows = {
        "name": section.called,
        "kind": section.kind,
        "driver": section.driver,
        "maker": identity.maker,
        "model": identity.model,
        "firmware": identity.firmware,
        "serial": identity.serial,
    }
    table = Table.grid(padding=(0, 2))
    for key, value in rows.items():
        table.add_row(key, Text(value or "it does not tell"))
    say(rows, table, as_json=as_json)


def _told_by_station(config: StationConfig) -> list[DeviceStatus] | None:
    """None when it does not run."""
    client = running_station(config)
    if client is None:
        return None
    try:
        with closing(client):
            return list(client.status().devices)
    except (StationGone, StationRefused) as problem:
        give_up(problem)


def _called(config: StationConfig, name: str) -> DeviceSection:
    named = [each for each in config.device if name in {each.called, each.kind}]
    if not named:
        known = ", ".join(each.called for each in config.device) or "none"
        give_up(f"The configuration names no device {name}; devices: {known}.")
    return named[0]


def _table(devices: list[DeviceStatus], well: str) -> Table:
    table = whole_table("Device", "Kind", "Driver", "Port", "State", "Model, or what is wrong")
    for each in devices:
        state = Text(well, style="green") if each.up else Text(each.error, style="red")
        words = Text(each.model or each.reason)
        table.add_row(each.name, each.kind, each.driver, each.path, state, words)
    return table
