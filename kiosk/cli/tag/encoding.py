"""`muontra tag encode`: the bytes to write on a tag."""

from collections.abc import Iterable
from enum import StrEnum
from typing import Annotated

import msgspec
import typer

from drivers.tags.content import Layout, TagModel, VersionNibble
from drivers.tags.detect import decode_tag
from drivers.tags.elements import elements_named
from drivers.tags.encode import DSFIDS, encode_tag
from drivers.tags.problems import TagEncodingError
from kiosk.cli.at_hand import Finding

EXAMPLES = """Example:

muontra tag encode --model iso28560-3 --size 112
'{"primary_item_identifier": "TK.00003", "owner_institution": "VN-LC"}'
"""


class WrittenModel(StrEnum):
    """The models that are written."""

    ISO28560_2 = TagModel.ISO28560_2.value
    ISO28560_3 = TagModel.ISO28560_3.value


ElementsArgument = Annotated[str, typer.Argument(help="The elements as one JSON object.")]
ModelOption = Annotated[WrittenModel, typer.Option(help="Data model to write.")]
NibbleOption = Annotated[
    VersionNibble,
    typer.Option(help="Half of byte 0 that holds the version in iso28560-3; as the library's."),
]


def encode(
    elements: ElementsArgument,
    model: ModelOption,
    size: Annotated[
        int | None, typer.Option(min=1, help="User memory of the tag in bytes; zeros fill it up.")
    ] = None,
    version_nibble: NibbleOption = VersionNibble.LOW,
    *,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Print the user memory for these elements in hexadecimal; nothing is cut silently."""
    tag_model = TagModel(model.value)
    layout = Layout(version_nibble=version_nibble)
    try:
        memory = encode_tag(tag_model, elements_named(object_of(elements)), size, layout=layout)
    except TagEncodingError as error:
        _refuse(error, tag_model, size, as_json=as_json)
        raise typer.Exit(Finding.BROKEN) from None
    content = decode_tag(memory, dsfid=DSFIDS[tag_model])
    if as_json:
        typer.echo(_encoded_json(tag_model, memory.hex().upper(), len(memory), content.problems))
        return
    typer.echo(memory.hex().upper())
    for problem in content.problems:
        typer.echo(f"{problem.code}: {problem.sentence}", err=True)


def object_of(text: str) -> dict[str, object]:
    """Raises BadParameter, which ends the command with its usage."""
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
