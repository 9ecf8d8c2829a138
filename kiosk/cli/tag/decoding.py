"""`muontra tag decode`: what the bytes of a tag say."""

import re
import sys
from collections.abc import Iterable, Iterator
from string import hexdigits
from typing import Annotated

import msgspec
import typer
from rich.console import Console

from drivers.tags.content import TagContent, TagModel
from drivers.tags.detect import decode_tag
from drivers.tags.elements import by_name
from drivers.tags.problems import Problem, ProblemCode
from kiosk.cli.at_hand import Finding
from kiosk.cli.tag.words import content_tables

HEX_SEPARATORS = str.maketrans("", "", " \t\r\n:|")
DSFID = re.compile(r"(0[xX])?[0-9A-Fa-f]{2}")
NOTHING_TO_DECODE = frozenset({ProblemCode.UNREADABLE_LINE, ProblemCode.NOTHING_READ})
STREAM = "-"
EXAMPLES = """Examples:

muontra tag decode --hex "11010156 562E3030 30303100 00000000 00000064 53564E4C 43000000 00000000"

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
        raise typer.Exit(_decode_stream(dsfid, settings))
    try:
        content = settings.decode(hexadecimal.translate(HEX_SEPARATORS), dsfid)
    except UnreadableLineError as error:
        content = _unreadable(error)
    if as_json:
        typer.echo(_json(content))
    else:
        Console().print(*content_tables(content), sep="\n")
    raise typer.Exit(_finding(content))


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
    strange = next((sign for sign in hexadecimal if sign not in hexdigits), None)
    if strange is not None:
        raise UnreadableLineError(f"{strange!r} is no hexadecimal digit")
    if len(hexadecimal) % 2:
        raise UnreadableLineError("its last byte has one digit only")
    return bytes.fromhex(hexadecimal)


def _one_byte(dsfid: str) -> int:
    if not DSFID.fullmatch(dsfid):
        raise UnreadableLineError(f"a DSFID is two hexadecimal digits, not {dsfid}")
    return int(dsfid, 16)


def _unreadable(error: UnreadableLineError) -> TagContent:
    problem = Problem.of(ProblemCode.UNREADABLE_LINE, reason=error)
    return TagContent(model=TagModel.UNKNOWN, problems=(problem,))


def _finding(content: TagContent) -> Finding:
    unread = any(problem.code in NOTHING_TO_DECODE for problem in content.problems)
    return Finding.LOOK_AFTER if unread else Finding.GOOD


def _decode_stream(dsfid: str | None, settings: Settings) -> Finding:
    """One JSON object a line, each written out before the next line is waited for."""
    worst = Finding.GOOD
    for content in _contents(sys.stdin.buffer, dsfid, settings):
        sys.stdout.buffer.write(_json(content) + b"\n")
        sys.stdout.buffer.flush()
        worst = max(worst, _finding(content))
    return worst


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
