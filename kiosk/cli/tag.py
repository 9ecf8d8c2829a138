"""`muontra tag`: what stands on a tag, and what to write on one."""

import sys
from collections.abc import Iterable, Iterator
from enum import StrEnum
from typing import Annotated

import msgspec
import typer
from rich.console import Console, RenderableType
from rich.table import Table
from rich.text import Text

from drivers.tags.content import Layout, TagContent, TagModel, VersionNibble
from drivers.tags.detect import decode_tag
from drivers.tags.elements import (
    MEDIA_FORMATS,
    USAGE_CLASSES,
    ElementValue,
    SetInformation,
    by_name,
    element_of,
    elements_named,
)
from drivers.tags.encode import DSFIDS, encode_tag
from drivers.tags.problems import Problem, ProblemCode, TagEncodingError

app = typer.Typer(help="Decode and encode library tags.", no_args_is_help=True)

HEX_SEPARATORS = str.maketrans("", "", " \t\r\n:|")
STREAM = "-"


class WrittenModel(StrEnum):
    """The models that are written."""

    ISO28560_2 = TagModel.ISO28560_2.value
    ISO28560_3 = TagModel.ISO28560_3.value


class UnreadableLineError(ValueError):
    """The input is no tag in hexadecimal; `str(error)` says why."""


DECODE_EXAMPLES = """Examples:

muontra tag decode --hex "11010131 30303030 30303536 ..."

muontra tag decode --dsfid 06 --json --hex 6108544431323334353600

muontra tag decode --hex - < tags.txt    (one tag a line: hex, space, DSFID if known)
"""

ENCODE_EXAMPLES = """Example:

muontra tag encode --model iso28560-3 --size 112
'{"primary_item_identifier": "TK.00003", "owner_institution": "VN-LC"}'
"""


