"""A station's configuration: TOML to frozen structs, every mistake told at once with its line.

Keys carry their units. Unknown keys are errors with the nearest name. Secrets are paths of files.
The file is described in docs/station.md, "Configuration of a station".
"""

import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Annotated, Any, Literal, get_args

import msgspec
from msgspec import Meta, Struct

from kiosk.toml_check import line_of, problems_of

Text = Annotated[str, Meta(min_length=1, max_length=200)]
Seconds = Annotated[float, Meta(gt=0, le=86_400)]
Byte = Annotated[
    str, Meta(pattern="^[0-9A-Fa-f]{2}$", description="two hexadecimal digits in quotes")
]


Role = Literal["kiosk", "desk", "gate", "book-drop"]
DeviceKind = Literal["pad", "scanner", "card", "gate", "printer", "drop"]

WITH_SCREEN: frozenset[Role] = frozenset({"kiosk", "desk"})
"""Where somebody can say who they are, and be told something."""


class StationSection(Struct, frozen=True, kw_only=True):
    """[station] `isil`: owner of our items, empty = every item counts as ours.

    `socket`: where technicians' commands find the running station; empty = in the state folder.
    """

    name: Annotated[Text, Meta(examples=["Máy 1"])]
    role: Role = "kiosk"
    library: Annotated[Text, Meta(examples=["Thư viện tỉnh Sơn Khê"])]
    state_folder: Annotated[Text, Meta(examples=["/var/lib/muontra/kiosk-1"])]
    socket: str = ""
    isil: str = ""
    language: Literal["vi", "en"] = "vi"

    @property
    def socket_path(self) -> Path:
        """Where the local socket is."""
        return Path(self.socket) if self.socket else Path(self.state_folder) / "socket"


class DeviceSection(Struct, frozen=True, kw_only=True):
    """[[device]] `driver`: one of this installation; `settings` go to it as they are.

    `name`: what people call it, its kind if nothing is said. `poll_seconds`: between two looks at
    an unchanged pad.
    """

    kind: DeviceKind
    driver: Annotated[Text, Meta(examples=["feig_obid"])]
    name: str = ""
    settings: Annotated[dict[str, Any], Meta(examples=[{"path": "/dev/muontra/pad"}])] = {}
    poll_seconds: Seconds = 0.25

    @property
    def called(self) -> str:
        """Its name, or its kind."""
        return self.name or self.kind

    @property
    def address(self) -> str:
        """Its path, or what its contacts are wired to; empty where its settings name neither."""
        lines = self.settings.get("lines")
        wired = lines if isinstance(lines, dict) else {}
        return str(self.settings.get("path") or wired.get("path") or wired.get("on", ""))


class PolicySection(Struct, frozen=True, kw_only=True):
    """[policy]"""

    patron_idle_seconds: Seconds = 60.0
    still_there_seconds: Annotated[float, Meta(ge=20, le=600)] = 20.0
    farewell_seconds: Seconds = 12.0
    card_pattern: Text = r"\d{8}"
    item_pattern: Text = r"[A-Z]{2,4}\.\d{5,7}"
    lend_tagged_without_pad: bool = False


class TagsSection(Struct, frozen=True, kw_only=True):
    """[tags] AFI values as two hexadecimal digits."""

    afi_secured: Byte = "07"
    afi_released: Byte = "C2"


class StorageSection(Struct, frozen=True, kw_only=True):
    """[storage] No new loans below `low_water_mib`; `ballast_mib` is given up for returns.

    `gate_days`: how long what a gate told is kept here.
    """

    ballast_mib: Annotated[int, Meta(ge=1, le=1024)] = 4
    low_water_mib: Annotated[int, Meta(ge=1, le=65_536)] = 32
    gate_days: Annotated[int, Meta(ge=1, le=3650)] = 90


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
    device: tuple[DeviceSection, ...] = ()
    policy: PolicySection = PolicySection()
    tags: TagsSection = TagsSection()
    storage: StorageSection = StorageSection()
    link: LinkSection = LinkSection()
    screen: ScreenSection = ScreenSection()

    def has(self, kind: DeviceKind) -> bool:
        """Whether the file names a device of this kind."""
        return any(device.kind == kind for device in self.device)


SEES_ITEMS = frozenset({"pad", "scanner"})
NOTHING: tuple[frozenset[str], str] = (frozenset(), "")
NEEDS: Mapping[str, tuple[frozenset[str], str]] = {
    # role: (it needs one of these kinds, else this is so)
    "kiosk": (SEES_ITEMS, "without a pad or a scanner this station could see no item"),
    "desk": (SEES_ITEMS, "without a pad or a scanner this station could see no item"),
    "gate": (frozenset({"gate"}), "without a gate this station has nothing to do"),
    "book-drop": (frozenset({"drop"}), "without a book-drop this station has nothing to do"),
}
ALSO_NEEDS: Mapping[str, tuple[frozenset[str], str]] = {
    "book-drop": (frozenset({"pad"}), "without a pad nobody knows what was put in"),
}
ONE_AT_MOST = frozenset({"pad", "printer", "drop"})

LESS_THAN = (
    ("link.beat_seconds", "link.silent_seconds"),
    ("link.beat_in_session_seconds", "link.silent_in_session_seconds"),
)
"""Between two signs of life there is always silence."""

DIFFERENT = (("tags.afi_secured", "tags.afi_released"),)

DEVICE_KINDS: tuple[str, ...] = get_args(DeviceKind)

DEFAULTS: dict[str, Struct] = {
    "policy": PolicySection(),
    "tags": TagsSection(),
    "link": LinkSection(),
}


