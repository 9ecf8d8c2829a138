"""`muontra doctor`: everything in one run, one line each with the remedy."""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.table import Table
from rich.text import Text

from kiosk.cli.at_hand import ConfigOption, JsonOption, config_path, console, errors, say

if TYPE_CHECKING:
    from kiosk.doctor.patient import Patient
    from kiosk.doctor.results import Result

EXAMPLE = """Examples:

muontra doctor --config /etc/muontra/kiosk-1.toml

muontra doctor --bundle /tmp/kiosk-1.tar.gz
"""
COLOURS = {"good": "green", "look after": "yellow", "broken": "red", "not looked at": "dim"}

BundleOption = Annotated[
    Path | None,
    typer.Option(
        metavar="FILE",
        help="Also pack findings, versions, logs and masked traces: no personal data, no secrets.",
    ),
]


def command(
    config: ConfigOption = None, bundle: BundleOption = None, *, as_json: JsonOption = False
) -> None:
    """Look at everything that may be wrong with a station, and say what to do.

    Exit code: 0 all is well, 1 something to look after, 2 something is broken. Devices that a
    running station holds are judged by what it says; those of a stopped one are tried.
    """
    import structlog  # noqa: PLC0415 - heavy, as what follows

    from kiosk.doctor.bundle import BundleProblem, pack  # noqa: PLC0415
    from kiosk.doctor.patient import admitted  # noqa: PLC0415
    from kiosk.doctor.results import SEVERITY  # noqa: PLC0415

    structlog.configure(logger_factory=structlog.ReturnLoggerFactory())  # findings say it all
    with admitted(config_path(config)) as patient:
        results = list(_examined(patient))
        say({"findings": results}, _table(results), as_json=as_json)
        if bundle is not None:
            try:
                pack(bundle, patient, results)
            except BundleProblem as problem:
                errors.print(str(problem), style="red", markup=False)
                raise typer.Exit(2) from problem
            if not as_json:
                console.print(f"Packed into {bundle}.", markup=False)
    raise typer.Exit(max(SEVERITY[result.mark] for result in results))


def _examined(patient: "Patient") -> "Iterator[Result]":
    """Says on a terminal what is being looked at."""
    from kiosk.doctor.checks import CHECKS, examined  # noqa: PLC0415

    with errors.status("Looking at the station") as status:
        for check in CHECKS:
            status.update(f"Looking at {check.looks_at}")
            yield from examined(patient, check)


def _table(results: "list[Result]") -> Table:
    table = Table("", "What", "How it is, and what to do", box=None, pad_edge=False)
    for result in results:
        words = Text(result.sentence)
        if result.remedy:
            words.append(f"\n→ {result.remedy}", style="bold")
        what = f"{result.check}: {result.about}" if result.about else result.check
        table.add_row(Text(result.mark, style=COLOURS[result.mark]), Text(what), words)
    return table
