"""What a station keeps of its acts and tags: asked of it while it runs, else read in its files."""

from pathlib import Path

from msgspec import Struct

from kiosk.cli.at_hand import give_up, hush, running_station
from kiosk.config import StationConfig
from kiosk.local.client import StationGone, StationRefused
from kiosk.local.protocol import AskJournal, AskOutbox, JournalLine, JournalLines, OutboxRow
from kiosk.local.protocol import OutboxRows as Rows
from kiosk.outbox.outbox import Outbox


class Kept(Struct, frozen=True):
    """Without cards and names."""

    outbox: tuple[OutboxRow, ...]
    journal: tuple[JournalLine, ...]


def kept_at(config: StationConfig) -> Kept:
    """Ends the command when neither station nor store can be read."""
    station = running_station(config)
    if station is None:
        return _kept_in(stopped_outbox(config))
    try:
        with station:
            rows, lines = station.ask(AskOutbox()), station.ask(AskJournal())
    except (StationGone, StationRefused) as problem:
        give_up(problem)
    if not isinstance(rows, Rows) or not isinstance(lines, JournalLines):
        give_up("The station speaks another version: use the `muontra` of the station.")
    return Kept(rows.rows, lines.rows)


def stopped_outbox(config: StationConfig) -> Outbox:
    """The store of a station that does not run, looked at as a copy."""
    from kiosk.doctor.store_copy import look_at_store  # noqa: PLC0415 - slow to import

    hush()
    state = Path(config.station.state_folder)
    seen = look_at_store(state)
    if seen.held:
        give_up(
            f"A station runs in {state}, but {config.station.socket_path} cannot be used:"
            " join its group, or use sudo."
        )
    if seen.trouble or seen.unseen:
        give_up(f"{seen.trouble or seen.unseen}; `muontra doctor` tells more.")
    if seen.outbox is None:
        give_up(f"{state} holds no store yet: this station never ran.")
    return seen.outbox


def _kept_in(outbox: Outbox) -> Kept:
    from kiosk.local.rows import journal_lines, outbox_rows  # noqa: PLC0415 - only where it stands

    return Kept(outbox_rows(outbox), journal_lines(outbox))
