"""`muontra-service import`: catalogues, patrons and loans of other systems."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Annotated, BinaryIO, TypeVar

import msgspec
import typer
from msgspec import Struct
from msgspec.structs import replace
from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn

from service.catalogue.encodings import Encoding
from service.catalogue.entries import Count
from service.catalogue.intake import Intake, Outcome, Told
from service.catalogue.marc.mapping import mapping
from service.catalogue.orders import NoteImport, TakeOrder, TakeTitles
from service.catalogue.reading import Read, UnreadableFile, marc
from service.catalogue.tables.columns import Kind, table_map
from service.catalogue.tables.reading import table
from service.catalogue.taken import Taken
from service.commands.place import (
    DEFAULT_STATE,
    Database,
    Place,
    State,
    actor,
    console,
    fail,
    many_orders,
)

app = typer.Typer(
    help="Take in titles, copies, patrons and loans of another system.", no_args_is_help=True
)

T = TypeVar("T")

MARC_EXAMPLE = "Example: muontra-service import marc catalogue.mrc --map koha.toml --dry-run"
CSV_EXAMPLE = "Example: muontra-service import csv patrons readers.csv --map readers.toml"

DryRun = Annotated[
    bool, typer.Option("--dry-run", help="Only tell what would happen, and every problem.")
]
AllOrNothing = Annotated[
    bool,
    typer.Option("--all-or-nothing", help="Look through all first; with a problem take nothing."),
]
MoveCopies = Annotated[
    bool,
    typer.Option(
        "--move-copies", help="A copy that stands under another title here follows the file."
    ),
]
Letters = Annotated[
    Encoding, typer.Option(help="How letters are written. `auto` tells by the letters.")
]
Map = Annotated[
    Path | None,
    typer.Option(
        "--map",
        exists=True,
        dir_okay=False,
        help="TOML file: which field or column says what, and codes of the other system.",
    ),
]
Json = Annotated[
    bool, typer.Option("--json", help="One JSON object a problem, then one for the whole.")
]
File = Annotated[Path, typer.Argument(exists=True, dir_okay=False, metavar="FILE")]
Files = Annotated[list[Path], typer.Argument(exists=True, dir_okay=False, metavar="FILE…")]


class Summary(Struct, frozen=True):
    """The last line with --json."""

    counts: dict[str, Count]
    refused: int
    warnings: int
    dry_run: bool


class Way(Struct, frozen=True):
    """How an import goes."""

    kind: str
    dry_run: bool
    all_or_nothing: bool
    move_copies: bool
    as_json: bool


@app.command("marc", epilog=MARC_EXAMPLE)
def marc_(
    files: Files,
    dry_run: DryRun = False,
    all_or_nothing: AllOrNothing = False,
    move_copies: MoveCopies = False,
    encoding: Letters = Encoding.AUTO,
    own: Map = None,
    as_json: Json = False,
    state: State = DEFAULT_STATE,
    database: Database = None,
) -> None:
    """MARC 21 records, ISO 2709 or MARCXML, with their copies. Taking them twice changes nothing.

    Good records are taken, bad ones told by their place. Exit code 1 when something was not taken.
    """
    read = partial(marc, encoding=encoding, table=_own(own, mapping))
    way = Way("marc", dry_run, all_or_nothing, move_copies, as_json)
    _import(Place.of(state, database), files, read, way)


@app.command("csv", epilog=CSV_EXAMPLE)
def csv_(
    kind: Annotated[Kind, typer.Argument(help="What its lines are.")],
    file: File,
    dry_run: DryRun = False,
    all_or_nothing: AllOrNothing = False,
    move_copies: MoveCopies = False,
    encoding: Letters = Encoding.AUTO,
    own: Map = None,
    as_json: Json = False,
    state: State = DEFAULT_STATE,
    database: Database = None,
) -> None:
    """A table with a line of headings (docs/catalogue.md). Taking it twice changes nothing.

    PINs and identity numbers are never taken. Exit code 1 when something was not taken.
    """
    read = partial(table, kind=kind, encoding=encoding, own=_own(own, table_map))
    way = Way(kind.value, dry_run, all_or_nothing, move_copies, as_json)
    _import(Place.of(state, database), [file], read, way)


def _own(path: Path | None, read: Callable[[bytes], T]) -> T:
    try:
        return read(path.read_bytes() if path else b"")
    except (msgspec.MsgspecError, OSError) as problem:
        fail(f"{path} is no map: {problem}.")


def _import(
    place: Place, files: list[Path], read: Callable[[BinaryIO], Iterator[Read]], way: Way
) -> None:
    try:
        with many_orders(place) as give, _progress(files) as advance:

            def send(order: TakeOrder) -> Taken:
                if isinstance(order, TakeTitles):
                    order = replace(order, may_move=way.move_copies)
                answer = give(order)
                return answer if isinstance(answer, Taken) else Taken()

            outcome = _run(Intake(read, send, advance), files, way)
            if not way.dry_run and any(count.writes for count in outcome.counts.values()):
                names = ", ".join(path.name for path in files)
                give(NoteImport(way.kind, names, _figures(outcome), actor()))
    except UnreadableFile as problem:
        fail(f"{', '.join(map(str, files))}: {problem}.")
    _sum_up(outcome, way)


def _run(intake: Intake, files: list[Path], way: Way) -> Outcome:
    tell = _tell_as_json if way.as_json else _tell
    if way.dry_run or not way.all_or_nothing:
        return intake.run(files, tell, is_rehearsal=way.dry_run)
    rehearsal = intake.run(files, tell, is_rehearsal=True)
    if rehearsal.refused:
        rehearsal.counts = {}
        return rehearsal
    return intake.run(files, lambda _told: None, is_rehearsal=False)


@contextmanager
def _progress(files: list[Path]) -> Iterator[Callable[[int], None]]:
    columns = TextColumn("Reading"), BarColumn(), DownloadColumn(), TimeRemainingColumn()
    with Progress(*columns, console=Console(stderr=True)) as progress:
        bar = progress.add_task("", total=sum(path.stat().st_size for path in files))
        yield lambda read: progress.update(bar, completed=read)


def _tell(told: Told) -> None:
    problem = told.problem
    outcome = "taken, but " if problem.taken else ""
    console.print(f"{told.file}:{problem.at}: {problem.what}: {outcome}{problem.text}")


def _tell_as_json(told: Told) -> None:
    console.print(msgspec.json.encode(told).decode())


def _figures(outcome: Outcome) -> str:
    return "; ".join(
        f"{kind}: {count.added} added, {count.changed} changed, {count.unchanged} as they were"
        for kind, count in outcome.counts.items()
    )


def _sum_up(outcome: Outcome, way: Way) -> None:
    if way.as_json:
        parts = outcome.counts, outcome.refused, outcome.warnings, way.dry_run
        console.print(msgspec.json.encode(Summary(*parts)).decode())
    else:
        would = "Nothing was written; it would be: " if way.dry_run else ""
        console.print(f"{would}{_figures(outcome) or 'nothing was taken'}")
        if outcome.refused:
            console.print(f"{outcome.refused} not taken: correct them and import the file again.")
    if outcome.refused:
        raise typer.Exit(1)
