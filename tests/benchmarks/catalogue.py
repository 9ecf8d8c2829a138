"""Search at three sizes on both databases, and the import of 150,000 MARC records.

Search: titles of the sample library, told apart by volume where there are not enough of them, two
and a half copies each. Questions are drawn from the titles; the worst ones are words that a tenth
of all titles have, and single letters. Import: the command as a process of its own.
"""

import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import date
from functools import partial
from itertools import chain, count, islice
from pathlib import Path
from random import Random
from time import perf_counter

import msgspec
from rich.table import Table
from sqlalchemy import Engine, insert

from service.catalogue import index
from service.catalogue.entries import ItemEntry, TitleEntry
from service.catalogue.marc import iso2709
from service.catalogue.marc.from_title import record_of
from service.catalogue.marc.record import MarcRecord, data
from service.catalogue.search import By, Question, search
from service.database import models
from service.database.connection import Reader
from service.database.engine import open_engine, open_reading_engine
from service.database.migrate import upgrade
from service.sample.collection import Title
from service.sample.fill import chunks
from service.sample.size import Sample
from service.vietnamese import search_key
from tests.bench.catalogue.library import decide
from tests.bench.ledger.databases import postgresql, postgresql_programs
from tests.benchmarks.report import console, plot_ratios, quantile, save

SIZES = (10_000, 150_000, 1_000_000)
COPIES_OF_TITLE = 2.5
QUESTIONS = 150
GOAL_P99_MS = 100.0
RECORDS = 150_000
GOAL_SECONDS, GOAL_MEGABYTES = 180.0, 300.0


class Cell(msgspec.Struct):
    """Questions of one kind at one size; milliseconds."""

    database: str
    copies: int
    kind: str
    p50: float
    p99: float


class Load(msgspec.Struct):
    """One import as a process."""

    what: str
    records: int
    seconds: float
    megabytes: float


def run() -> None:
    """Measure, print, keep."""
    cells = list(chain.from_iterable(map(_searches, SIZES)))
    loads = list(_imports())
    _show(cells, loads)
    save("catalogue", {"search": cells, "import": loads})
    named = [(f"{c.database} · {c.copies:,} · {c.kind}", c.p99 / GOAL_P99_MS) for c in cells]
    plot_ratios("catalogue", named, 1.0)


def titles() -> Iterator[Title]:
    """Without end, all different."""
    known = [copies[0].title for copies in Sample(150_000, 1, date(2026, 3, 2)).collection()]
    numbers = count(1)
    for volume in count(1):
        part = f". Tập {volume}" if volume > 1 else ""
        for title in known:
            yield Title(next(numbers), f"{title.title}{part}", title.author, title.ddc)


def _fill(engine: Engine, copies: int) -> list[Title]:
    """So many copies; some of the titles, to ask for."""
    chance = Random(copies)
    numbers = count(1)
    wanted = islice(titles(), round(copies / COPIES_OF_TITLE))
    asked: list[Title] = []
    decide(engine)
    for part in chunks(wanted):
        asked += chance.sample(part, min(len(part), 20))
        items = [_item(next(numbers), title) for title in part for _ in range(_copies(title))]
        with engine.begin() as connection:
            connection.execute(insert(models.titles), [_row(title) for title in part])
            index.keep(connection, ((t.id, t.title, t.author) for t in part))
            connection.execute(insert(models.items), items)
    if engine.dialect.name == "postgresql":
        with engine.connect() as connection:
            connection.exec_driver_sql("ANALYZE")
    return asked


def _copies(title: Title) -> int:
    return 2 + title.id % 2


def _row(title: Title) -> dict[str, object]:
    key = index.key_of(title.title, title.author)
    about = {"title": title.title, "author": title.author, "ddc": title.ddc}
    return {"id": title.id, **about, "search_key": key}


def _item(number: int, title: Title) -> dict[str, object]:
    place = {"item_type": "book", "home_point": "TV" if number % 7 else "BX"}
    flags = {"shelf_mark": "", "tagged": True}
    return {"number": f"VV.{number:07}", "title": title.id, **place, **flags}


def _questions(asked: list[Title]) -> dict[str, list[Question]]:
    """Kinds of questions, the same ones at every size."""
    chance = Random(7)
    some = [chance.choice(asked) for _ in range(QUESTIONS)]
    words = [search_key(title.title).split() for title in some]
    common = "truyen sach cua va o mot nguoi tap nha cho bai day hoc lang ban".split()
    return {
        "three words": [Question(" ".join(three[:3])) for three in words],
        "two words, half a third": [Question(f"{' '.join(w[1:3])} {w[-1][:2]}") for w in words],
        "with accents": [Question(" ".join(title.title.split()[:3])) for title in some],
        "author": [Question(title.author, By.AUTHOR) for title in some],
        "number": [Question(f"VV.{title.id:07}") for title in some],
        "one common word": [Question(word) for word in common],
        "one letter": [Question(letter) for letter in "abcdđghlmnoprstv"],
        "common word at a point": [Question(word, point="BX") for word in common],
    }


