"""`muontra gate`: prove what a gate alarms for, count, and watch it."""

from pathlib import Path
from time import time
from typing import Annotated

import typer
from msgspec import Struct
from rich.table import Table
from rich.text import Text

from drivers.deadline import Deadline
from drivers.tags.security import LibraryProfile, SecurityState
from kiosk.cli.at_hand import (
    ConfigOption,
    Finding,
    JsonOption,
    errors,
    give_up,
    hush,
    library_profile,
    running_station,
    say,
    section_of,
    station_config,
    whole_table,
)
from kiosk.cli.gate_at_hand import GateEar, Heard, listening
from kiosk.config import StationConfig
from kiosk.gate_book import GateLine
from kiosk.gate_polarity import Polarity, polarity_of
from kiosk.local.client import StationGone, StationRefused
from kiosk.local.protocol import AskGate, GateCounts

app = typer.Typer(help="Prove, count and watch a security gate.", no_args_is_help=True)

TEST_EXAMPLE = "Examples:\n\nmuontra gate test\n\nmuontra gate test --yes --seconds 10 --json"
COUNT_EXAMPLE = "Example:\n\nmuontra gate count --hours 168"
WATCH_EXAMPLE = "Example:\n\nmuontra gate watch --seconds 60 --json"

MOST_EVENTS = 1000

GateOption = Annotated[
    str | None, typer.Option("--gate", help="Its name, if there are several.", show_default=False)
]
HoursOption = Annotated[float, typer.Option(min=0.01, max=87_600, help="How far back.")]
DiscardOption = Annotated[
    bool,
    typer.Option("--discard", help="Lose what the gate of a stopped station still remembers."),
]

WALKS: dict[SecurityState, str] = {
    SecurityState.SECURED: "Take a test tag that is SECURED (`muontra tag secure`, AFI {afi}) and"
    " walk through the gate with it, alone.",
    SecurityState.RELEASED: "Now RELEASE it (`muontra tag release`, AFI {afi}) and walk through"
    " the gate again.",
}


class Walk(Struct, frozen=True):
    """What the gate did while somebody walked through."""

    tag: SecurityState
    alarmed: bool
    uids: tuple[str, ...]


@app.command("test", epilog=TEST_EXAMPLE)
def prove(
    config: ConfigOption = None,
    gate: GateOption = None,
    seconds: Annotated[float, typer.Option(min=0.1, max=300, help="Time for each walk.")] = 15.0,
    yes: Annotated[bool, typer.Option("--yes", help="Ask nothing, walk at once.")] = False,
    discard: DiscardOption = False,
    *,
    as_json: JsonOption = False,
) -> None:
    """Prove with a test tag that the gate alarms for secured tags and for no others.

    Do this before a gate goes live, and after each change of its settings.
    """
    settings = station_config(config)
    section = section_of(settings, "gate", gate)
    profile = library_profile(settings)
    with listening(settings, section, discard=discard) as ear:
        walks = [_walk(ear, tag, profile, seconds, asks=not yes) for tag in WALKS]
    secured, released = (walk.alarmed for walk in walks)
    found = polarity_of(secured=secured, released=released, profile=profile)
    say(
        {"gate": section.called, "walks": walks, "found": found},
        Text(f"{section.called}: {found.sentence} {found.advice}"),
        as_json=as_json,
    )
    raise typer.Exit(Finding.GOOD if found.polarity is Polarity.RIGHT else Finding.BROKEN)


@app.command(epilog=COUNT_EXAMPLE)
def count(
    config: ConfigOption = None, hours: HoursOption = 24.0, *, as_json: JsonOption = False
) -> None:
    """Count alarms and people of the last hours, and name the newest events."""
    counts = _counts(station_config(config), hours)
    say(counts, _table(counts), as_json=as_json)


