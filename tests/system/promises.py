"""Promises 1 and 2, checked on stores, tags and what people were shown – never on the screen.

`broken_promises` is called when everything has come to rest: both sides run, every tag has lain
on the pad once more, nothing waits in the outbox.
"""

import sqlite3
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from drivers.simulators.virtual_tags import VirtualTag
from drivers.tags.detect import decode_tag

SECURED, RELEASED = 0x07, 0xC2
LENT_WORDS = ("BorrowView", "done", "done-tag-open")
NOBODY_TOLD = {"lent": "lent-nobody-told", "returned": "returned-nobody-told"}


@dataclass
class Ledger:
    """What the service's database says, read from the file by other means than its own."""

    open_loans: dict[str, int] = field(default_factory=dict)
    attention: set[tuple[str, str, str]] = field(default_factory=set)
    unanswered: int = 0

    def listed(self, item: str, *kinds: str) -> bool:
        return any(entry[0] in kinds and entry[1] == item for entry in self.attention)


def read_ledger(service_db: Path, station_dbs: Iterable[Path] = ()) -> Ledger:
    """Open loans by accession number, open lines of the staff's list, rows still waiting."""
    ledger = Ledger()
    with sqlite3.connect(f"file:{service_db}?mode=ro", uri=True) as database:
        rows = database.execute(
            "SELECT items.number, count(*) FROM loans JOIN items ON items.id = loans.item"
            " WHERE loans.state = 'open' GROUP BY items.number"
        )
        ledger.open_loans = dict(rows.fetchall())
        ledger.attention = set(
            database.execute(
                "SELECT kind, coalesce(item_number, ''), coalesce(uid, '') FROM attention"
                " WHERE closed_at_ms IS NULL"
            )
        )
    for path in station_dbs:
        ledger.unanswered += _unanswered(path)
    return ledger


def _unanswered(station_db: Path) -> int:
    with sqlite3.connect(f"file:{station_db}?mode=ro", uri=True) as database:
        (count,) = database.execute("SELECT count(*) FROM outbox WHERE reply IS NULL").fetchone()
        return int(count)


def told(frames: Iterable[dict[str, Any]]) -> dict[str, str]:
    """The last thing that people were told of each item: `lent` or `returned`."""
    last: dict[str, str] = {}
    for frame in frames:
        what = {"BorrowView": "lent", "ReturnView": "returned"}.get(frame["kind"])
        if what is None:
            continue
        for line in frame["frame"]["view"]["lines"]:
            if line["state"] in {"done", "done-tag-open"}:
                last[line["accession"]] = what
    return last


def broken_promises(
    ledger: Ledger, tags: Iterable[VirtualTag], last_told: dict[str, str]
) -> list[str]:
    """One sentence for each promise that was not kept; empty is good."""
    tags = list(tags)
    return [
        *_doubled(ledger),
        *_untold(ledger, tags, last_told),
        *_disagreeing(ledger, tags),
        *([f"{ledger.unanswered} operations still wait"] if ledger.unanswered else []),
    ]


def _doubled(ledger: Ledger) -> Iterator[str]:
    for item, count in ledger.open_loans.items():
        if count != 1:
            yield f"{item} has {count} open loans"


def _untold(ledger: Ledger, tags: list[VirtualTag], last_told: dict[str, str]) -> Iterator[str]:
    for item in {number_of(tag) for tag in tags}:
        now = "lent" if item in ledger.open_loans else "returned"
        before = last_told.get(item, "returned")
        if now != before and not ledger.listed(item, NOBODY_TOLD[now]):
            yield f"{item} is {now}, people were told {before}, and no list names it"


def _disagreeing(ledger: Ledger, tags: list[VirtualTag]) -> Iterator[str]:
    for tag in tags:
        item = number_of(tag)
        wanted = RELEASED if item in ledger.open_loans else SECURED
        if tag.afi != wanted and not ledger.listed(item, "tag-unproved", "lent-still-secured"):
            yield f"tag {tag.uid} of {item} has AFI {tag.afi:02X}, wanted {wanted:02X}, not listed"


def number_of(tag: VirtualTag) -> str:
    """The accession number that the tag itself carries."""
    number = decode_tag(bytes(tag.memory)).item_identifier
    assert number is not None
    return number
