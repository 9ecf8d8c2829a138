"""`muontra tag decode`: what the bytes of a tag say."""

import sys
from collections.abc import Iterable, Iterator
from typing import Annotated

import msgspec
import typer
from rich.console import Console

from drivers.tags.content import TagContent, TagModel
from drivers.tags.detect import decode_tag
from drivers.tags.elements import by_name
from drivers.tags.problems import Problem, ProblemCode
from kiosk.cli.tag.words import content_tables

HEX_SEPARATORS = str.maketrans("", "", " \t\r\n:|")
STREAM = "-"
EXAMPLES = """Examples:

muontra tag decode --hex "11010131 30303030 30303536 ..."

muontra tag decode --dsfid 06 --json --hex 6108544431323334353600

muontra tag decode --hex - < tags.txt    (one tag a line: hex, space, DSFID if known)
"""


class UnreadableLineError(ValueError):
    """The input is no tag in hexadecimal; `str(error)` says why."""


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
        Console().print(*content_tables(content), sep="\n")
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