@app.command(epilog=WATCH_EXAMPLE)
def watch(
    config: ConfigOption = None,
    gate: GateOption = None,
    seconds: Annotated[float, typer.Option(min=0.1, help="How long.")] = 3600.0,
    discard: DiscardOption = False,
    *,
    as_json: JsonOption = False,
) -> None:
    """Show what the gate tells as it happens, a line each; Ctrl-C ends it."""
    settings = station_config(config)
    deadline = Deadline.after(seconds)
    with listening(settings, section_of(settings, "gate", gate), discard=discard) as ear:
        announce("Listening.")
        while not deadline.expired():
            heard = ear.next(min(deadline.remaining(), 1.0))
            if heard is not None:
                say(heard, Text(_words(heard)), as_json=as_json)


def announce(words: str) -> None:
    """Beside the results, for whoever reads along."""
    errors.print(words, markup=False, soft_wrap=True)


def wait_for_person(words: str) -> None:
    """Until they are ready."""
    try:
        typer.prompt(f"{words} Press Enter first", default="", show_default=False, err=True)
    except typer.Abort:
        give_up("\nNobody pressed Enter; with --yes the gate listens at once.")


def _walk(
    ear: GateEar, tag: SecurityState, profile: LibraryProfile, seconds: float, *, asks: bool
) -> Walk:
    words = WALKS[tag].format(afi=f"{profile.afi_for(tag):02X}")
    if asks:
        wait_for_person(words)
    ear.forget()
    if not asks:
        announce(words)
    alarm = _first_alarm(ear, seconds)
    announce("The gate alarmed." if alarm else f"No alarm within {seconds:g} s.")
    return Walk(tag, alarm is not None, alarm.uids if alarm else ())


def _first_alarm(ear: GateEar, seconds: float) -> Heard | None:
    deadline = Deadline.after(seconds)
    while not deadline.expired():
        heard = ear.next(deadline.remaining())
        if heard is not None and heard.alarmed:
            return heard
    return None


def _counts(config: StationConfig, hours: float) -> GateCounts:
    station = running_station(config)
    if station is None:
        return _stopped_counts(config, hours)
    try:
        with station:
            answer = station.ask(AskGate(hours=hours, at_most=MOST_EVENTS))
    except (StationGone, StationRefused) as problem:
        give_up(problem)
    if not isinstance(answer, GateCounts):
        give_up("The station speaks another version: use the `muontra` of the station.")
    return answer


def _stopped_counts(config: StationConfig, hours: float) -> GateCounts:
    from kiosk.local.rows import gate_counts  # noqa: PLC0415 - only for a stopped station
    from kiosk.station_store import StationStore, StoreUnsafe  # noqa: PLC0415 - slow to import

    hush()
    state = Path(config.station.state_folder)
    if not (state / "station.db").exists():
        give_up(f"{state} holds no store yet: this station never ran.")
    try:
        with StationStore(state) as store:
            return gate_counts(store, hours, MOST_EVENTS, time())
    except StoreUnsafe as problem:
        give_up(problem)


def _table(counts: GateCounts) -> Table:
    title = f"{counts.alarms} alarms, {counts.entered} in, {counts.left} out"
    shown = whole_table("At", "Gate", "Event", "Tag", "AFI", title=title)
    for line in counts.events[-50:]:
        afi = "" if line.afi is None else f"{line.afi:02X}"
        shown.add_row(_clock(line.at_ms), line.device, _event(line), str(line.uid or ""), afi)
    return shown


def _clock(at_ms: int) -> str:
    from datetime import datetime  # noqa: PLC0415

    return datetime.fromtimestamp(at_ms / 1000).astimezone().isoformat(sep=" ", timespec="seconds")


def _event(line: GateLine) -> str:
    if line.kind == "passage":
        return f"{line.entered} in, {line.left} out"
    return f"{line.kind} {line.contact}".rstrip()


def _words(heard: Heard) -> str:
    people = f" {heard.entered} in, {heard.left} out" if heard.entered or heard.left else ""
    return f"{heard.at} {', '.join(heard.events)}{people} {' '.join(heard.uids)}".rstrip()
