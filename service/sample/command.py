"""`muontra-service sample`: fills an empty database with the invented library."""

from collections.abc import Iterable
from datetime import datetime
from itertools import chain
from pathlib import Path
from typing import Annotated
from zoneinfo import ZoneInfo

import typer
from msgspec import Struct
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from sqlalchemy import Engine

from service.database.engine import open_engine
from service.database.migrate import upgrade_engine
from service.sample.collection import FEWEST_COPIES, MOST_COPIES
from service.sample.fill import NotEmpty, fill
from service.sample.loans import Circulation
from service.sample.points import TIME_ZONE
from service.sample.shelf import Volume, demo_volumes, known_cards, lines, volumes
from service.sample.size import Sample


def sample(
    copies: Annotated[
        int, typer.Option(min=FEWEST_COPIES, max=MOST_COPIES, help="Copies, sets counted once.")
    ] = 2000,
    seed: Annotated[int, typer.Option(help="Another seed, another library.")] = 1,
    database: Annotated[
        str, typer.Option(metavar="URL", help="An empty database; its schema is made.")
    ] = "sqlite:///service.db",
    as_of: Annotated[
        datetime | None,
        typer.Option(
            formats=["%Y-%m-%d"], help="The day due dates count from; today if not given."
        ),
    ] = None,
    tags: Annotated[
        Path | None, typer.Option(help="Also write the volumes and their tags, one JSON a line.")
    ] = None,
    cards: Annotated[
        Path | None, typer.Option(help="Also write the known cards, one JSON a line.")
    ] = None,
    demo_shelf: Annotated[
        bool, typer.Option("--demo-shelf", help="--tags gets the two dozen of the demo only.")
    ] = False,
) -> None:
    """Fill an empty database with an invented library: no person or place in it is real.

    Example: muontra-service sample --copies 150000 --database sqlite:///library.db
    """
    day = as_of.date() if as_of else datetime.now(ZoneInfo(TIME_ZONE)).date()
    made = Sample(copies, seed, day)
    engine = open_engine(database)
    try:
        circulation = _fill_with_progress(engine, made)
    except NotEmpty as refusal:
        typer.echo(f"{engine.url}: {refusal}", err=True)
        raise typer.Exit(1) from refusal
    finally:
        engine.dispose()
    if tags:
        _write_lines(tags, _volumes(made, circulation, demo_shelf=demo_shelf))
    if cards:
        _write_lines(cards, known_cards())
    typer.echo(
        f"{made.copies} copies of {made.titles} titles, {made.patrons} patrons, "
        f"{len(circulation.loans)} open loans; seed {seed}, as of {day}"
    )


def _fill_with_progress(engine: Engine, made: Sample) -> Circulation:
    console = Console(stderr=True)
    columns = (TextColumn("Sample library"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    upgrade_engine(engine)
    with Progress(*columns, console=console) as progress:
        bar = progress.add_task("rows", total=made.copies + made.titles + made.patrons)
        return fill(engine, made, lambda rows: progress.advance(bar, rows))


def _volumes(made: Sample, circulation: Circulation, *, demo_shelf: bool) -> Iterable[Volume]:
    lent = {loan.item for loan in circulation.loans}
    choose = demo_volumes if demo_shelf else volumes
    return choose(chain.from_iterable(made.collection()), lent)


def _write_lines(path: Path, values: Iterable[Struct]) -> None:
    with path.open("wb") as file:
        file.writelines(lines(values))
