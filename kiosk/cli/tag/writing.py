"""`muontra tag write` and `blank`: a tag's whole memory, proved by reading back."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Annotated

import typer
from rich.progress import Progress

from drivers.interfaces import TagReader
from drivers.tag_writing import Told, write_afi, write_content
from drivers.tags.content import Layout, TagModel, VersionNibble
from drivers.tags.elements import Elements, elements_named
from drivers.tags.encode import DSFIDS, encode_tag
from drivers.tags.problems import TagEncodingError
from drivers.tags.security import LibraryProfile, SecurityState
from drivers.whole_tag import WholeTag, read_tag
from kiosk.cli.at_hand import ConfigOption, JsonOption, PauseOption, errors, give_up, say
from kiosk.cli.pad_at_hand import (
    DriverOption,
    PadChoice,
    PathOption,
    SetOption,
    UidsOption,
    opened_pad,
)
from kiosk.cli.tag.encoding import ElementsArgument, ModelOption, NibbleOption, object_of
from kiosk.cli.tag.guard import hindrance
from kiosk.cli.tag.told import picture, read_and_told, worst
from kiosk.cli.tag.unbroken import unbroken

WRITE_EXAMPLES = """Example:

muontra tag write --pause --model iso28560-3
'{"primary_item_identifier": "VV.00417", "owner_institution": "VN-SK", "type_of_usage": "10",
"set_information": {"parts": 1, "part": 1}}'
"""
BLANK_EXAMPLES = """Example:

muontra tag blank --pause --overwrite VV.00417
"""
OverwriteOption = Annotated[
    list[str] | None,
    typer.Option(
        metavar="NUMBER",
        help="The other item's number that may be lost; of a tag without one, its UID.",
    ),
]


def write(
    elements: ElementsArgument,
    model: ModelOption,
    uid: Annotated[str | None, typer.Option(help="Which tag, where several lie there.")] = None,
    overwrite: OverwriteOption = None,
    version_nibble: NibbleOption = VersionNibble.LOW,
    config: ConfigOption = None,
    driver: DriverOption = None,
    path: PathOption = None,
    settings: SetOption = None,
    *,
    pause: PauseOption = False,
    as_json: JsonOption = False,
) -> None:
    """Write an item's data on the tag on the pad, and prove every block, DSFID and AFI.

    The tag is secured, unless it carries this item already and is released: it may be lent. What
    carries another item is not written without --overwrite.
    """
    named = _elements(elements)
    number = named.primary_item_identifier
    with opened_pad(PadChoice(config, driver, path, settings or (), pause)) as pad:
        seen = pad.one_tag(uid)
        tag = read_tag(pad.reader, seen)
        _expect_allowed([tag], number, overwrite or ())
        memory = _encoded(TagModel(model.value), named, tag, version_nibble)
        with unbroken(), _progress(tag) as told:
            write_content(pad.reader, tag, memory, DSFIDS[TagModel(model.value)], told)
            write_afi(pad.reader, tag.uid, _afi_after(tag, number, pad.profile))
        row = read_and_told(pad.reader, seen, pad.profile)
    say({"tags": [row]}, picture([row]), as_json=as_json)
    raise typer.Exit(row.finding)


def blank(
    uids: UidsOption = None,
    overwrite: OverwriteOption = None,
    config: ConfigOption = None,
    driver: DriverOption = None,
    path: PathOption = None,
    settings: SetOption = None,
    *,
    pause: PauseOption = False,
    as_json: JsonOption = False,
) -> None:
    """Empty tags: memory, DSFID and AFI are zero afterwards, and proved to be."""
    with opened_pad(PadChoice(config, driver, path, settings or (), pause)) as pad:
        chosen = pad.chosen_tags(uids or ())
        tags = [read_tag(pad.reader, seen) for seen in chosen]
        _expect_allowed(tags, None, overwrite or ())
        for tag in tags:
            _empty(pad.reader, tag)
        rows = [read_and_told(pad.reader, seen, pad.profile) for seen in chosen]
    say({"tags": rows}, picture(rows), as_json=as_json)
    raise typer.Exit(worst(rows))


def _elements(text: str) -> Elements:
    try:
        named = elements_named(object_of(text))
    except TagEncodingError as problem:
        give_up(f"{problem.code}: {problem}")
    if not named.primary_item_identifier:
        give_up("Say which item it is: the elements need a primary_item_identifier.")
    return named


def _encoded(model: TagModel, elements: Elements, tag: WholeTag, nibble: VersionNibble) -> bytes:
    """The whole memory of this tag."""
    layout = Layout(version_nibble=nibble, block_size=tag.block_size)
    try:
        return encode_tag(model, elements, len(tag.memory), layout=layout)
    except TagEncodingError as problem:
        give_up(f"{problem.code}: {problem}")


def _expect_allowed(tags: Iterable[WholeTag], number: str | None, allowed: Iterable[str]) -> None:
    hindrances = [found for tag in tags if (found := hindrance(tag, number, allowed))]
    if hindrances:
        give_up("\n".join(hindrances))


def _afi_after(tag: WholeTag, number: str | None, profile: LibraryProfile) -> int:
    """The tag follows the loan: of an item that is lent it stays released."""
    same = tag.content.item_identifier == number and not tag.content.is_patron_card
    released = profile.state_of(tag.afi) is SecurityState.RELEASED
    return profile.afi_for(SecurityState.RELEASED if same and released else SecurityState.SECURED)


def _empty(reader: TagReader, tag: WholeTag) -> None:
    with unbroken(), _progress(tag) as told:
        write_content(reader, tag, bytes(len(tag.memory)), 0, told)
        write_afi(reader, tag.uid, 0)


@contextmanager
def _progress(tag: WholeTag) -> Iterator[Told]:
    """A bar on a terminal, over the blocks that must change."""
    with Progress(console=errors, transient=True, disable=not errors.is_terminal) as progress:
        task = progress.add_task(f"Writing {tag.uid}", total=None)
        yield lambda done, of: progress.update(task, completed=done, total=of)
