"""Promises 1 and 2, checked on stores, tags and what people were shown – never on the screen.

`broken_promises` is called when everything has come to rest: nothing waits in an outbox. What may
stand on the staff's list is less once every tag was seen by a pad again.
"""

import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from drivers.simulators.virtual_tags import VirtualTag
from drivers.tags.detect import decode_tag

SECURED, RELEASED = 0x07, 0xC2
NOBODY_TOLD = {"lent": "lent-nobody-told", "returned": "returned-nobody-told"}
DONE = {"done", "done-tag-open"}

OPEN_LOANS = (
    "SELECT items.number, patrons.short_name FROM loans JOIN items ON items.id = loans.item"
    " JOIN patrons ON patrons.id = loans.patron WHERE loans.state = 'open'"
)
OPEN_LINES = (
    "SELECT kind, coalesce(item_number, ''), coalesce(uid, '') FROM attention"
    " WHERE closed_at_ms IS NULL"
)
LOANS_OF_PATRONS = """
SELECT loans.patron, opened_at_ms, closed_at_ms, max_loans FROM loans
JOIN patrons ON patrons.id = loans.patron
JOIN patron_categories ON patron_categories.code = patrons.category
WHERE loans.state <> 'void' AND loans.patron IN (
    SELECT l.patron FROM loans l JOIN claims ON claims.loan = l.id
    JOIN stations ON stations.id = claims.station WHERE stations.name LIKE 'kiosk-%'
) ORDER BY opened_at_ms
"""


@dataclass(frozen=True, slots=True)
class Word:
    """What somebody was told last of an item: `lent` to whom, or `returned`."""

    what: str
    name: str = ""

    def __str__(self) -> str:
        return f"{self.what} {self.name}".strip()


RETURNED = Word("returned")


class People:
    """The ledger outside: what the screens of all kiosks told, in the order in which they did."""

    def __init__(self) -> None:
        self.told: dict[str, Word] = {}
        self._on_screen: dict[str, dict[str, Word]] = {}

    def hear(self, kiosk: str, frame: dict[str, Any]) -> None:
        """One frame that stood on the screen of a kiosk; what stood there before is no news."""
        before = self._on_screen.get(kiosk, {})
        now = _told_by(frame, before)
        self._on_screen[kiosk] = now
        self.told |= {item: word for item, word in now.items() if before.get(item) != word}

    def was_told(self, item: str) -> Word:
        return self.told.get(item, RETURNED)


def _told_by(frame: dict[str, Any], before: dict[str, Word]) -> dict[str, Word]:
    """A farewell names nobody: the name stood on the screen before, if the item did."""
    view = frame["frame"]["view"]
    match frame["kind"]:
        case "BorrowView":
            return _done(view["lines"], Word("lent", view["short_name"]))
        case "ReturnView":
            return _done(view["lines"], RETURNED)
        case "FarewellView":
            lent = {item: before.get(item, word) for item, word in _all(view["lent"])}
            return lent | {line["accession"]: RETURNED for line in view["returned"]}
        case _:
            return {}


def _done(lines: list[dict[str, Any]], word: Word) -> dict[str, Word]:
    return {line["accession"]: word for line in lines if line["state"] in DONE}


def _all(lines: list[dict[str, Any]]) -> list[tuple[str, Word]]:
    return [(line["accession"], Word("lent")) for line in lines]


@dataclass
class Ledger:
    """What the service's database says, read from the file by other means than its own."""

    borrowers: dict[str, list[str]] = field(default_factory=dict)
    attention: set[tuple[str, str, str]] = field(default_factory=set)
    over_the_limit: list[str] = field(default_factory=list)
    unanswered: int = 0

    def listed(self, item: str, *kinds: str) -> bool:
        return any(entry[0] in kinds and entry[1] == item for entry in self.attention)

    def names_tag(self, uid: str, kind: str) -> bool:
        """Parts of a set may differ: a line is about one tag."""
        return any(entry[0] == kind and entry[2] == uid for entry in self.attention)

    def word(self, item: str) -> Word:
        """What a person would have to have been told."""
        names = self.borrowers.get(item)
        return Word("lent", names[0]) if names else RETURNED


