"""`muontra config`: check, show and carry a station's configuration."""

import os
import re
from collections.abc import Iterator, Mapping
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any

import msgspec
import typer

from drivers.new_file import write_new_file
from kiosk import __version__
from kiosk.cli.at_hand import (
    ConfigOption,
    Finding,
    JsonOption,
    config_path,
    driver_of,
    errors,
    give_up,
    say,
    settings_for,
    station_config,
)
from kiosk.cli.device_settings import gate_problems, settings_problems
from kiosk.config import (
    ConfigurationError,
    StationConfig,
    parse_toml,
    problems_in,
    read_config,
    told_with_lines,
)
from kiosk.toml_text import table, toml_value

app = typer.Typer(help="Check, show and carry a station's configuration.", no_args_is_help=True)

SECRET = re.compile(r"password|secret|pin$|key$", re.IGNORECASE)
"""Settings of drivers that are never shown and never leave the station."""
HIDDEN = "(hidden)"

CHECK_EXAMPLE = """Example:

muontra config check /etc/muontra/kiosk-1.toml
"""
SHOW_EXAMPLE = """Example:

muontra config show --config /etc/muontra/kiosk-1.toml
"""
EXPORT_EXAMPLE = """Example:

muontra config export /media/usb/kiosk-1.toml
"""
IMPORT_EXAMPLE = """Example:

muontra config import /media/usb/kiosk-1.toml --config /etc/muontra/kiosk-2.toml
--name "Máy 2" --state /var/lib/muontra/kiosk-2
"""


@app.command(epilog=CHECK_EXAMPLE)
def check(
    file: Annotated[Path | None, typer.Argument(help="The file; else the station's own.")] = None,
    config: ConfigOption = None,
    *,
    as_json: JsonOption = False,
) -> None:
    """Name all mistakes at once, each with its line, its reason and what to write."""
    path = config_path(file or config)
    problems = mistakes(path)
    if as_json:
        say({"file": str(path), "problems": problems}, "", as_json=True)
    else:
        typer.echo("\n".join(problems) or f"{path}: no mistake.")
    raise typer.Exit(Finding.BROKEN if problems else Finding.GOOD)


@app.command(epilog=SHOW_EXAMPLE)
def show(config: ConfigOption = None, *, as_json: JsonOption = False) -> None:
    """Show what holds at this station, with all values that the file leaves out."""
    values = effective(station_config(config))
    if as_json:
        say(values, "", as_json=True)
    else:
        typer.echo("".join(_text_of(values)), nl=False)


@app.command(epilog=EXPORT_EXAMPLE)
def export(
    file: Annotated[Path, typer.Argument(help="Where to write it; must not be there yet.")],
    config: ConfigOption = None,
) -> None:
    """Write this configuration for the next station: without remarks, keys and passwords."""
    path = config_path(config)
    tree = _good_tree(path)
    text = f"# A station's configuration, from {path.name}, muontra {__version__}.\n"
    text += "".join(_text_of(_without_secrets(tree)))
    try:
        write_new_file(file, text.encode(), mode=0o644)
    except OSError as problem:
        give_up(f"{file} was not written: {problem.strerror}; choose another place or name.")
    left_out = _secrets_of(tree)
    errors.print(f"{file} is written.", markup=False, soft_wrap=True)
    if left_out:
        words = f"Left out, to be entered at the next station: {', '.join(left_out)}."
        errors.print(words, markup=False, soft_wrap=True)


@app.command("import", epilog=IMPORT_EXAMPLE)
def import_(
    file: Annotated[Path, typer.Argument(help="An exported configuration.")],
    config: ConfigOption = None,
    name: Annotated[str, typer.Option(help="This station's name.", show_default=False)] = "",
    state: Annotated[
        Path | None, typer.Option(help="This station's state folder.", show_default=False)
    ] = None,
) -> None:
    """Take an exported configuration for this station, if it has no mistake.

    The former file stays beside it. Keys are not imported: `muontra enrol` makes them here.
    """
    target = config_path(config)
    tree = _good_tree(file)
    tree["station"] |= {"name": name} if name else {}
    tree["station"] |= {"state_folder": str(state)} if state else {}
    _refuse_when_folder_is_taken(tree["station"]["state_folder"], target)
    text = "".join(_text_of(tree))
    _refuse_when_broken(text, file)
    kept = _replace(target, text)
    before = f" The former one is kept as {kept}." if kept else ""
    errors.print(f"{target} is written.{before} Start the station anew.", markup=False)


