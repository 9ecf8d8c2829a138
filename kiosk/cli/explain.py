"""`muontra explain`: why does this book alarm, or not?"""

from collections.abc import Iterable, Iterator
from contextlib import suppress
from typing import Annotated

import typer
from msgspec import Struct
from rich.table import Table
from rich.text import Text

from drivers.tags.security import LibraryProfile
from kiosk.alarm_cause import (
    FOREIGN,
    READ,
    READ_ELSEWHERE,
    Cause,
    Gate,
    Known,
    Loan,
    Open,
    cause_of,
    gate_of,
    tags_in_one_word,
)
from kiosk.cli.at_hand import (
    ConfigOption,
    Finding,
    JsonOption,
    driver_of,
    library_profile,
    running_station,
    say,
    settings_for,
    station_config,
)
from kiosk.cli.journal import is_open
from kiosk.cli.kept import Kept, kept_at
from kiosk.cli.pad_seen import tags_on_pad
from kiosk.config import StationConfig
from kiosk.local.client import StationClient, StationGone, StationRefused
from kiosk.local.protocol import (
    AnyRequest,
    AskItem,
    AskTags,
    ItemKnown,
    JournalLine,
    OutboxRow,
    PadTag,
    PadTags,
)
from kiosk.recognition import TagKind

EXAMPLE = "Example:\n\nmuontra explain TK.00003"

MOVES = ("check-out", "check-in")


class GateProfile(Struct, frozen=True, kw_only=True):
    """A gate of this station; `alarm_afi` is None where it tells none."""

    name: str
    alarm_afi: str | None


class Explanation(Struct, frozen=True, kw_only=True):
    """`known` is None when the service was not asked; `alarms` None when no tag was read."""

    item: str
    known: ItemKnown | None
    tags: tuple[PadTag, ...]
    journal: tuple[JournalLine, ...]
    outbox: tuple[OutboxRow, ...]
    afi_secured: str
    afi_released: str
    gates: tuple[GateProfile, ...]
    alarms: bool | None
    right: bool
    cause: str
    advice: str


def command(
    item: Annotated[str, typer.Argument(help="The number on its label; lay it on the pad.")],
    config: ConfigOption = None,
    *,
    as_json: JsonOption = False,
) -> None:
    """Say what tag, loan and gate make of a book, and why; never who has it.

    The running station reads its pad and asks the service. Exit code 1 when something is wrong.
    """
    explanation = explained(station_config(config), item)
    say(explanation, _picture(explanation), as_json=as_json)
    raise typer.Exit(Finding.GOOD if explanation.right else Finding.LOOK_AFTER)


def explained(config: StationConfig, item: str) -> Explanation:
    """Everything that can be learned now; what cannot be asked is left open."""
    tags, known = _tags_and_loan(config, item)
    kept = _about(item, kept_at(config))
    profile = library_profile(config)
    gates = tuple(_gates(config))
    book = _book(known, tags, kept, profile, gates)
    cause: Cause = FOREIGN if _of_another_library(tags) else cause_of(book)
    return Explanation(
        item=item,
        known=known,
        tags=tags,
        journal=kept.journal,
        outbox=kept.outbox,
        afi_secured=config.tags.afi_secured.upper(),
        afi_released=config.tags.afi_released.upper(),
        gates=gates,
        alarms=book.alarms,
        right=cause.right,
        cause=cause.sentence,
        advice=READ_ELSEWHERE if cause.advice is READ and not config.has("pad") else cause.advice,
    )


def _tags_and_loan(config: StationConfig, item: str) -> tuple[tuple[PadTag, ...], ItemKnown | None]:
    station = running_station(config)
    if station is None:
        return tuple(tag for tag in tags_on_pad(config) if tag.item == item), None
    with station:
        seen, known = _asked(station, AskTags()), _asked(station, AskItem(item=item))
    tags = seen.tags if isinstance(seen, PadTags) else ()
    return (
        tuple(tag for tag in tags if tag.item == item),
        known if isinstance(known, ItemKnown) else None,
    )


def _of_another_library(tags: Iterable[PadTag]) -> bool:
    return any(tag.kind == TagKind.FOREIGN for tag in tags)


