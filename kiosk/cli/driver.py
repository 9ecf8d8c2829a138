"""`muontra driver`: what drivers there are, and whether they keep their contract."""

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Annotated

import structlog
import typer
from rich.progress import Progress, SpinnerColumn, TextColumn
from rich.table import Table
from rich.text import Text

from drivers.registry import Driver, installed_drivers
from kiosk.cli.at_hand import (
    JsonOption,
    errors,
    give_up,
    say,
    whole_table,
)

if TYPE_CHECKING:
    from drivers.conformance.suite import Verdict
    from drivers.conformance.trial import Check

app = typer.Typer(help="Look at drivers and check them.", no_args_is_help=True)

EXAMPLE = """Examples:

muontra driver check feig_obid

muontra driver check my_pad --only split --only leaks
"""


@app.command(name="list", epilog="Example:\n\nmuontra driver list")
def list_drivers(*, as_json: JsonOption = False) -> None:
    """Name the drivers of this installation, and what keeps one from loading."""
    statuses = sorted(installed_drivers().values(), key=lambda status: status.name)
    rows: list[dict[str, object]] = [
        {
            "name": status.name,
            "kind": status.driver.kind if status.driver else None,
            "summary": status.driver.summary if status.driver else status.reason,
            "simulated": bool(status.driver and status.driver.simulation),
        }
        for status in statuses
    ]
    say({"drivers": rows}, _table_of_drivers(rows), as_json=as_json)
    raise typer.Exit(0 if all(status.driver for status in statuses) else 1)


@app.command(epilog=EXAMPLE)
def check(
    name: Annotated[str, typer.Argument(help="The driver's name, as in a configuration.")],
    only: Annotated[
        list[str] | None, typer.Option(metavar="CHECK", help="Only this check; may be repeated.")
    ] = None,
    *,
    as_json: JsonOption = False,
) -> None:
    """Try a driver on its simulated device: every fault at every frame, and what else it promised.

    Nothing that is plugged in is touched.
    """
    from drivers.conformance import suite  # noqa: PLC0415 - takes every simulator along

    driver = _driver(name)
    checks = _wanted(driver, suite.checks_for(driver.kind), only or [])
    structlog.configure(logger_factory=structlog.ReturnLoggerFactory())  # thousands of faults
    run = suite.run(driver, checks)
    verdicts = list(run if as_json else _showing(run, checks))
    told = {"driver": name, "checks": verdicts}
    say(told, _table_of_verdicts(name, verdicts), as_json=as_json)
    raise typer.Exit(1 if any(verdict.trouble for verdict in verdicts) else 0)


def _driver(name: str) -> Driver:
    from drivers.simulators.simulation import (  # noqa: PLC0415 - as above
        NoSimulation,
        simulation_of,
    )

    statuses = installed_drivers()
    if name not in statuses:
        give_up(f"There is no driver {name}; there are {', '.join(sorted(statuses))}.")
    driver = statuses[name].driver
    if driver is None:
        give_up(f"The driver {name} does not load: {statuses[name].reason}")
    try:
        simulation_of(driver)
    except NoSimulation as problem:
        give_up(f"{problem}; see docs/new-driver.md.")
    return driver


def _wanted(driver: Driver, checks: Sequence["Check"], only: Sequence[str]) -> Sequence["Check"]:
    unknown = set(only) - {check.name for check in checks}
    if unknown:
        known = ", ".join(check.name for check in checks)
        give_up(f"No check of a {driver.kind} is called {', '.join(sorted(unknown))}: {known}.")
    return [check for check in checks if not only or check.name in only]


def _showing(run: Iterable["Verdict"], checks: Sequence["Check"]) -> Iterable["Verdict"]:
    """Says on a terminal which check is under way."""
    columns = SpinnerColumn(), TextColumn("{task.completed} of {task.total}  {task.description}")
    with Progress(*columns, console=errors, transient=True) as progress:
        task = progress.add_task(checks[0].sentence, total=len(checks))
        for verdict, following in zip(run, [*checks[1:], checks[-1]], strict=True):
            progress.update(task, advance=1, description=following.sentence)
            yield verdict


def _table_of_verdicts(name: str, verdicts: Sequence["Verdict"]) -> Table:
    failed = sum(bool(verdict.trouble) for verdict in verdicts)
    table = Table(title=f"{name}: {len(verdicts) - failed} checks kept, {failed} not")
    for column in ("Check", "", "What is required, and what was done instead", "s"):
        table.add_column(column, justify="right" if column == "s" else "left")
    for verdict in verdicts:
        words = Text(verdict.sentence)
        if verdict.trouble:
            words.append(f"\n{verdict.trouble}", style="red")
        mark = Text("no", style="red") if verdict.trouble else Text("yes", style="green")
        table.add_row(verdict.check, mark, words, f"{verdict.seconds:.1f}")
    return table


def _table_of_drivers(rows: Sequence[dict[str, object]]) -> Table:
    table = whole_table("Driver", "Kind", "What it drives", "Simulated")
    for row in rows:
        kind = row["kind"] or "does not load"
        simulated = "yes" if row["simulated"] else "no"
        table.add_row(str(row["name"]), str(kind), Text(str(row["summary"])), simulated)
    return table