def rows(database: Path, query: str, *values: object) -> list[tuple[Any, ...]]:
    """Read beside whoever owns the file."""
    with closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True, timeout=10)) as connection:
        return connection.execute(query, values).fetchall()


def read_ledger(service_db: Path, station_dbs: Iterable[Path] = ()) -> Ledger:
    """Open loans by accession number, open lines of the staff's list, rows still waiting."""
    ledger = Ledger(attention=set(rows(service_db, OPEN_LINES)))
    for item, name in rows(service_db, OPEN_LOANS):
        ledger.borrowers.setdefault(item, []).append(name)
    ledger.over_the_limit = list(_over_the_limit(rows(service_db, LOANS_OF_PATRONS)))
    for path in station_dbs:
        ((waiting,),) = rows(path, "SELECT count(*) FROM outbox WHERE reply IS NULL")
        ledger.unanswered += waiting
    return ledger


def _over_the_limit(loans: list[tuple[int, int, int | None, int]]) -> Iterator[str]:
    """A patron who at some moment had more loans than allowed; loans in order of their start."""
    lent: dict[int, list[int | None]] = {}
    for patron, opened, closed, limit in loans:
        still = [end for end in lent.get(patron, []) if end is None or end > opened]
        lent[patron] = [*still, closed]
        if len(lent[patron]) > limit:
            yield f"patron {patron} had {len(lent[patron])} loans, {limit} are allowed"


def broken_promises(
    ledger: Ledger, tags: Iterable[VirtualTag], people: People, *, seen: bool = False
) -> list[str]:
    """One sentence for each promise that was not kept; empty is good. `seen`: by an online pad."""
    tags = list(tags)
    items = sorted({number_of(tag) for tag in tags} | people.told.keys())
    return [
        *_doubled(ledger),
        *_untold(ledger, items, people),
        *(_disagreeing_once_seen(ledger, tags) if seen else _disagreeing(ledger, tags)),
        *ledger.over_the_limit,
        *([f"{ledger.unanswered} operations still wait"] if ledger.unanswered else []),
    ]


def _doubled(ledger: Ledger) -> Iterator[str]:
    for item, names in ledger.borrowers.items():
        if len(names) != 1:
            yield f"{item} has {len(names)} open loans"


def _untold(ledger: Ledger, items: list[str], people: People) -> Iterator[str]:
    for item in items:
        now, before = ledger.word(item), people.was_told(item)
        if not _agree(now, before) and not ledger.listed(item, NOBODY_TOLD[now.what]):
            yield f"{item} is {now}, people were told {before}, and no list names it"


def _agree(now: Word, before: Word) -> bool:
    return now.what == before.what and before.name in {"", now.name}


def _disagreeing(ledger: Ledger, tags: list[VirtualTag]) -> Iterator[str]:
    for tag in tags:
        item = number_of(tag)
        wanted = _wanted(ledger, item)
        if tag.afi != wanted and not ledger.listed(item, "tag-unproved", "lent-still-secured"):
            yield f"tag {tag.uid} of {item} has AFI {tag.afi:02X}, wanted {wanted:02X}, not listed"


def _disagreeing_once_seen(ledger: Ledger, tags: list[VirtualTag]) -> Iterator[str]:
    """A pad repairs and proves everything but a lent book that is still secured."""
    for tag in tags:
        item = number_of(tag)
        wanted = _wanted(ledger, item)
        lent_still_secured = wanted == RELEASED and tag.afi == SECURED
        if tag.afi != wanted and not lent_still_secured:
            yield f"tag {tag.uid} of {item} was seen with AFI {tag.afi:02X}, wanted {wanted:02X}"
        if ledger.names_tag(tag.uid, "lent-still-secured") != lent_still_secured:
            yield f"tag {tag.uid} of {item} has AFI {tag.afi:02X}, and the list says otherwise"
        if ledger.names_tag(tag.uid, "tag-unproved"):
            yield f"tag {tag.uid} of {item} was seen and is still listed as unproved"


def _wanted(ledger: Ledger, item: str) -> int:
    return RELEASED if item in ledger.borrowers else SECURED


def number_of(tag: VirtualTag) -> str:
    """The accession number that the tag itself carries."""
    number = decode_tag(bytes(tag.memory)).item_identifier
    assert number is not None
    return number