@app.command(epilog=DECODE_EXAMPLES)
def decode(
    hexadecimal: Annotated[
        str, typer.Option("--hex", help="User memory from byte 0 on; - reads many, one a line.")
    ],
    block_size: Annotated[
        int, typer.Option(min=1, max=256, help="Bytes in a block of this chip.")
    ] = 4,
    dsfid: Annotated[
        str | None, typer.Option(metavar="XX", help="The tag's DSFID, if known; breaks ties.")
    ] = None,
    zero_fill_to: Annotated[
        int, typer.Option(min=0, max=64, help="Digits of the item numbers of this library.")
    ] = 0,
    *,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Say which data model a tag follows and what stands on it."""
    settings = Settings(block_size, zero_fill_to)
    if hexadecimal == STREAM:
        _decode_stream(dsfid, settings)
        return
    try:
        content = settings.decode(hexadecimal.translate(HEX_SEPARATORS), dsfid)
    except UnreadableLineError as error:
        content = _unreadable(error)
    if as_json:
        typer.echo(_json(content))
    else:
        Console().print(*_tables(content), sep="\n")
    raise typer.Exit(1 if _is_unreadable(content) else 0)


class Settings(msgspec.Struct, frozen=True):
    """What is the same for all tags of one call."""

    block_size: int
    zero_fill_to: int

    def decode(self, hexadecimal: str, dsfid: str | None) -> TagContent:
        """Raises UnreadableLineError for text that is not hexadecimal."""
        return decode_tag(
            _bytes_of(hexadecimal),
            dsfid=None if dsfid is None else _one_byte(dsfid),
            block_size=self.block_size,
            zero_fill_to=self.zero_fill_to,
        )


def _bytes_of(hexadecimal: str) -> bytes:
    try:
        return bytes.fromhex(hexadecimal)
    except ValueError as error:
        raise UnreadableLineError(str(error)) from None


def _one_byte(dsfid: str) -> int:
    raw = _bytes_of(dsfid.lower().removeprefix("0x"))
    if len(raw) != 1:
        raise UnreadableLineError(f"a DSFID is two hexadecimal digits, not {dsfid}")
    return raw[0]


def _unreadable(error: UnreadableLineError) -> TagContent:
    problem = Problem.of(ProblemCode.UNREADABLE_LINE, reason=error)
    return TagContent(model=TagModel.UNKNOWN, problems=(problem,))


def _is_unreadable(content: TagContent) -> bool:
    return any(problem.code is ProblemCode.UNREADABLE_LINE for problem in content.problems)


def _decode_stream(dsfid: str | None, settings: Settings) -> None:
    """One JSON object a line, each written out before the next line is waited for."""
    for content in _contents(sys.stdin.buffer, dsfid, settings):
        sys.stdout.buffer.write(_json(content) + b"\n")
        sys.stdout.buffer.flush()


def _contents(
    lines: Iterable[bytes], dsfid: str | None, settings: Settings
) -> Iterator[TagContent]:
    for line in lines:
        try:
            yield settings.decode(*_fields(line, dsfid))
        except UnreadableLineError as error:
            yield _unreadable(error)


def _fields(line: bytes, dsfid: str | None) -> tuple[str, str | None]:
    """Memory and DSFID of a line; the DSFID of the call where the line has none."""
    fields = line.decode("ascii", "replace").split()
    if len(fields) > 2:
        raise UnreadableLineError("expected the memory, and after a space the DSFID")
    memory = fields[0] if fields else ""
    return memory, fields[1] if len(fields) == 2 else dsfid


def _json(content: TagContent) -> bytes:
    return msgspec.json.encode(
        {
            "model": content.model,
            "valid": content.valid,
            "elements": by_name(content.elements),
            "problems": content.problems,
            "layout": content.layout,
            "needs_more": content.needs_more,
        }
    )


def _tables(content: TagContent) -> Iterator[RenderableType]:
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
        yield Text(_printable(f"{problem.code}: {problem.sentence}"))


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
            return f"{value} ({words})" if words else _printable(value)


def _printable(text: str) -> str:
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)


@app.command(epilog=ENCODE_EXAMPLES)
def encode(
    elements: Annotated[str, typer.Argument(help="The elements as one JSON object.")],
    model: Annotated[WrittenModel, typer.Option(help="Data model to write.")],
    size: Annotated[
        int | None, typer.Option(min=1, help="User memory of the tag in bytes; zeros fill it up.")
    ] = None,
    version_nibble: Annotated[
        VersionNibble,
        typer.Option(help="Half of byte 0 that holds the version in iso28560-3; as the library's."),
    ] = VersionNibble.LOW,
    *,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Print the user memory for these elements in hexadecimal; nothing is cut silently."""
    tag_model = TagModel(model.value)
    layout = Layout(version_nibble=version_nibble)
    try:
        memory = encode_tag(tag_model, elements_named(_object(elements)), size, layout=layout)
    except TagEncodingError as error:
        _refuse(error, tag_model, size, as_json=as_json)
        raise typer.Exit(1) from None
    content = decode_tag(memory, dsfid=DSFIDS[tag_model])
    if as_json:
        typer.echo(_encoded_json(tag_model, memory.hex().upper(), len(memory), content.problems))
        return
    typer.echo(memory.hex().upper())
    for problem in content.problems:
        typer.echo(f"{problem.code}: {problem.sentence}", err=True)


def _object(text: str) -> dict[str, object]:
    try:
        return msgspec.json.decode(text, type=dict[str, object])
    except (msgspec.DecodeError, UnicodeEncodeError) as error:
        raise typer.BadParameter(f"The elements must be one JSON object: {error}.") from None


def _refuse(error: TagEncodingError, model: TagModel, size: int | None, *, as_json: bool) -> None:
    if as_json:
        problem = {"code": error.code, "sentence": str(error)}
        typer.echo(_encoded_json(model, None, size, [problem]))
    else:
        typer.echo(f"{error.code}: {error}", err=True)


def _encoded_json(
    model: TagModel, memory: str | None, size: int | None, problems: Iterable[object]
) -> bytes:
    return msgspec.json.encode(
        {
            "model": model,
            "hex": memory,
            "size": size,
            "dsfid": f"{DSFIDS[model]:02X}",
            "problems": list(problems),
        }
    )
