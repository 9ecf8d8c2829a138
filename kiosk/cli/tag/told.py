"""What a command tells of the tags on a pad: one row a tag, for people and for scripts.

A patron's card is told as such, without its number.
"""

from collections.abc import Iterable, Sequence

from msgspec import Struct
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from drivers.errors import TagError
from drivers.facts import TagSeen
from drivers.interfaces import TagReader
from drivers.tags.content import TagModel
from drivers.tags.problems import Harm
from drivers.tags.security import LibraryProfile, SecurityState
from drivers.uid import Uid
from drivers.whole_tag import WholeTag, read_tag
from kiosk.cli.at_hand import Finding
from kiosk.cli.tag.words import printable

COLOURS = {
    SecurityState.SECURED: "green",
    SecurityState.RELEASED: "cyan",
    SecurityState.UNKNOWN: "yellow",
}
NOT_ITEMS = frozenset({TagModel.BLANK, TagModel.NDEF})


class TagTold(Struct, frozen=True, kw_only=True):
    """`trouble`: why it could not be read. DSFID and AFI as two hexadecimal digits."""

    uid: Uid
    chip: str
    model: str = ""
    item: str | None = None
    owner: str | None = None
    part: int | None = None
    parts: int | None = None
    patron_card: bool = False
    dsfid: str = ""
    afi: str | None = None
    security: SecurityState = SecurityState.UNKNOWN
    bytes: int = 0
    problems: tuple[str, ...] = ()
    trouble: str = ""
    finding: Finding = Finding.GOOD


def tag_told(tag: WholeTag, profile: LibraryProfile) -> TagTold:
    """A tag in the library's words."""
    content, is_card = tag.content, tag.content.is_patron_card
    return TagTold(
        uid=tag.uid,
        chip=f"{tag.chip.manufacturer} {tag.chip.name}",
        model=content.model,
        item=None if is_card else content.item_identifier,
        owner=content.owner,
        part=content.part if content.item_identifier else None,
        parts=content.parts if content.item_identifier else None,
        patron_card=is_card,
        dsfid=f"{tag.dsfid:02X}",
        afi=None if tag.afi is None else f"{tag.afi:02X}",
        security=profile.state_of(tag.afi),
        bytes=len(tag.memory),
        problems=tuple(problem.sentence for problem in content.problems),
        finding=_finding(tag, profile),
    )


def read_and_told(reader: TagReader, seen: TagSeen, profile: LibraryProfile) -> TagTold:
    """One tag as it is now; what cannot be read has its reason."""
    try:
        return tag_told(read_tag(reader, seen), profile)
    except TagError as problem:
        return TagTold(uid=seen.uid, chip="", trouble=str(problem), finding=Finding.LOOK_AFTER)


def worst(tags: Iterable[TagTold]) -> Finding:
    """The exit code; an empty pad is something to look after."""
    return max((tag.finding for tag in tags), default=Finding.LOOK_AFTER)


def picture(tags: Sequence[TagTold]) -> RenderableType:
    """For people."""
    if not tags:
        return Text("No tag lies on the pad: lay the items flat on its middle.")
    table = Table(box=None, pad_edge=False)
    table.add_column("Tag", no_wrap=True, min_width=16)
    for column in ("Item", "Part", "AFI", "Gate sees", "Model", "Chip"):
        table.add_column(column, overflow="fold")
    for tag in tags:
        table.add_row(*_cells(tag))
    problems = ((tag.uid, problem) for tag in tags for problem in (*tag.problems, tag.trouble))
    told = (Text(f"{uid}: {printable(what)}", style="yellow") for uid, what in problems if what)
    return Group(table, *told)


def _cells(tag: TagTold) -> tuple[str | Text, ...]:
    if tag.trouble:
        return tag.uid, Text("not read", style="red")
    what = "a patron's card" if tag.patron_card else printable(tag.item or "–")
    part = f"{tag.part} of {tag.parts}" if tag.parts and tag.parts > 1 else ""
    security = Text(tag.security, style=COLOURS[tag.security])
    return tag.uid, Text(what), part, tag.afi or "not told", security, tag.model, tag.chip


def _finding(tag: WholeTag, profile: LibraryProfile) -> Finding:
    content = tag.content
    harmed = any(problem.harm is not Harm.NOTE for problem in content.problems)
    unsure = profile.state_of(tag.afi) is SecurityState.UNKNOWN and content.model not in NOT_ITEMS
    return Finding.LOOK_AFTER if harmed or unsure else Finding.GOOD
