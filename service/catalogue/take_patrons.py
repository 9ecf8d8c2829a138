"""Patrons and their cards from entries. A patron is known by any card they ever had.

PINs and identity numbers never come in by a file.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, Engine, bindparam, insert, select, update

from service.catalogue.entries import Count, PatronEntry, Problem
from service.catalogue.taken import Taken, free_numbers, one_transaction, unknown
from service.circulation.words import CardState
from service.database.models import patron_cards, patron_categories, patrons, points
from service.vietnamese import reader_sort_key, search_key, short_name


@dataclass(slots=True)
class _Known:
    """What the library has of all that the entries name. Cards: number to (patron, state)."""

    categories: set[str]
    points: set[str]
    cards: dict[str, tuple[int, str]]
    patrons: dict[int, dict[str, Any]]
    new: set[int] = field(default_factory=set)
    changed: set[int] = field(default_factory=set)
    named: set[int] = field(default_factory=set)
    new_cards: set[str] = field(default_factory=set)
    changed_cards: set[str] = field(default_factory=set)


def take_patrons(engine: Engine, entries: Sequence[PatronEntry], *, is_rehearsal: bool) -> Taken:
    """In one transaction; who cannot be taken is told and leaves the others alone."""
    with one_transaction(engine, is_rehearsal=is_rehearsal) as connection:
        known = _read(connection, entries)
        numbers = iter(free_numbers(connection, patrons, len(entries)))
        problems = []
        for entry in entries:
            trouble = _trouble(known, entry)
            if trouble:
                problems.append(Problem(entry.at, *trouble))
            else:
                _put(known, entry, numbers)
        _write(connection, known)
    unchanged = len(known.named - known.new - known.changed)
    count = Count(len(known.new), len(known.changed), unchanged)
    return Taken({"patrons": count}, tuple(problems))


def _all_cards(entry: PatronEntry) -> list[str]:
    older = [number for number, _ in entry.older_cards or ()]
    return [entry.card, *older] if entry.card else older


def _read(connection: Connection, entries: Sequence[PatronEntry]) -> _Known:
    named = {card for entry in entries for card in _all_cards(entry)}
    named |= {entry.guardian_card for entry in entries if entry.guardian_card}
    known = select(patron_cards.c.patron).where(patron_cards.c.number.in_(named))
    cards = connection.execute(select(patron_cards).where(patron_cards.c.patron.in_(known)))
    people = connection.execute(select(patrons).where(patrons.c.id.in_(known))).mappings()
    return _Known(
        set(connection.scalars(select(patron_categories.c.code))),
        set(connection.scalars(select(points.c.code))),
        {card.number: (card.patron, card.state) for card in cards},
        {person["id"]: dict(person) for person in people},
    )


def _trouble(known: _Known, entry: PatronEntry) -> tuple[str, str] | None:
    """Part and reason; the reason names no card and nobody."""
    if entry.category not in known.categories:
        return "category", unknown("category", entry.category, known.categories)
    if entry.point not in known.points:
        return "point", unknown("point", entry.point, known.points)
    owners = {known.cards[card][0] for card in _all_cards(entry) if card in known.cards}
    if len(owners) > 1:
        return "card", "these cards belong to different patrons here: merge or correct them first"
    if not _all_cards(entry):
        return "card", "a patron needs a card number, at least one of an older card"
    if entry.guardian_card and entry.guardian_card not in known.cards:
        return (
            "guardian_card",
            "no patron has the guardian's card: put the guardian's line before this one, "
            "or import the file once more",
        )
    return None


def _put(known: _Known, entry: PatronEntry, numbers: Iterator[int]) -> None:
    owner = next((known.cards[c][0] for c in _all_cards(entry) if c in known.cards), None)
    if owner is None:
        owner = next(numbers)
        known.patrons[owner] = {"id": owner}
        known.new.add(owner)
    known.named.add(owner)
    row = known.patrons[owner]
    wanted = row | _wanted(known, entry, row)
    if wanted != row and owner not in known.new:
        known.changed.add(owner)
    known.patrons[owner] = wanted
    _put_cards(known, entry, owner)


def _wanted(known: _Known, entry: PatronEntry, row: dict[str, Any]) -> dict[str, Any]:
    """What the entry says of the patron; for a new one also what it does not say."""
    guardian = known.cards[entry.guardian_card][0] if entry.guardian_card else None
    told = {
        "full_name": entry.full_name,
        "short_name": entry.short_name,
        "sort_key": reader_sort_key(entry.full_name),
        "search_key": search_key(entry.full_name),
        "category": entry.category,
        "point": entry.point,
        "expires": entry.expires,
        "may_not_borrow": entry.may_not_borrow,
        "may_not_renew": entry.may_not_renew,
        "guardian": guardian,
    }
    if row.get("full_name") != entry.full_name and entry.short_name is None:
        told["short_name"] = short_name(entry.full_name)
    unsaid = {name for name, value in told.items() if value is None}
    if entry.guardian_card == "":
        unsaid.discard("guardian")
    usual = {"may_not_borrow": False, "may_not_renew": False, "guardian": None}
    return {n: row.get(n, usual.get(n)) if n in unsaid else value for n, value in told.items()}


def _put_cards(known: _Known, entry: PatronEntry, owner: int) -> None:
    """The card of the entry is the one that counts; what counted before is an older one now."""
    states = dict(entry.older_cards or ())
    if entry.card:
        states[entry.card] = CardState.ACTIVE.value
        for number, (patron, state) in known.cards.items():
            if patron == owner and state == CardState.ACTIVE and number not in states:
                states[number] = CardState.REPLACED.value
    for number, state in states.items():
        if number not in known.cards:
            known.new_cards.add(number)
        elif known.cards[number][1] != state:
            known.changed_cards.add(number)
        else:
            continue
        known.cards[number] = owner, state
        if owner not in known.new:
            known.changed.add(owner)


def _write(connection: Connection, known: _Known) -> None:
    """Cards that no longer count first: a patron has one active card at any moment."""
    people = known.patrons
    if known.new:
        connection.execute(insert(patrons), [people[number] for number in sorted(known.new)])
    if known.changed:
        changed = update(patrons).where(patrons.c.id == bindparam("of"))
        rows = [people[number] for number in known.changed]
        connection.execute(changed, [{"of": row["id"], **_without_id(row)} for row in rows])
    for is_active in (False, True):
        _write_cards(connection, known, is_active=is_active)


def _without_id(row: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in row.items() if name != "id"}


def _write_cards(connection: Connection, known: _Known, *, is_active: bool) -> None:
    def of_this_kind(numbers: set[str]) -> list[str]:
        active = CardState.ACTIVE
        return [n for n in sorted(numbers) if (known.cards[n][1] == active) is is_active]

    if changed := of_this_kind(known.changed_cards):
        set_ = update(patron_cards).where(patron_cards.c.number == bindparam("of"))
        connection.execute(set_, [{"of": n, "state": known.cards[n][1]} for n in changed])
    if new := of_this_kind(known.new_cards):
        rows = [{"number": n, "patron": known.cards[n][0], "state": known.cards[n][1]} for n in new]
        connection.execute(insert(patron_cards), rows)
