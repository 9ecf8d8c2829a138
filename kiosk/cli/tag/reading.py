"""`muontra tag read` and `dump`: what lies on a pad."""

from collections.abc import Iterable, Sequence

import typer
from msgspec import Struct
from rich.console import Group, RenderableType
from rich.progress import track
from rich.table import Table
from rich.text import Text

from drivers.facts import TagSeen
from drivers.uid import Uid
from drivers.whole_tag import WholeTag, read_tag
from kiosk.cli.at_hand import ConfigOption, JsonOption, PauseOption, errors, say
from kiosk.cli.pad_at_hand import (
    DriverOption,
    PadChoice,
    PathOption,
    SetOption,
    UidsOption,
    opened_pad,
)
from kiosk.cli.tag.told import picture, read_and_told, worst

READ_EXAMPLES = """Examples:

muontra tag read --pause

muontra tag read --driver feig_obid --path /dev/ttyUSB0 --json
"""
DUMP_EXAMPLES = """Example:

muontra tag dump --pause --uid E0040150338607AE
"""
CARD = "a patron's card: not shown"


def read(
    config: ConfigOption = None,
    driver: DriverOption = None,
    path: PathOption = None,
    settings: SetOption = None,
    *,
    pause: PauseOption = False,
    as_json: JsonOption = False,
) -> None:
    """Say what lies on the pad: item, set, data model, chip, and what a gate would do.

    Exit code 1 when a tag is damaged, cannot be read or has an unknown AFI, or none lies there.
    """
    with opened_pad(PadChoice(config, driver, path, settings or (), pause)) as pad:
        seen = _shown(pad.tags())
        tags = [read_and_told(pad.reader, tag, pad.profile) for tag in seen]
    say({"tags": tags}, picture(tags), as_json=as_json)
    raise typer.Exit(worst(tags))


class Dump(Struct, frozen=True):
    """One memory. `blocks` in hexadecimal, memory order; none of a patron's card."""

    uid: Uid
    dsfid: str
    block_size: int
    blocks: Sequence[str]


def dump(
    uids: UidsOption = None,
    config: ConfigOption = None,
    driver: DriverOption = None,
    path: PathOption = None,
    settings: SetOption = None,
    *,
    pause: PauseOption = False,
    as_json: JsonOption = False,
) -> None:
    """Show the whole memory of the tags on the pad, block by block."""
    with opened_pad(PadChoice(config, driver, path, settings or (), pause)) as pad:
        seen = pad.chosen_tags(uids) if uids else pad.tags()
        tags = [read_tag(pad.reader, tag) for tag in _shown(seen)]
    say({"tags": [_dump(tag) for tag in tags]}, _memories(tags), as_json=as_json)
    raise typer.Exit(0 if tags else 1)


def _shown(seen: Sequence[TagSeen]) -> Iterable[TagSeen]:
    """With a bar on a terminal: a large memory takes seconds."""
    return track(seen, "Reading", console=errors, transient=True, disable=not errors.is_terminal)


def _dump(tag: WholeTag) -> Dump:
    blocks = () if tag.content.is_patron_card else [block.hex().upper() for block in tag.blocks]
    return Dump(tag.uid, f"{tag.dsfid:02X}", tag.block_size, blocks)


def _memories(tags: Sequence[WholeTag]) -> RenderableType:
    return Group(*map(_memory, tags)) if tags else picture(())


def _memory(tag: WholeTag) -> RenderableType:
    if tag.content.is_patron_card:
        return Text(f"{tag.uid}: {CARD}")
    table = Table("Block", "Bytes", "Text", title=f"{tag.uid}, DSFID {tag.dsfid:02X}")
    for at, block in enumerate(tag.blocks):
        table.add_row(str(at), block.hex(" ").upper(), Text(_ascii(block)))
    return table


def _ascii(block: bytes) -> str:
    return "".join(chr(byte) if 0x20 <= byte < 0x7F else "·" for byte in block)
