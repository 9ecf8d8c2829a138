"""Check-outs through the whole service, durable and over CURVE, against the bare statements."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from shutil import copyfile
from statistics import median
from tempfile import TemporaryDirectory

from matplotlib.figure import Figure
from rich.table import Table
from sqlalchemy import insert

from service.database.engine import open_engine
from service.database.models import stations
from service.sample.points import ROOT
from tests.benchmarks.lendings import Lending, lendings, shares
from tests.benchmarks.load import Job, Result, apply_load
from tests.benchmarks.replay import record, replay
from tests.benchmarks.report import console, plot_file, quantile, save
from tests.service_process import ServiceProcess
from tests.station_client import KeyPair

COPIES = 40_000
STATIONS = (1, 10, 100, 1000)
SATURATED = 300
GROUPS = (8, 64)
REPLAYED = 6_400
ROUNDS = 3
SECONDS = 3.0
PROCESSES = 2
PACE = 1280.0
PACE_SECONDS = 10.0
WHOLE = f"service, {SATURATED} stations"
SINGLE = f"{WHOLE}, one commit each"
GOAL_OF_BASELINE = 0.5
GOAL_OF_ONE_COMMIT = 4.0
GOAL_P99_MS = 100.0


@dataclass(frozen=True, slots=True)
class Cell:
    """One measurement of the whole service."""

    stations: int
    per_second: float
    p50_ms: float
    p99_ms: float
    refused: int
    unanswered: int


def run() -> None:
    """Measure, print the table, save JSON and plot."""
    keys = [KeyPair.make() for _ in range(max(STATIONS))]
    cells = [measure(keys[:count]) for count in STATIONS]
    rounds = [compare(keys[:SATURATED]) for _ in range(ROUNDS)]
    middle = {name: median(one[name] for one in rounds) for name in rounds[0]}
    paced = measure(keys, rate=PACE, seconds=PACE_SECONDS)
    show(cells, middle, paced)
    save("service", {"stations": cells, "rounds": rounds, "median": middle, "paced": paced})
    plot(cells, middle)


def compare(keys: list[KeyPair]) -> dict[str, float]:
    """Baseline, the service, and the service with one commit each, one after the other."""
    rates = {f"statements alone, groups of {group}": baseline(group) for group in GROUPS}
    rates[WHOLE] = measure(keys).per_second
    rates[SINGLE] = measure(keys, batch=1).per_second
    return rates


def baseline(group: int) -> float:
    """Check-outs a second that the statements alone allow."""
    with (
        TemporaryDirectory(prefix="muontra-bench-") as folder,
        service_of([KeyPair.make()]) as made,
    ):
        template, scratch = Path(folder) / "template.db", Path(folder) / "scratch.db"
        some = lendings(made)[:REPLAYED]
        ((station,),) = made.rows("SELECT max(id) FROM stations")
        copyfile(made.database, template)
        copyfile(template, scratch)
        statements = record(scratch, some, int(str(station)), group)
        return len(some) / replay(template, Path(folder) / "replay.db", statements)


def measure(
    keys: list[KeyPair],
    *,
    rate: float | None = None,
    seconds: float = SECONDS,
    batch: int | None = None,
) -> Cell:
    """A service of its own with these stations, loaded for some seconds."""
    with service_of(keys) as service:
        service.start(patches={"service.in_tray.BATCH": batch} if batch else {})
        result = apply_load(jobs(service, keys, lendings(service), seconds, rate))
    return cell(len(keys), result)


def jobs(
    service: ServiceProcess,
    keys: list[KeyPair],
    all_lendings: list[Lending],
    seconds: float,
    rate: float | None,
) -> list[Job]:
    """The stations shared out to a few processes."""
    lists = list(shares(all_lendings, len(keys)))
    crowds = min(PROCESSES, len(keys))
    return [
        Job(
            service.endpoint,
            service.key.public,
            keys[first::crowds],
            lists[first::crowds],
            seconds,
            rate and rate / crowds,
        )
        for first in range(crowds)
    ]


@contextmanager
def service_of(keys: list[KeyPair]) -> Iterator[ServiceProcess]:
    """Not started; its database knows these stations."""
    service = ServiceProcess(copies=COPIES)
    try:
        enrol(service, keys)
        yield service
    finally:
        service.remove()


def enrol(service: ServiceProcess, keys: list[KeyPair]) -> None:
    engine = open_engine(f"sqlite:///{service.database}")
    rows = [
        {"public_key": pair.public, "name": f"Station {n}", "point": ROOT, "enrolled_at_ms": 0}
        for n, pair in enumerate(keys)
    ]
    with engine.begin() as connection:
        connection.execute(insert(stations), rows)
    engine.dispose()


def cell(count: int, result: Result) -> Cell:
    return Cell(
        count,
        len(result.latencies) / result.seconds,
        quantile(result.latencies, 0.5) * 1000,
        quantile(result.latencies, 0.99) * 1000,
        result.refused,
        result.unanswered,
    )


def show(cells: list[Cell], middle: dict[str, float], paced: Cell) -> None:
    table = Table("stations", "check-outs/s", "p50 ms", "p99 ms", "refused", "unanswered")
    for one in (*cells, paced):
        name = f"{one.stations} at {PACE:g}/s" if one is paced else str(one.stations)
        figures = f"{one.per_second:.0f} {one.p50_ms:.1f} {one.p99_ms:.1f}".split()
        table.add_row(name, *figures, str(one.refused), str(one.unanswered))
    console.print(table)
    for name, rate in middle.items():
        console.print(f"{rate:8.0f}/s  {name}")
    whole, alone, single = (
        middle[WHOLE],
        middle[f"statements alone, groups of {GROUPS[-1]}"],
        middle[SINGLE],
    )
    judge("of the statements alone", whole / alone, GOAL_OF_BASELINE)
    judge("times one commit each", whole / single, GOAL_OF_ONE_COMMIT)
    judge(f"of {GOAL_P99_MS:g} ms unused at p99, paced", 1 - paced.p99_ms / GOAL_P99_MS, 0)


def judge(what: str, ratio: float, goal: float) -> None:
    verdict = "reached" if ratio >= goal else "MISSED"
    console.print(f"{ratio:8.2f}    {what}; goal {goal:g}: {verdict}")


def plot(cells: list[Cell], middle: dict[str, float]) -> None:
    figure = Figure(figsize=(8, 6), layout="constrained")
    rate, latency = figure.subplots(2, sharex=True)
    counts = [one.stations for one in cells]
    rate.plot(counts, [one.per_second for one in cells], "o-", label="service")
    for name, value in middle.items():
        if name.startswith("statements") or name.endswith("each"):
            rate.axhline(value, linestyle="--", linewidth=0.8)
            rate.annotate(name, (counts[0], value), fontsize=8, va="bottom")
    rate.set(ylabel="check-outs/s", ylim=(0, None))
    latency.plot(counts, [one.p50_ms for one in cells], "o-", label="p50")
    latency.plot(counts, [one.p99_ms for one in cells], "o-", label="p99")
    latency.set(xlabel="stations", ylabel="ms", xscale="log", yscale="log")
    latency.legend()
    figure.savefig(plot_file("service"), dpi=150)
