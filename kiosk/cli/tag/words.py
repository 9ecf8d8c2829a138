"""What stands on a tag, in words for a terminal."""

from collections.abc import Iterator

from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from drivers.tags.content import TagContent, TagModel
from drivers.tags.elements import (
    MEDIA_FORMATS,
    USAGE_CLASSES,
    ElementValue,
    SetInformation,
    by_name,
    element_of,
)


def content_tables(content: TagContent) -> Iterator[RenderableType]:
    """For people. Texts from the tag never reach the terminal as control characters or markup."""
    table = Table(title=f"{content.model}, {'valid' if content.valid else 'NOT VALID'}")
    table.add_column("Element")
    table.add_column("Value")
    for name, value in by_name(content.elements).items():
        table.add_row(name, Text(_in_words(name, value)))
    if content.model is TagModel.ISO28560_3:
        table.add_row("(version stands in)", f"the {content.layout.version_nibble} half of byte 0")
    yield table
    for problem in content.problems:
        yield Text(printable(f"{problem.code}: {problem.sentence}"))


def _in_words(name: str, value: ElementValue) -> str:
    match value:
        case SetInformation(parts, part):
            return f"part {part} of {parts}"
        case tuple():
            return ", ".join(element_of(oid).name for oid in value)
        case int():
            words = MEDIA_FORMATS.get(value) if name == "media_format_other" else None
            return f"{value} ({words})" if words else str(value)
        case str():
            words = USAGE_CLASSES.get(value[0]) if name == "type_of_usage" else None
            return f"{value} ({words})" if words else printable(value)


def printable(text: str) -> str:
    """Text from a tag, without what could steer a terminal."""
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)
