"""`muontra outbox`: the acts that a station keeps until the service surely has them."""

from pathlib import Path
from typing import Annotated

import msgspec
import typer
from msgspec import Struct
from rich.table import Table
from rich.text import Text

from drivers.new_file import write_new_file
from kiosk.cli.at_hand import (
    ConfigOption,
    Finding,
    JsonOption,
    asked_station,
    errors,
    give_up,
    running_station,
    say,
    station_config,
    whole_table,
)
from kiosk.cli.kept import kept_at, stopped_outbox
from kiosk.local.protocol import JournalLine, OutboxRow, SendNow
from kiosk.outbox.records import OperationRecord

app = typer.Typer(help="Acts that wait for the service, or are kept for it.", no_args_is_help=True)

LIST_EXAMPLE = "Example:\n\nmuontra outbox list --waiting"
SHOW_EXAMPLE = "Example:\n\nmuontra outbox show 118"
RETRY_EXAMPLE = "Example:\n\nmuontra outbox retry"
EXPORT_EXAMPLE = "Example:\n\nmuontra outbox export /root/acts-of-kiosk-1.jsonl"

STATES: tuple[tuple[str, str], ...] = (
    # state of an act, what it means and what to do
    ("cancelled", "Nobody wants it any more: a cancel follows it. Nothing to do."),
    ("not sent", "It waits here for the service, which cannot know of it: `muontra link ping`."),
    ("sent", "It was sent and not answered; the same act is sent again: `muontra outbox retry`."),
    ("decided", "The service decided. It is kept for a service that was restored. Nothing to do."),
)
MEANINGS = dict(STATES)
CARDS_WARNING = "It holds patrons' card numbers: for staff only. Delete it as soon as you can."


@app.command("list", epilog=LIST_EXAMPLE)
def list_(
    config: ConfigOption = None,
    waiting: Annotated[
        bool, typer.Option("--waiting", help="Only what the service has not decided.")
    ] = False,
    *,
    as_json: JsonOption = False,
) -> None:
    """Name the acts that are kept, oldest first; exit code 1 while some of them wait."""
    every = kept_at(station_config(config)).outbox
    undecided = [row for row in every if row.reply is None]
    rows = undecided if waiting else every
    say({"waiting": len(undecided), "rows": rows}, _table(rows), as_json=as_json)
    raise typer.Exit(Finding.LOOK_AFTER if undecided else Finding.GOOD)


@app.command(epilog=SHOW_EXAMPLE)
def show(
    act: Annotated[str, typer.Argument(help="Its number in the list, or its operation.")],
    config: ConfigOption = None,
    *,
    as_json: JsonOption = False,
) -> None:
    """Show one act with its tags, and what it waits for."""
    kept = kept_at(station_config(config))
    row = next((row for row in kept.outbox if act in {str(row.sequence), row.operation}), None)
    if row is None:
        give_up(f"No act {act} is kept; `muontra outbox list` names them.")
    tags = [line for line in kept.journal if line.operation == row.operation]
    value = {"row": row, "state": state_of(row), "meaning": MEANINGS[state_of(row)], "tags": tags}
    say(value, _picture(row, tags), as_json=as_json)


@app.command(epilog=RETRY_EXAMPLE)
def retry(config: ConfigOption = None) -> None:
    """Have the running station send at once what waits; what is done twice counts once."""
    with asked_station(station_config(config)) as station:
        station.ask(SendNow())
        link = station.status().link
    if link.reachable:
        errors.print("It is sent now; `muontra outbox list` shows what the service decided.")
        return
    give_up("The service cannot be reached, so it waits; see `muontra doctor`.", Finding.LOOK_AFTER)


@app.command(epilog=EXPORT_EXAMPLE)
def export(
    file: Annotated[Path, typer.Argument(help="Where to write it; must not be there yet.")],
    config: ConfigOption = None,
) -> None:
    """Write every act of a stopped station as JSON lines, for staff to enter by hand.

    For a station that will never reach its service again. Only its owner may read the file.
    """
    settings = station_config(config)
    station = running_station(settings)
    if station is not None:
        station.close()
        give_up("The station runs and sends its acts itself; stop it before you take them out.")
    outbox = stopped_outbox(settings)
    try:
        write_new_file(file, b"".join(map(_line, outbox)))
    except OSError as problem:
        give_up(f"{file} was not written: {problem.strerror}; choose another place or name.")
    errors.print(f"{file}: {len(outbox)} acts. {CARDS_WARNING}", markup=False, soft_wrap=True)


class ExportedAct(Struct, frozen=True):
    """One line: the operation's very bytes, and how far it came."""

    operation: msgspec.Raw
    sent: bool
    reply: msgspec.Raw | None
    cancelled: bool


def state_of(row: OutboxRow) -> str:
    """In one word of STATES."""
    if row.reply is not None:
        return "decided"
    if row.cancelled:
        return "cancelled"
    return "sent" if row.sent else "not sent"


def _line(record: OperationRecord) -> bytes:
    reply = None if record.reply_body is None else msgspec.Raw(record.reply_body)
    act = ExportedAct(msgspec.Raw(record.body), record.sent, reply, record.cancelled)
    return msgspec.json.encode(act) + b"\n"


def _table(rows: "tuple[OutboxRow, ...] | list[OutboxRow]") -> Table:
    shown = whole_table("Number", "Act", "Item", "Done at", "State", "Reply")
    for row in rows:
        act, item = row.act.partition("/")[0], Text(row.item)
        shown.add_row(str(row.sequence), act, item, row.born, state_of(row), row.reply or "")
    return shown


def _picture(row: OutboxRow, tags: list[JournalLine]) -> Table:
    shown = Table.grid(padding=(0, 2))
    for name, value in msgspec.to_builtins(row).items():
        shown.add_row(name, Text(str(value)))
    for tag in tags:
        shown.add_row("tag", f"{tag.uid} {tag.state}")
    shown.add_row("", Text(MEANINGS[state_of(row)]))
    return shown
