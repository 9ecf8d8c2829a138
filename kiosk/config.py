"""A station's configuration: TOML to frozen structs, every mistake told at once with its line.

Keys carry their units. Unknown keys are errors with the nearest name. Secrets are paths of files.
The file is described in docs/administration.md, "Configuration of a station".
"""

import re
import tomllib
from collections.abc import Iterator
from difflib import get_close_matches
from pathlib import Path
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta, Struct

Seconds = Annotated[float, Meta(gt=0, le=86_400)]
Byte = Annotated[str, Meta(pattern="^[0-9A-Fa-f]{2}$")]
Pattern = Annotated[str, Meta(min_length=1, max_length=200)]


class StationSection(Struct, frozen=True, kw_only=True):
    """[station] `isil`: owner of our items, empty = every item counts as ours."""

    name: str
    library: str
    state_folder: str
    isil: str = ""
    language: Literal["vi", "en"] = "vi"


class DeviceSection(Struct, frozen=True, kw_only=True):
    """[pad] and [scanner]: a driver of this installation; `settings` go to it as they are."""

    driver: str
    settings: dict[str, Any] = {}
    poll_seconds: Seconds = 0.25


class PolicySection(Struct, frozen=True, kw_only=True):
    """[policy]"""

    patron_idle_seconds: Seconds = 60.0
    still_there_seconds: Annotated[float, Meta(ge=20, le=600)] = 20.0
    farewell_seconds: Seconds = 12.0
    card_pattern: Pattern = r"\d{8}"
    item_pattern: Pattern = r"[A-Z]{2,4}\.\d{5,7}"
    lend_tagged_without_pad: bool = False


class TagsSection(Struct, frozen=True, kw_only=True):
    """[tags] AFI values as two hexadecimal digits."""

    afi_secured: Byte = "07"
    afi_released: Byte = "C2"


class StorageSection(Struct, frozen=True, kw_only=True):
    """[storage] No new loans below `low_water_mib`; `ballast_mib` is given up for returns."""

    ballast_mib: Annotated[int, Meta(ge=1, le=1024)] = 4
    low_water_mib: Annotated[int, Meta(ge=1, le=65_536)] = 32


class LinkSection(Struct, frozen=True, kw_only=True):
    """[link] Times of the connection to the service (docs/protocols/link.md, "Times")."""

    beat_seconds: Seconds = 10.0
    beat_in_session_seconds: Seconds = 1.0
    silent_seconds: Seconds = 15.0
    silent_in_session_seconds: Seconds = 4.0
    answer_seconds: Seconds = 4.0
    online_again_seconds: Seconds = 10.0


class ScreenSection(Struct, frozen=True, kw_only=True):
    """[screen] Size in pixels; `text_percent` is one of three steps."""

    width: Annotated[int, Meta(ge=640, le=4096)] = 1280
    height: Annotated[int, Meta(ge=480, le=4096)] = 800
    text_percent: Literal[100, 130, 170] = 100
    theme: Literal["light", "dark", "high_contrast"] = "light"
    fullscreen: bool = True


class StationConfig(Struct, frozen=True, kw_only=True):
    """The whole file."""

    station: StationSection
    pad: DeviceSection | None = None
    scanner: DeviceSection | None = None
    policy: PolicySection = PolicySection()
    tags: TagsSection = TagsSection()
    storage: StorageSection = StorageSection()
    link: LinkSection = LinkSection()
    screen: ScreenSection = ScreenSection()


class ConfigurationError(Exception):
    """All mistakes of a file, one a line; `problems` holds them singly."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems


def load_config(path: Path) -> StationConfig:
    """Read and check a file; raises ConfigurationError."""
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as problem:
        raise ConfigurationError([f"{path}: cannot be read: {problem}"]) from problem
    return parse_config(text, str(path))


def parse_config(text: str, source: str = "configuration") -> StationConfig:
    """Check the text of a file; raises ConfigurationError."""
    try:
        tree = tomllib.loads(text)
    except tomllib.TOMLDecodeError as problem:
        raise ConfigurationError([f"{source}: {problem}"]) from problem
    problems = [f"{source}{place}: {what}" for place, what in _problems(tree, text)]
    if problems:
        raise ConfigurationError(problems)
    return msgspec.convert(tree, StationConfig)


def _problems(tree: dict[str, object], text: str) -> Iterator[tuple[str, str]]:
    for name, what in _problems_of(tree, StationConfig):
        yield _line_of(name, text), f"{name}: {what}"
    if not tree.get("pad") and not tree.get("scanner"):
        yield "", "neither [pad] nor [scanner] is configured: the station could see no item"
    for name in ("card_pattern", "item_pattern"):
        yield from _bad_pattern(name, tree.get("policy"), text)


def _problems_of(table: object, kind: type[Struct], at: str = "") -> Iterator[tuple[str, str]]:
    if not isinstance(table, dict):
        yield at, "a table is wanted here"
        return
    fields = {field.name: field for field in msgspec.structs.fields(kind)}
    for key in table:
        if key not in fields:
            yield f"{at}{key}", _unknown(key, fields)
    for name, field in fields.items():
        if name not in table:
            if field.required:
                yield f"{at}{name}", "is missing"
        elif (section := _section_of(field.type)) is not None:
            yield from _problems_of(table[name], section, f"{at}{name}.")
        else:
            yield from _bad_value(f"{at}{name}", table[name], field.type)


def _section_of(kind: object) -> type[Struct] | None:
    for candidate in getattr(kind, "__args__", (kind,)):
        if isinstance(candidate, type) and issubclass(candidate, Struct):
            return candidate
    return None


def _unknown(key: str, known: dict[str, Any]) -> str:
    near = get_close_matches(key, known, n=1, cutoff=0.5)
    return f"unknown key; did you mean {near[0]!r}?" if near else "unknown key"


def _bad_value(name: str, value: object, kind: object) -> Iterator[tuple[str, str]]:
    try:
        msgspec.convert(value, type=kind)
    except msgspec.ValidationError as problem:
        yield name, f"{str(problem)[0].lower()}{str(problem)[1:]}, found {value!r}"


def _bad_pattern(name: str, policy: object, text: str) -> Iterator[tuple[str, str]]:
    pattern = policy.get(name) if isinstance(policy, dict) else None
    if not isinstance(pattern, str):
        return
    try:
        re.compile(pattern)
    except re.error as problem:
        yield _line_of(f"policy.{name}", text), f"policy.{name}: no regular expression: {problem}"


def _line_of(name: str, text: str) -> str:
    """` line N` of a dotted key, or of its table when the key is missing; empty if unknown."""
    *tables, key = name.split(".")
    table, found = "", ""
    for number, line in enumerate(text.splitlines(), 1):
        words = line.strip()
        if words.startswith("["):
            table = words.strip("[] ")
            if table == ".".join(tables) or table == name:
                found = f" line {number}"
        elif table == ".".join(tables) and re.match(rf"{re.escape(key)}\s*=", words):
            return f" line {number}"
    return found
