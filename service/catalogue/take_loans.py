"""Open loans of another system become open loans here.

Such a loan has no claim: no station granted it. Its opening takes part in the item's history all
the same (service/circulation/history.py), so that returning and renewing work.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from msgspec import Struct
from sqlalchemy import Connection, Engine, and_, func, insert, select

from service.catalogue.entries import Count, LoanEntry, Problem
from service.catalogue.taken import Taken, one_transaction
from service.circulation.rules import Policy
from service.circulation.words import LoanState
from service.database.models import check_ins, items, loans, patron_cards, patrons

OLDEST_MS = 0
_NOON = time(12)


class _Item(Struct, frozen=True):
    id: int
    item_type: str
    home_point: str


class _Patron(Struct, frozen=True):
    id: int
    category: str


class _Known(Struct):
    """What the library has of all that the entries name.

    `opened`: moments at which loans of an item began. `open`: who has it. `back`: when last.
    """

    items: dict[str, _Item]
    patrons: dict[str, _Patron]
    opened: dict[int, set[int]]
    open: dict[int, int | None]
    back: dict[int, int]


def take_loans(
    engine: Engine,
    entries: Sequence[LoanEntry],
    policy: Policy,
    now_ms: int,
    *,
    is_rehearsal: bool,
) -> Taken:
    """In one transaction; a loan that cannot be is told and leaves the others alone."""
    with one_transaction(engine, is_rehearsal=is_rehearsal) as connection:
        known = _read(connection, entries)
        problems, rows, unchanged = [], [], 0
        for entry in entries:
            loan = _loan(known, policy, entry, now_ms)
            if isinstance(loan, Problem):
                problems.append(loan)
            elif loan is None:
                unchanged += 1
            else:
                known.open[loan["item"]] = loan["patron"]
                known.opened.setdefault(loan["item"], set()).add(loan["opened_at_ms"])
                rows.append(loan)
        _write(connection, rows)
    count = Count(added=len(rows), unchanged=unchanged)
    return Taken({"loans": count}, tuple(problems))


def _read(connection: Connection, entries: Sequence[LoanEntry]) -> _Known:
    numbers, cards = {entry.number for entry in entries}, {entry.card for entry in entries}
    wanted = select(items.c.number, items.c.id, items.c.item_type, items.c.home_point)
    found = connection.execute(wanted.where(items.c.number.in_(numbers)))
    known_items = {row.number: _Item(*row[1:]) for row in found}
    of_card = and_(patrons.c.id == patron_cards.c.patron, patron_cards.c.number.in_(cards))
    people = connection.execute(
        select(patron_cards.c.number, patrons.c.id, patrons.c.category).where(of_card)
    )
    ids = [item.id for item in known_items.values()]
    lent = connection.execute(select(loans).where(loans.c.item.in_(ids))).all()
    opened: dict[int, set[int]] = {}
    for loan in lent:
        opened.setdefault(loan.item, set()).add(loan.opened_at_ms)
    back = select(check_ins.c.item, func.max(check_ins.c.at_ms)).group_by(check_ins.c.item)
    return _Known(
        known_items,
        {row.number: _Patron(*row[1:]) for row in people},
        opened,
        {loan.item: loan.patron for loan in lent if loan.state == LoanState.OPEN},
        {row[0]: row[1] for row in connection.execute(back.where(check_ins.c.item.in_(ids)))},
    )


def _loan(
    known: _Known, policy: Policy, entry: LoanEntry, now_ms: int
) -> Mapping[str, Any] | Problem | None:
    """The new row, why there can be none, or None where this loan was taken before."""
    item, patron = known.items.get(entry.number), known.patrons.get(entry.card)
    if item is None:
        return _problem(entry, "no copy has this number: import the copies first")
    if patron is None:
        return _problem(entry, "no patron has this card: import the patrons first")
    opened = _moment(policy, item.home_point, entry.opened)
    if opened in known.opened.get(item.id, ()):
        return None
    if item.id in known.open:
        whose = "this patron" if known.open[item.id] == patron.id else "another patron"
        return _problem(entry, f"is on loan here to {whose} already: settle it at the desk")
    if not OLDEST_MS <= opened <= now_ms:
        return _problem(entry, "the loan begins in the future or before 1970: correct `opened`")
    if known.back.get(item.id, -1) >= opened:
        return _problem(entry, "came back here after that loan began: nothing to take")
    rule = policy.rule_for(item.home_point, patron.category, item.item_type)
    if rule is None:
        return _problem(entry, "no loan rule applies, not even a fallback: add one")
    return {
        "item": item.id,
        "patron": patron.id,
        "state": LoanState.OPEN.value,
        "opened_at_ms": opened,
        "due": entry.due,
        "renewals": entry.renewals,
        "rule": rule.id,
        "category": patron.category,
        "item_type": item.item_type,
        "point": item.home_point,
    }


def _problem(entry: LoanEntry, text: str) -> Problem:
    return Problem(entry.at, entry.number, text)


def _moment(policy: Policy, point: str, told: str) -> int:
    """A day alone is its noon."""
    moment = datetime.fromisoformat(told)
    if len(told) <= len("2026-03-02"):
        moment = datetime.combine(moment.date(), _NOON)
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=ZoneInfo(policy.points[point].time_zone))
    return round(moment.timestamp() * 1000)


def _write(connection: Connection, rows: list[Mapping[str, Any]]) -> None:
    last = connection.scalar(select(func.coalesce(func.max(loans.c.id), 0))) or 0
    if rows:
        numbered = [{**row, "id": last + place} for place, row in enumerate(rows, start=1)]
        connection.execute(insert(loans), numbered)
