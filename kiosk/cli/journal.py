"""`muontra journal`: how far the writing of each tag has come."""

from collections.abc import Iterable
from typing import Annotated

import typer
from rich.table import Table
from rich.text import Text

from kiosk.cli.at_hand import (
    ConfigOption,
    Finding,
    JsonOption,
    say,
    station_config,
    whole_table,
)
from kiosk.cli.kept import kept_at
from kiosk.local.protocol import JournalLine
from kiosk.outbox.records import NO_TAG, JournalState

app = typer.Typer(help="Tags that this station wrote, or was about to.", no_args_is_help=True)

EXAMPLE = "Example:\n\nmuontra journal list --open"

MEANINGS: dict[str, str] = {
    JournalState.WANTED: "not written yet",
    JournalState.WRITING: "perhaps written, not read back: lay the book on a pad",
    JournalState.PROVED: "written and read back",
    JournalState.CLOSED: "nothing more to do",
}


@app.command("list", epilog=EXAMPLE)
def list_(
    config: ConfigOption = None,
    only_open: Annotated[
        bool, typer.Option("--open", help="Only tags that no pad has proved.")
    ] = False,
    *,
    as_json: JsonOption = False,
) -> None:
    """Name the tags of all acts that are kept; exit code 1 while some are unproved."""
    every = [line for line in kept_at(station_config(config)).journal if line.uid != NO_TAG]
    unproved = [line for line in every if is_open(line)]
    lines = unproved if only_open else every
    say({"open": len(unproved), "rows": lines}, _table(lines), as_json=as_json)
    raise typer.Exit(Finding.LOOK_AFTER if unproved else Finding.GOOD)


def is_open(line: JournalLine) -> bool:
    """Some pad is still to prove it."""
    proved = {JournalState.PROVED, JournalState.CLOSED}
    return line.uid != NO_TAG and JournalState(line.state) not in proved


def _table(lines: Iterable[JournalLine]) -> Table:
    shown = whole_table("Item", "Tag", "State", "What it means", "Operation")
    for line in lines:
        shown.add_row(
            Text(line.item), line.uid, line.state, MEANINGS[line.state], line.operation[:12]
        )
    return shown