def _asked(station: StationClient, request: AnyRequest) -> object:
    """None for what it cannot tell now."""
    with suppress(StationRefused, StationGone):
        return station.ask(request)
    return None


def _about(item: str, kept: Kept) -> Kept:
    rows = tuple(row for row in kept.outbox if row.item == item)
    return Kept(rows, tuple(line for line in kept.journal if line.item == item))


def _gates(config: StationConfig) -> Iterator[GateProfile]:
    """Gates that are set to an AFI, by this station's configuration."""
    for section in config.device:
        if section.kind == "gate":
            afi = None
            with suppress(ValueError):
                settings = settings_for(driver_of(section), section.settings)
                afi = getattr(settings, "secured_afi", None)
            yield GateProfile(name=section.called, alarm_afi=None if afi is None else f"{afi:02X}")


def _book(
    known: ItemKnown | None,
    tags: Iterable[PadTag],
    kept: Kept,
    profile: LibraryProfile,
    gates: Iterable[GateProfile],
) -> Known:
    loan = _loan(known)
    afis = [None if tag.afi is None else int(tag.afi, 16) for tag in tags]
    return Known(
        tag=tags_in_one_word(afis, profile, loan),
        loan=loan,
        gate=_worst(gates, profile),
        still_open=frozenset(_still_open(known, kept)),
    )


def _loan(known: ItemKnown | None) -> Loan:
    if known is None or (known.known and known.on_loan is None):
        return Loan.UNKNOWN
    if not known.known:
        return Loan.NO_ITEM
    return Loan.OPEN if known.on_loan else Loan.NONE


def _worst(gates: Iterable[GateProfile], profile: LibraryProfile) -> Gate:
    afis = [None if each.alarm_afi is None else int(each.alarm_afi, 16) for each in gates]
    found = {gate_of(afi, profile) for afi in afis}
    return next((one for one in (Gate.TURNED_ROUND, Gate.BLIND) if one in found), Gate.AGREES)


def _still_open(known: ItemKnown | None, kept: Kept) -> Iterator[Open]:
    if any(row.reply is None and row.act.startswith(MOVES) for row in kept.outbox):
        yield Open.WAITS
    if any(map(is_open, kept.journal)) or (known is not None and known.listed):
        yield Open.UNPROVED


def _picture(told: Explanation) -> Table:
    shown = Table.grid(padding=(0, 2))
    for name, words in _lines(told):
        shown.add_row(name, Text(words))
    return shown


def _lines(told: Explanation) -> Iterator[tuple[str, str]]:
    yield "Item", f"{told.item} {told.known.title if told.known else ''}".rstrip()
    yield "Loan", _loan_words(told.known)
    if told.known and (last := told.known.last_move):
        yield "Last moved", f"{last.act} at {last.station}, {last.at}"
    for tag in told.tags:
        yield "Tag", f"{tag.uid} AFI {tag.afi or 'not read'}"
    if not told.tags:
        yield "Tag", "none of this item on the pad"
    yield "Library", f"AFI {told.afi_secured} secured, {told.afi_released} released"
    for gate in told.gates:
        yield "Gate", f"{gate.name} {_alarm_words(gate)}"
    for row in told.outbox:
        yield "Act", f"{row.sequence} {row.act} {row.born} {row.reply or 'not decided'}"
    for line in told.journal:
        yield "Journal", f"{line.uid} {line.state}"
    yield "Alarms", {True: "yes", False: "no", None: "not known"}[told.alarms]
    yield "Cause", told.cause
    yield "What to do", told.advice


def _alarm_words(gate: GateProfile) -> str:
    return f"alarms for AFI {gate.alarm_afi}" if gate.alarm_afi else "does not tell for which AFI"


def _loan_words(known: ItemKnown | None) -> str:
    match _loan(known):
        case Loan.OPEN:
            since = known.since if known else None
            return f"lent since {since}" if since else "lent"
        case Loan.NONE:
            return "not lent"
        case Loan.NO_ITEM:
            return "the service knows no such item"
        case Loan.UNKNOWN:
            return "the service could not be asked"
