"""What would be lost if a tag were written, and whether its loss was allowed by name."""

from collections.abc import Iterable
from shlex import quote

from drivers.tags.content import TagModel
from drivers.whole_tag import WholeTag
from kiosk.recognition import may_be_number


def hindrance(tag: WholeTag, number: str | None, allowed: Iterable[str]) -> str | None:
    """Why this tag is not to be written for the item `number` (None: to be emptied).

    `allowed`: numbers, or UIDs where no number can be named, that may be lost.
    """
    content = tag.content
    if content.model is TagModel.BLANK:
        return None
    standing = content.item_identifier or ""
    if content.is_patron_card or not standing or not may_be_number(standing):
        name, what = str(tag.uid), _unnamed(tag)
    elif standing == number:
        return None
    else:
        name, what = standing, f"the item {standing}"
    if name in set(allowed):
        return None
    return f"Tag {tag.uid} carries {what}; to write over it add --overwrite {quote(name)}."


def _unnamed(tag: WholeTag) -> str:
    if tag.content.is_patron_card:
        return "a patron's card"
    if tag.content.model is TagModel.NDEF:
        return "data for telephones"
    return "data from which no item number can be read"