def _searches(copies: int) -> Iterator[Cell]:
    with ExitStack() as kept:
        for name, url in _databases(kept):
            engine = open_engine(url)
            asked = _fill(engine, copies)
            engine.dispose()
            reading = open_reading_engine(url)
            reader = Reader(reading)
            for kind, questions in _questions(asked).items():
                seconds = [_time(partial(search, reader, one)) for one in questions]
                p50, p99 = quantile(seconds, 0.5) * 1e3, quantile(seconds, 0.99) * 1e3
                yield Cell(name, copies, kind, p50, p99)
            reader.close()
            reading.dispose()


def _databases(kept: ExitStack) -> Iterator[tuple[str, str]]:
    folder = kept.enter_context(tempfile.TemporaryDirectory(dir="."))
    url = f"sqlite:///{Path(folder).absolute() / 'service.db'}"
    upgrade(url)
    yield "SQLite", url
    if programs := postgresql_programs():
        yield "PostgreSQL", kept.enter_context(postgresql(programs)).copy()


def _time(work: Callable[[], object]) -> float:
    began = perf_counter()
    work()
    return perf_counter() - began


@contextmanager
def _marc_file(folder: Path) -> Iterator[Path]:
    """As a catalogue has them: a dozen fields, one copy or more."""
    path = folder / "catalogue.mrc"
    with path.open("wb") as file:
        for title in islice(titles(), RECORDS):
            file.write(iso2709.write(_record(title)))
    yield path


def _record(title: Title) -> MarcRecord:
    items = tuple(
        ItemEntry(f"VV.{title.id:07}/{copy}", "book", "TV", title.ddc, True, 1, False, False, False)
        for copy in range(_copies(title))
    )
    entry = TitleEntry(0, title.title, title.author, title.ddc, f"(VN-SK){title.id}", (), items)
    more = (
        data("260", ("a", "Hà Nội :"), ("b", "Nhà xuất bản Trẻ,"), ("c", "2015")),
        data("300", ("a", "312 tr. ;"), ("c", "21 cm")),
        data("520", ("a", f"Giới thiệu {title.title}, tác giả {title.author}.")),
        data("650", ("a", "Văn học Việt Nam"), ("x", "Thế kỷ 21")),
    )
    record = record_of(entry)
    return MarcRecord(record.leader, (*record.fields, *more))


def _imports() -> Iterator[Load]:
    """Into an empty library, and the same file once more."""
    with tempfile.TemporaryDirectory(dir=".") as folder, _marc_file(Path(folder)) as path:
        url = f"sqlite:///{Path(folder).absolute() / 'service.db'}"
        upgrade(url)
        engine = open_engine(url)
        decide(engine)
        engine.dispose()
        for what in ("into an empty library", "once more"):
            yield _import(what, path, url)


def _import(what: str, path: Path, url: str) -> Load:
    words = ["import", "marc", str(path), "--database", url]
    began = perf_counter()
    process = subprocess.Popen(
        [sys.executable, "-m", "service", *words],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise RuntimeError(f"the import ended with {process.returncode}")
    return Load(what, RECORDS, perf_counter() - began, used.ru_maxrss / 1024)


def _show(cells: list[Cell], loads: list[Load]) -> None:
    table = Table("Database", "Copies", "Question", "p50 ms", "p99 ms", title="Search")
    for c in cells:
        table.add_row(c.database, f"{c.copies:,}", c.kind, f"{c.p50:.1f}", f"{c.p99:.1f}")
    console.print(table)
    worst = max(cells, key=lambda cell: cell.p99)
    verdict = "reached" if worst.p99 <= GOAL_P99_MS else "MISSED"
    console.print(f"worst p99 {worst.p99:.1f} ms, goal {GOAL_P99_MS:g}: {verdict}")
    for load in loads:
        good = load.seconds <= GOAL_SECONDS and load.megabytes <= GOAL_MEGABYTES
        console.print(
            f"{load.records:,} MARC records {load.what}: {load.seconds:.0f} s, "
            f"{load.megabytes:.0f} MB; goal {GOAL_SECONDS:g} s and {GOAL_MEGABYTES:g} MB: "
            f"{'reached' if good else 'MISSED'}"
        )
