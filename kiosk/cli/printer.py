"""`muontra printer`: is every column and letter on the paper?"""

from datetime import datetime
from typing import Annotated, Any

import typer
from msgspec import Struct
from rich.text import Text

from drivers.deadline import Deadline
from drivers.errors import DeviceRefused
from drivers.interfaces import Paper, PrinterStatus
from kiosk.cli.at_hand import (
    ConfigOption,
    Finding,
    JsonOption,
    PauseOption,
    opened,
    say,
    section_of,
    station_config,
)

app = typer.Typer(help="Try the receipt printer.", no_args_is_help=True)

EXAMPLE = "Example:\n\nmuontra printer test --pause"

STATUS_SECONDS = 5.0
PRINT_SECONDS = 30.0


class Trial(Struct, frozen=True, kw_only=True):
    """`hindrance`: why nothing was printed, or nothing more can be; empty = none."""

    printer: str
    model: str
    before: PrinterStatus
    after: PrinterStatus
    printed: bool
    hindrance: str


@app.command("test", epilog=EXAMPLE)
def try_out(
    config: ConfigOption = None,
    printer: Annotated[
        str | None, typer.Option("--printer", help="Its name.", show_default=False)
    ] = None,
    *,
    pause: PauseOption = False,
    as_json: JsonOption = False,
) -> None:
    """Print a page with all Vietnamese letters between two edges, and ask for paper and cover."""
    settings = station_config(config)
    section = section_of(settings, "printer", printer)
    with opened(settings, section, pause=pause) as at_hand:
        trial = _tried(at_hand.device, section.called, at_hand.identity, settings.station.name)
    say(trial, Text(_words(trial)), as_json=as_json)
    raise typer.Exit(_finding(trial))


def _tried(device: Any, name: str, identity: Any, station: str) -> Trial:  # noqa: ANN401 - any driver
    from kiosk.receipts.trial import trial_receipt  # noqa: PLC0415 - slow to import

    before = after = device.status(Deadline.after(STATUS_SECONDS))
    lines = trial_receipt(station, datetime.now().astimezone())
    refusal = ""
    try:
        after = device.print_lines(lines, Deadline.after(PRINT_SECONDS))
    except DeviceRefused as problem:
        refusal = str(problem)
    return Trial(
        printer=name,
        model=identity.model,
        before=before,
        after=after,
        printed=not refusal,
        hindrance=refusal or after.hindrance,
    )


def _finding(trial: Trial) -> Finding:
    if trial.hindrance:
        return Finding.BROKEN
    return Finding.LOOK_AFTER if trial.after.paper is Paper.NEAR_END else Finding.GOOD


def _words(trial: Trial) -> str:
    paper = f"paper {trial.before.paper} before, {trial.after.paper} after"
    if trial.hindrance:
        return f"{trial.printer}: {trial.hindrance} ({paper})."
    return (
        f"{trial.printer}: printed, {paper}. Both edges and every letter must be on the paper;"
        " else see `dots` and `mode` of its settings."
    )