def mistakes(path: Path) -> list[str]:
    """All of them, also those in the settings of devices."""
    try:
        text = read_config(path)
        tree = parse_toml(text, str(path))
    except ConfigurationError as problem:
        return problem.problems
    problems = (*problems_in(tree), *settings_problems(tree), *gate_problems(tree))
    return told_with_lines(problems, text, str(path))


def effective(config: StationConfig) -> dict[str, Any]:
    """All values that hold; the settings of devices with those of their drivers."""
    values: dict[str, Any] = msgspec.to_builtins(config)
    for section, device in zip(config.device, values["device"], strict=True):
        with suppress(ValueError):  # `check` tells what is wrong with them
            driven = settings_for(driver_of(section), section.settings)
            device["settings"] = msgspec.to_builtins(driven)
        device["settings"] = {
            key: HIDDEN if SECRET.search(key) else value
            for key, value in device["settings"].items()
        }
    return values


def _good_tree(path: Path) -> dict[str, Any]:
    if problems := mistakes(path):
        give_up("\n".join(problems))
    return parse_toml(read_config(path), str(path))


def _refuse_when_broken(text: str, file: Path) -> None:
    tree = parse_toml(text, str(file))
    if problems := told_with_lines(problems_in(tree), text, str(file)):
        give_up("\n".join(problems))


def _refuse_when_folder_is_taken(folder: str, target: Path) -> None:
    """Two stations in one folder would have one key and one outbox."""
    for other in sorted(target.parent.glob("*.toml")):
        if other.resolve() == target.resolve():
            continue
        with suppress(ConfigurationError):
            tree: dict[str, Any] = parse_toml(read_config(other), str(other))
            station = tree.get("station")
            if isinstance(station, dict) and station.get("state_folder") == folder:
                give_up(f"{folder} belongs to the station of {other}; give another with --state.")


def _replace(target: Path, text: str) -> Path | None:
    """Whole or not at all; returns where the former file is kept."""
    moment = datetime.now().astimezone().strftime("%Y%m%d-%H%M%S")
    kept = target.with_name(f"{target.name}.before-{moment}") if target.exists() else None
    draft = target.with_name(f".{target.name}.new")
    try:
        with draft.open("w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        if kept is not None:
            os.link(target, kept)
        draft.replace(target)
    except OSError as problem:
        draft.unlink(missing_ok=True)
        give_up(f"{target} was not changed: {problem.strerror}; may you write in {target.parent}?")
    return kept


def _secrets_of(tree: Mapping[str, Any]) -> list[str]:
    return [
        f"device.{number}.settings.{key}"
        for number, device in enumerate(tree.get("device", []), 1)
        for key in device.get("settings", {})
        if SECRET.search(key)
    ]


def _without_secrets(tree: Mapping[str, Any]) -> dict[str, Any]:
    return {**tree, "device": [_open_part(device) for device in tree.get("device", [])]}


def _open_part(device: Mapping[str, Any]) -> dict[str, Any]:
    settings = device.get("settings", {})
    told = {key: value for key, value in settings.items() if not SECRET.search(key)}
    return {**device, "settings": told} if "settings" in device else dict(device)


def _text_of(values: Mapping[str, Any]) -> Iterator[str]:
    """The whole file; a value that is nothing is left out."""
    for name, section in values.items():
        if isinstance(section, Mapping):
            lines = [f"{key} = {toml_value(_filled(value))}\n" for key, value in section.items()]
            yield "".join([f"[{name}]\n", *lines, "\n"])
        else:
            yield from (f"{table(name, _filled(each))}\n\n" for each in section)


def _filled(value: Any) -> Any:  # noqa: ANN401 - any TOML value
    if isinstance(value, Mapping):
        return {key: _filled(each) for key, each in value.items() if each is not None}
    return value