class ConfigurationError(Exception):
    """All mistakes of a file, one a line; `problems` holds them singly."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems


def load_config(path: Path) -> StationConfig:
    """Read and check a file; raises ConfigurationError."""
    return parse_config(read_config(path), str(path))


def read_config(path: Path) -> str:
    """The text of a file; raises ConfigurationError when it cannot be read."""
    try:
        data = path.read_bytes()
    except OSError as problem:
        reason = f"{path}: cannot be read: {problem.strerror}; check its name and who may read it"
        raise ConfigurationError([reason]) from problem
    return text_of(data, path)


def text_of(data: bytes, path: Path) -> str:
    """The text that a file's bytes are; raises ConfigurationError for what is no UTF-8."""
    try:
        return data.decode("utf-8-sig")  # some editors put a mark at the start
    except UnicodeDecodeError as problem:
        line = data.count(b"\n", 0, problem.start) + 1
        reason = f"{path} line {line}: not UTF-8; save the file as UTF-8 in your editor"
        raise ConfigurationError([reason]) from problem


def parse_config(text: str, source: str = "configuration") -> StationConfig:
    """Check the text of a file; raises ConfigurationError."""
    tree = parse_toml(text, source)
    problems = told_with_lines(problems_in(tree), text, source)
    if problems:
        raise ConfigurationError(problems)
    return msgspec.convert(tree, StationConfig)


def parse_toml(text: str, source: str) -> dict[str, object]:
    """The tree of a file; raises ConfigurationError for what is no TOML."""
    try:
        return tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError) as problem:
        from kiosk.toml_words import syntax_problem  # noqa: PLC0415 - a good file needs no words

        line, what = syntax_problem(str(problem), max(1, len(text.splitlines())))
        raise ConfigurationError([f"{source} line {line}: {what}"]) from problem


def told_with_lines(
    problems: Iterable[tuple[str, str]], text: str, source: str = "configuration"
) -> list[str]:
    """Dotted names with what is wrong there, as one says it of a file."""
    lines = sorted((line_of(name, text), f"{name}: {what}") for name, what in problems)
    return [f"{source} line {line}: {what}" for line, what in lines]


def problems_in(tree: dict[str, object]) -> Iterator[tuple[str, str]]:
    """Dotted names, each with what is wrong there."""
    for name, what in problems_of(tree, StationConfig):
        yield name, _old_form(name) if name in DEVICE_KINDS else what
    yield from _device_problems(tree)
    for name in ("policy.card_pattern", "policy.item_pattern"):
        yield from _bad_pattern(name, _value(tree, name))
    yield from _contradictions(tree)


def _device_problems(tree: dict[str, object]) -> Iterator[tuple[str, str]]:
    """A role without what it needs; two devices where there is room for one."""
    listed = tree.get("device", [])
    devices = (
        [each for each in listed if isinstance(each, dict)] if isinstance(listed, list) else []
    )
    kinds = [device.get("kind") for device in devices]
    there = {*filter(_is_text, kinds), *(kind for kind in DEVICE_KINDS if kind in tree)}
    station = tree.get("station", {})
    role = station.get("role", "kiosk") if isinstance(station, dict) else "kiosk"
    unsaid = not isinstance(listed, list) or not all(map(_is_text, kinds))
    for needs in () if unsaid else (NEEDS, ALSO_NEEDS):
        wanted, why = needs.get(role, NOTHING) if isinstance(role, str) else NOTHING
        if wanted and not wanted & there:
            yield (
                "device",
                f"is missing: {why}; add a [[device]] of kind {' or '.join(sorted(wanted))}",
            )
    once = "a station has only one of them; remove one"
    yield from _twice("kind", kinds, once, ONE_AT_MOST)
    names = [device.get("name") or device.get("kind") for device in devices]
    yield from _twice("name", names, "give each a name of its own")


def _is_text(value: object) -> bool:
    return isinstance(value, str)


def _old_form(kind: str) -> str:
    return (
        f'devices are a list; write [[device]] and under it kind = "{kind}", in place of [{kind}]'
    )


def _twice(
    key: str, values: list[object], advice: str, only: frozenset[str] | None = None
) -> Iterator[tuple[str, str]]:
    for number, value in enumerate(values, 1):
        again = isinstance(value, str) and value in values[: number - 1]
        if again and (only is None or value in only):
            first = values.index(value) + 1
            yield f"device.{number}.{key}", f"{value!r} stands in device {first} already; {advice}"


def _bad_pattern(name: str, pattern: object) -> Iterator[tuple[str, str]]:
    if not isinstance(pattern, str):
        return
    try:
        re.compile(pattern)
    except (re.error, OverflowError, RecursionError) as problem:
        usual = _value({}, name)
        yield name, f"no regular expression: {problem}; e.g. '{usual}'"


def _contradictions(tree: dict[str, object]) -> Iterator[tuple[str, str]]:
    for name, other in LESS_THAN:
        small, great = _value(tree, name), _value(tree, other)
        if isinstance(small, int | float) and isinstance(great, int | float) and small >= great:
            yield (
                name,
                f"must be less than {other}, which is {great:g}, found {small:g}; "
                "make this smaller or that greater",
            )
    for name, other in DIFFERENT:
        value = _value(tree, name)
        if isinstance(value, str) and str(_value(tree, other)).upper() == value.upper():
            usual = f'"{_value({}, name)}" and "{_value({}, other)}"'
            yield name, f"must differ from {other}, both are {value!r}; usual are {usual}"


def _value(tree: dict[str, object], name: str) -> object:
    """What the file says, or what holds when it says nothing."""
    section, key = name.split(".")
    table = tree.get(section, {})
    default = getattr(DEFAULTS[section], key)
    return table.get(key, default) if isinstance(table, dict) else None
