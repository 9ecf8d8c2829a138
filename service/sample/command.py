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

from service.commands.place import (
    DEFAULT_STATE,
    Database,
    Place,
    State,
    console,
    fail,
    owned,
    plain_errors,
)
from service.database.engine import open_engine
from service.database.migrate import upgrade_engine
from service.sample.collection import FEWEST_COPIES, MOST_COPIES
from service.sample.fill import NotEmpty, fill
from service.sample.loans import Circulation
from service.sample.points import TIME_ZONE
from service.sample.shelf import Volume, demo_volumes, known_cards, lines, volumes
from service.sample.size import Sample

EXAMPLE = "Example: muontra-service sample --copies 150000 --database sqlite:///library.db"

_COLUMNS = (TextColumn("Sample library"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())


def _in_a_folder(path: Path | None) -> Path | None:
    if path and not path.absolute().parent.is_dir():
        raise typer.BadParameter(f"the folder of {path} does not exist")
    return path


def sample(
    copies: Annotated[
        int, typer.Option(min=FEWEST_COPIES, max=MOST_COPIES, help="Copies, a set counted once.")
    ] = 2_000,
    seed: Annotated[int, typer.Option(help="Another seed, another library.")] = 1,
    as_of: Annotated[
        datetime | None,
        typer.Option(formats=["%Y-%m-%d"], help="The day due dates count from. [default: today]"),
    ] = None,
    tags: Annotated[
        Path | None,
        typer.Option(
            callback=_in_a_folder,
            dir_okay=False,
            help="Also list all volumes and what their tags say, one JSON object a line.",
        ),
    ] = None,
    cards: Annotated[
        Path | None,
        typer.Option(
            callback=_in_a_folder,
            dir_okay=False,
            help="Also list the cards that demos and tests name, one JSON object a line.",
        ),
    ] = None,
    demo_shelf: Annotated[
        bool, typer.Option("--demo-shelf", help="--tags lists the demo's two dozen volumes only.")
    ] = False,
    state: State = DEFAULT_STATE,
    database: Database = None,
) -> None:
    """Fill an empty database with an invented library; no person or place in it is real.

    The same number of copies, seed and day make the same library.
    """
    day = as_of.date() if as_of else datetime.now(ZoneInfo(TIME_ZONE)).date()
    made = Sample(copies, seed, day)
    with plain_errors():
        engine = open_engine(database) if database else Place.of(state, None).bare_engine()
        circulation = _fill(engine, made)
    if tags:
        _write(tags, _volumes(made, circulation, demo_shelf=demo_shelf))
    if cards:
        _write(cards, known_cards())
    console.print(
        f"{made.copies} copies of {made.titles} titles, {made.patrons} patrons, "
        f"{len(circulation.loans)} open loans; seed {seed}, as of {day}"
    )


def _fill(engine: Engine, made: Sample) -> Circulation:
    try:
        with owned(engine):
            upgrade_engine(engine)
            return _fill_with_progress(engine, made)
    except NotEmpty as problem:
        fail(f"{engine.url.render_as_string()} {problem}.")
    finally:
        engine.dispose()


def _fill_with_progress(engine: Engine, made: Sample) -> Circulation:
    rows = made.copies + made.titles + made.patrons
    with Progress(*_COLUMNS, console=Console(stderr=True)) as progress:
        bar = progress.add_task("", total=rows)
        return fill(engine, made, lambda written: progress.advance(bar, written))


def _volumes(made: Sample, circulation: Circulation, *, demo_shelf: bool) -> Iterable[Volume]:
    lent = {loan.item for loan in circulation.loans}
    choose = demo_volumes if demo_shelf else volumes
    return choose(chain.from_iterable(made.collection()), lent)


def _write(path: Path, values: Iterable[Struct]) -> None:
    with path.open("wb") as file:
        file.writelines(lines(values))
