"""`muontra-service search`: titles, authors, numbers; and the index that finds them."""

from typing import Annotated

import msgspec
import typer
from rich.table import Table

from service.catalogue.orders import Indexed, IndexTitles
from service.catalogue.search import MOST_SHOWN, Answer, By, Found, Question
from service.catalogue.search import search as find
from service.commands.exporting import open_reader
from service.commands.place import (
    DEFAULT_STATE,
    Database,
    Place,
    State,
    console,
    many_orders,
)

EXAMPLE = 'Example: muontra-service search "nguyen du" --by author --json'
REINDEX_EXAMPLE = "Example: muontra-service db reindex"


def search(
    text: Annotated[str, typer.Argument(metavar="TEXT", help="With or without accents.")],
    by: Annotated[By, typer.Option(help="What the text is.")] = By.ANY,
    limit: Annotated[int, typer.Option(min=1, max=MOST_SHOWN, help="Titles at most.")] = 20,
    point: Annotated[
        str | None, typer.Option(metavar="CODE", help="Only titles with a copy of this point.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object.")] = False,
    state: State = DEFAULT_STATE,
    database: Database = None,
) -> None:
    """Find titles by words, author, accession number or ISBN; the last word may be half typed."""
    with open_reader(state, database) as reader:
        answer = find(reader, Question(text, by, limit, point))
    if as_json:
        console.print(msgspec.json.encode(answer).decode())
    else:
        _show(answer)


def _show(answer: Answer) -> None:
    table = Table("Title", "Author", "Class", "Number", "Free of copies")
    for found in answer.found:
        table.add_row(found.title, found.author, found.ddc, found.number or "", _copies(found))
    console.print(table)
    if answer.more:
        console.print("There are more: type another word, or raise --limit.")


def _copies(found: Found) -> str:
    return ", ".join(f"{at.point} {at.free}/{at.copies}" for at in found.copies)


def reindex(state: State = DEFAULT_STATE, database: Database = None) -> None:
    """Write the index of words anew, title by title, while the service goes on."""
    done: int | None = 0
    with many_orders(Place.of(state, database)) as give:
        while done is not None:
            answer = give(IndexTitles(done))
            done = answer.last if isinstance(answer, Indexed) else None
    console.print("The words of all titles are in the index.")
