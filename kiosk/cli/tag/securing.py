"""`muontra tag secure` and `release`: what a gate makes of a tag, proved by reading back."""

from collections.abc import Iterable, Sequence
from typing import Annotated

import typer

from drivers.facts import TagSeen
from drivers.tag_writing import write_afi
from drivers.tags.security import SecurityState
from drivers.whole_tag import WholeTag, read_tag
from kiosk.cli.at_hand import (
    ConfigOption,
    JsonOption,
    PauseOption,
    give_up,
    running_station,
    say,
)
from kiosk.cli.pad_at_hand import (
    DriverOption,
    PadAtHand,
    PadChoice,
    PathOption,
    SetOption,
    UidsOption,
    opened_pad,
)
from kiosk.cli.tag.told import picture, read_and_told, worst
from kiosk.local.client import StationClient, StationGone, StationRefused
from kiosk.local.protocol import AskItem, ItemKnown
from kiosk.recognition import TagKind, recognise

SECURE_EXAMPLES = """Examples:

muontra tag secure --pause

muontra tag secure --all --driver metratec --path /dev/ttyUSB0
"""
RELEASE_EXAMPLES = """Example:

muontra tag release --pause --uid E0040150338607AE
"""
OTHERWISE = "add --without-loan if it shall leave the house all the same"


def secure(
    uids: UidsOption = None,
    config: ConfigOption = None,
    driver: DriverOption = None,
    path: PathOption = None,
    settings: SetOption = None,
    *,
    everything: Annotated[bool, typer.Option("--all", help="All tags that lie there.")] = False,
    pause: PauseOption = False,
    as_json: JsonOption = False,
) -> None:
    """Have gates ring for the tag on the pad: write the library's AFI, and read it back."""
    with opened_pad(PadChoice(config, driver, path, settings or (), pause)) as pad:
        chosen = pad.tags() if everything else pad.chosen_tags(uids or ())
        _bring(pad, chosen, SecurityState.SECURED, as_json=as_json)


def release(
    uids: UidsOption = None,
    config: ConfigOption = None,
    driver: DriverOption = None,
    path: PathOption = None,
    settings: SetOption = None,
    *,
    without_loan: Annotated[
        bool, typer.Option("--without-loan", help="Also what is not lent, or nobody knows of.")
    ] = False,
    pause: PauseOption = False,
    as_json: JsonOption = False,
) -> None:
    """Let the tag on the pad pass the gate, if the service says that its item is lent.

    The running station asks. A tag that is released without a loan is secured again by the first
    pad of a station that sees it idle.
    """
    with opened_pad(PadChoice(config, driver, path, settings or (), pause)) as pad:
        chosen = pad.chosen_tags(uids or ())
        if not without_loan:
            _expect_loans(pad, [read_tag(pad.reader, seen) for seen in chosen])
        _bring(pad, chosen, SecurityState.RELEASED, as_json=as_json)


def _bring(
    pad: PadAtHand, chosen: Sequence[TagSeen], wanted: SecurityState, *, as_json: bool
) -> None:
    for seen in chosen:
        write_afi(pad.reader, seen.uid, pad.profile.afi_for(wanted))
    rows = [read_and_told(pad.reader, seen, pad.profile) for seen in chosen]
    say({"tags": rows}, picture(rows), as_json=as_json)
    raise typer.Exit(worst(rows))


def _expect_loans(pad: PadAtHand, tags: Iterable[WholeTag]) -> None:
    station = running_station(pad.config) if pad.config else None
    if station is None:
        give_up(f"No running station can ask the service for the loan; start it, or {OTHERWISE}.")
    with station:
        owner = pad.config.station.isil if pad.config else ""
        hindrances = [found for tag in tags if (found := _hindrance(station, tag, owner))]
    if hindrances:
        give_up("\n".join(hindrances))


def _hindrance(station: StationClient, tag: WholeTag, owner: str) -> str | None:
    """Why this tag is not to be released. Another library's number may be one of ours as well."""
    reading = recognise(tag.content, owner)
    item = reading.number
    if reading.kind is TagKind.FOREIGN:
        return f"Tag {tag.uid} belongs to {tag.content.owner}, not to {owner}; {OTHERWISE}."
    if reading.kind is not TagKind.ITEM:
        return f"Tag {tag.uid} carries no item number that can be trusted; {OTHERWISE}."
    try:
        known = station.ask(AskItem(item=item))
    except (StationGone, StationRefused) as problem:
        return f"Whether {item} is lent is not known: {problem}. Try later, or {OTHERWISE}."
    if isinstance(known, ItemKnown) and known.on_loan:
        return None
    if isinstance(known, ItemKnown) and known.known and known.on_loan is None:
        return f"A restored service does not know yet whether {item} is lent; {OTHERWISE}."
    return f"{item} is not lent; check it out to its reader, or {OTHERWISE}."
