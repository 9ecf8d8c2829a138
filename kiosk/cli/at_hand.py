"""What all technician's commands share: the station at hand, its devices, and how things are said.

Exit codes are the worst finding: 0 good, 1 something to look after, 2 broken or not done.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from enum import IntEnum
from pathlib import Path
from time import sleep
from typing import Annotated, Any, NoReturn

import msgspec
import typer
from rich.console import Console, RenderableType
from rich.table import Table

from drivers.deadline import Deadline
from drivers.errors import DriverError, PortBusy
from drivers.frame_trace import FrameTrace
from drivers.registry import Driver, installed_drivers
from drivers.tags.security import LibraryProfile
from kiosk.config import ConfigurationError, DeviceKind, DeviceSection, StationConfig, load_config
from kiosk.local.client import StationClient, StationGone, StationRefused
from kiosk.local.protocol import Pause

CONFIG_FOLDER = Path("/etc/muontra")
OPEN_SECONDS = 5.0
HAND_OVER_SECONDS = 8.0
LOOK_AGAIN_SECONDS = 0.1

ConfigOption = Annotated[
    Path | None,
    typer.Option(
        "--config",
        envvar="MUONTRA_CONFIG",
        help=f"The station's file; needed where {CONFIG_FOLDER} holds more than one.",
        show_default=False,
    ),
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON, for scripts.")]
PauseOption = Annotated[
    bool, typer.Option("--pause", help="Have a running station let go of the device meanwhile.")
]

console = Console(highlight=False)
errors = Console(stderr=True, highlight=False)


class Finding(IntEnum):
    """How bad it is; the exit code of a command is the worst of its findings."""

    GOOD = 0
    LOOK_AFTER = 1
    BROKEN = 2


def hush() -> None:
    """What a command finds is said once, and scripts read JSON: no log lines between."""
    import structlog  # noqa: PLC0415 - heavy

    structlog.configure(logger_factory=structlog.ReturnLoggerFactory())


def give_up(reason: object, finding: Finding = Finding.BROKEN) -> NoReturn:
    """Say why on standard error, and end."""
    errors.print(str(reason), markup=False, soft_wrap=True)
    raise typer.Exit(finding)


def say(value: object, picture: RenderableType, *, as_json: bool) -> None:
    """One JSON value for scripts, or a picture for people."""
    if as_json:
        typer.echo(msgspec.json.encode(value).decode())
    else:
        console.print(picture)


def whole_table(*columns: str, title: str | None = None) -> Table:
    """One that cuts nothing off on a narrow terminal: paths and numbers go on in the next line."""
    shown = Table(title=title)
    for column in columns:
        shown.add_column(column, overflow="fold")
    return shown


def config_path(given: Path | None) -> Path:
    """The file that was named, or the only one there is."""
    if given is not None:
        return given
    found = sorted(CONFIG_FOLDER.glob("*.toml"))
    if len(found) != 1:
        names = ", ".join(path.name for path in found) or "none"
        give_up(f"Say which station is meant with --config FILE; {CONFIG_FOLDER} holds: {names}.")
    return found[0]


def station_config(given: Path | None) -> StationConfig:
    """The configuration of the station at hand; ends the command when it has mistakes."""
    try:
        return load_config(config_path(given))
    except ConfigurationError as problem:
        give_up(problem)


def running_station(config: StationConfig) -> StationClient | None:
    """A connection to the station if it runs here; ends the command when it may not be asked."""
    try:
        return StationClient(config.station.socket_path)
    except StationGone as problem:
        if isinstance(problem.__cause__, PermissionError):
            give_up(f"{problem}; use sudo, or join the socket's group.")
        return None


@contextmanager
def asked_station(config: StationConfig) -> Iterator[StationClient]:
    """A connection to the running station; ends the command when there is none."""
    try:
        with StationClient(config.station.socket_path) as client:
            yield client
    except StationRefused as problem:
        give_up(problem)
    except StationGone as problem:
        give_up(f"{problem}. Is the station running, and may you use its socket?")


def section_of(config: StationConfig, kind: DeviceKind, name: str | None) -> DeviceSection:
    """The device of this name, or the first of its kind; ends the command when there is none."""
    for section in config.device:
        if section.kind == kind and name in {None, section.called}:
            return section
    known = ", ".join(f"{each.called} ({each.kind})" for each in config.device) or "none"
    give_up(f"The configuration names no {kind}{f' {name}' if name else ''}; devices: {known}.")


def library_profile(config: StationConfig) -> LibraryProfile:
    """What [tags] says."""
    return LibraryProfile(int(config.tags.afi_secured, 16), int(config.tags.afi_released, 16))


@dataclass(frozen=True, slots=True)
class DeviceAtHand:
    """An opened device. `identity` is None for kinds that tell none."""

    section: DeviceSection
    driver: Driver
    device: Any
    identity: Any
    trace: FrameTrace


@contextmanager
def opened(
    config: StationConfig | None, section: DeviceSection, *, pause: bool = False
) -> Iterator[DeviceAtHand]:
    """The device itself, taken from the running station where `pause` was said.

    Without a configuration there is no station to take it from. Ends the command, saying who holds
    the port or what else is wrong.
    """
    hush()
    station = running_station(config) if config is not None else None
    try:
        if station is not None:
            _have_let_go(station, section, pause=pause)
        with _open_now(section, waits=pause) as at_hand:
            yield at_hand
    except (DriverError, StationRefused, StationGone, ValueError) as problem:
        give_up(problem)
    finally:
        if station is not None:
            station.close()


def _have_let_go(station: StationClient, section: DeviceSection, *, pause: bool) -> None:
    """A device on the network lets a second program in: the station is asked, not the port."""
    if not pause:
        give_up(f"The running station uses {section.called}: add --pause, and it lets go of it.")
    station.ask(Pause(device=section.called))


def driver_of(section: DeviceSection) -> Driver:
    """Raises ValueError with the reason when this installation cannot drive it."""
    status = installed_drivers().get(section.driver)
    if status is None or status.driver is None:
        reason = "is not installed" if status is None else f"does not load: {status.reason}"
        raise ValueError(f"The driver {section.driver} {reason}.")
    return status.driver


@contextmanager
def _open_now(section: DeviceSection, *, waits: bool) -> Iterator[DeviceAtHand]:
    driver, trace = driver_of(section), FrameTrace()
    device = driver.make(settings_for(driver, section.settings), trace)
    identity = _open_patiently(device, HAND_OVER_SECONDS if waits else 0.0)
    try:
        yield DeviceAtHand(section, driver, device, identity, trace)
    finally:
        device.close()


def settings_for(driver: Driver, settings: Mapping[str, Any]) -> Any:  # noqa: ANN401 - its own struct
    """The driver's own settings; raises ValueError that names the key."""
    try:
        return msgspec.convert(dict(settings), driver.settings)
    except msgspec.ValidationError as problem:
        raise ValueError(f"The settings of {driver.name}: {problem}.") from problem


def _open_patiently(device: Any, seconds: float) -> Any:  # noqa: ANN401 - of any kind
    """A station that was asked to let go needs a moment."""
    patience = Deadline.after(seconds)
    while True:
        try:
            return device.open(Deadline.after(OPEN_SECONDS))
        except PortBusy:
            if patience.expired():
                raise
            sleep(LOOK_AGAIN_SECONDS)
