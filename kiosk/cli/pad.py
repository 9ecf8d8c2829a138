"""`muontra pad`: how well a pad reads."""

from collections.abc import Sequence
from itertools import pairwise
from typing import Annotated

import typer
from rich.console import Group, RenderableType
from rich.progress import Progress
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text

from drivers.interfaces import TagReader
from drivers.uid import Uid
from kiosk.cli.at_hand import ConfigOption, Finding, JsonOption, PauseOption, errors, say
from kiosk.cli.pad_at_hand import DriverOption, PadChoice, PathOption, SetOption, opened_pad
from kiosk.pad_benchmark import PadFigures, Round, figures, reads_of, rounds_of

app = typer.Typer(help="Measure a pad.", no_args_is_help=True)

EXAMPLES = """Examples:

muontra pad benchmark --pause

muontra pad benchmark --seconds 30 --driver feig_obid --path /dev/ttyUSB0 --json
"""
STEPS = "▁▂▃▄▅▆▇█"
COLUMNS = 60
BAR = 20


@app.command(epilog=EXAMPLES)
def benchmark(
    seconds: Annotated[float, typer.Option(min=0.1, max=600, help="How long to look.")] = 10.0,
    config: ConfigOption = None,
    driver: DriverOption = None,
    path: PathOption = None,
    settings: SetOption = None,
    *,
    pause: PauseOption = False,
    as_json: JsonOption = False,
) -> None:
    """Measure how fast and how surely the pad reads the books that lie on it; writes nothing.

    Lay a stack on it as readers do. Exit code 1 when a book was missed in some round.
    """
    with opened_pad(PadChoice(config, driver, path, settings or (), pause)) as pad:
        rounds = _measured(pad.reader, seconds)
        seen = sorted(frozenset[Uid]().union(*(one.uids or () for one in rounds)))
        reads = list(reads_of(pad.reader, seen))
        model = pad.identity.model
    found = figures(rounds, reads)
    say({"pad": model, "figures": found}, _picture(model, found), as_json=as_json)
    raise typer.Exit(Finding.GOOD if found.good else Finding.LOOK_AFTER)


def _measured(reader: TagReader, seconds: float) -> list[Round]:
    rounds: list[Round] = []
    with Progress(console=errors, transient=True, disable=not errors.is_terminal) as progress:
        task = progress.add_task("Looking at the pad", total=seconds)
        for one in rounds_of(reader, seconds):
            rounds.append(one)
            progress.advance(task, one.seconds)
    return rounds


def _picture(model: str, found: PadFigures) -> RenderableType:
    speed = Table.grid(padding=(0, 2))
    speed.add_row("Rounds a second", f"{found.rounds_a_second:g}")
    speed.add_row("Tags a second", f"{found.tags_a_second:g}")
    speed.add_row("A round", f"{found.round_ms:g} ms, slowest {found.slowest_round_ms:g} ms")
    speed.add_row("A block", f"{found.block_ms:g} ms" if found.block_ms else "–")
    speed.add_row("Partial rounds", f"{found.partial_rounds} of {found.rounds}")
    reliable = f"{found.reliable} of {len(found.tags)} books are read reliably"
    return Group(
        Text(f"{model}: {reliable}", style="bold"),
        speed,
        Text(f"Tags a round, over {found.seconds:.0f} s:\n{_plot(found.seen_a_round)}\n"),
        *([_table(found)] if found.tags else []),
        *(Text(f"→ {sentence}", style="yellow") for sentence in found.advice),
    )


def _plot(counts: Sequence[int]) -> str:
    """The fewest tags in each part of the time, from one eighth to a full block."""
    most = max(counts, default=0)
    if not most:
        return "–"
    width = min(COLUMNS, len(counts))
    edges = [len(counts) * at // width for at in range(width + 1)]
    lows = [min(counts[a:b]) for a, b in pairwise(edges)]
    bars = "".join(STEPS[low * (len(STEPS) - 1) // most] for low in lows)
    return f"{bars} {min(counts)} to {most}"


def _table(found: PadFigures) -> Table:
    table = Table("Tag", "Seen in", "", "Failed reads")
    for tag in found.tags:
        bar = ProgressBar(total=1, completed=tag.share, width=BAR)
        table.add_row(tag.uid, f"{tag.share:.1%}", bar, str(tag.failed_reads or ""))
    return table
