"""The pad that a command works on: the configured one, or one named by driver and path."""

import tomllib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import typer

from drivers.deadline import Deadline
from drivers.facts import TagSeen
from drivers.interfaces import DeviceIdentity, TagReader
from drivers.tags.security import LibraryProfile
from drivers.uid import Uid
from kiosk.cli.at_hand import driver_of, give_up, opened, section_of, station_config
from kiosk.config import DeviceSection, StationConfig, TagsSection

LOOK_SECONDS = 5.0
LOOKS = 3
"""A tag that lies badly is not seen in every round."""

DriverOption = Annotated[
    str | None, typer.Option("--driver", help="The pad's driver, to do without a configuration.")
]
PathOption = Annotated[
    str | None, typer.Option("--path", help="With --driver: where it is, /dev/… or tcp://…")
]
SetOption = Annotated[
    list[str] | None,
    typer.Option("--set", metavar="KEY=VALUE", help="With --driver: a setting, e.g. baud=115200."),
]
UidsOption = Annotated[
    list[str] | None, typer.Option("--uid", help="Only this tag; may be repeated.")
]


@dataclass(frozen=True, slots=True)
class PadChoice:
    """What the options said."""

    config: Path | None
    driver: str | None
    path: str | None
    settings: Sequence[str]
    pause: bool


@dataclass(frozen=True, slots=True)
class PadAtHand:
    """An opened pad. `config` is None where driver and path were named."""

    reader: TagReader
    identity: DeviceIdentity
    profile: LibraryProfile
    config: StationConfig | None

    def tags(self) -> tuple[TagSeen, ...]:
        """What lies there, by several looks; by UID."""
        seen = {
            tag.uid: tag
            for _ in range(LOOKS)
            for tag in self.reader.inventory(Deadline.after(LOOK_SECONDS))
        }
        return tuple(seen[uid] for uid in sorted(seen))

    def one_tag(self, uid: str | None) -> TagSeen:
        """The only tag, or the named one; ends the command when it is not clear which."""
        return self.chosen_tags([uid] if uid else [])[0]

    def chosen_tags(self, uids: Sequence[str]) -> tuple[TagSeen, ...]:
        """The named tags, or the only one; ends the command when it is not clear which."""
        seen = {tag.uid: tag for tag in self.tags()}
        there = ", ".join(seen)
        if not seen:
            give_up("No tag lies on the pad: lay the item flat on its middle.")
        if not uids and len(seen) > 1:
            give_up(f"{len(seen)} tags lie on the pad; say which with --uid: {there}.")
        wanted = [Uid(uid.upper()) for uid in uids] or list(seen)
        missing = [uid for uid in wanted if uid not in seen]
        if missing:
            give_up(f"Tag {', '.join(missing)} does not lie on the pad; there are {there}.")
        return tuple(seen[uid] for uid in dict.fromkeys(wanted))


@contextmanager
def opened_pad(choice: PadChoice) -> Iterator[PadAtHand]:
    """The pad; ends the command, saying what is wrong, when it cannot be opened or fails."""
    config = station_config(choice.config) if choice.driver is None else None
    section = section_of(config, "pad", None) if config else _named_section(choice)
    tags = config.tags if config else TagsSection()
    profile = LibraryProfile(int(tags.afi_secured, 16), int(tags.afi_released, 16))
    with opened(config, section, pause=choice.pause) as device:
        yield PadAtHand(device.device, device.identity, profile, config)


def _named_section(choice: PadChoice) -> DeviceSection:
    if choice.path is None:
        give_up("--driver needs --path: where is the pad? E.g. --path /dev/ttyUSB0.")
    settings = {"path": choice.path, **dict(map(_setting, choice.settings))}
    section = DeviceSection(kind="pad", driver=str(choice.driver), settings=settings)
    try:
        driver = driver_of(section)
    except ValueError as problem:
        give_up(f"{problem} `muontra driver list` names all.")
    if driver.kind != "pad":
        give_up(f"{driver.name} drives a {driver.kind}, no pad; `muontra driver list` names all.")
    return section


def _setting(text: str) -> tuple[str, Any]:
    """A value as in a configuration; what is no TOML value is taken as text."""
    key, equals, value = text.partition("=")
    if not equals:
        give_up(f"--set {text}: write KEY=VALUE.")
    try:
        return key, tomllib.loads(f"value = {value}")["value"]
    except tomllib.TOMLDecodeError:
        return key, value
