"""`muontra trace save`: the frames of a line in a file."""

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from time import monotonic
from typing import Annotated

import typer

from drivers.frame_trace import Direction
from drivers.frame_trace_file import (
    SavedFrame,
    SavedTrace,
    TraceFileProblem,
    TraceHeader,
    save_trace,
)
from kiosk import __version__
from kiosk.cli.at_hand import (
    ConfigOption,
    Finding,
    JsonOption,
    asked_station,
    errors,
    give_up,
    say,
    station_config,
)
from kiosk.cli.trace_lines import DeviceArgument, frames_of, frames_told, section_named
from kiosk.config import DeviceSection
from kiosk.local.client import StationClient
from kiosk.local.protocol import Frame, Pause, Resume, Watch
from kiosk.struck_out import without_secrets

EXAMPLES = """Examples:

muontra trace save pad.jsonl pad

muontra trace save pad.jsonl pad --from-open --seconds 20
"""
USUAL_SECONDS = 5.0
QUIET_SECONDS = 0.5
"""How long a driver that was told to let go may still finish what it says."""


def command(
    file: Annotated[Path, typer.Argument(help="The new file, JSON lines.")],
    device: DeviceArgument = None,
    seconds: Annotated[
        float | None,
        typer.Option(min=0.1, max=3600, help="Save what comes, not what was.", show_default=False),
    ] = None,
    config: ConfigOption = None,
    *,
    from_open: Annotated[
        bool,
        typer.Option("--from-open", help="Have the station open the device anew first."),
    ] = False,
    as_json: JsonOption = False,
) -> None:
    """Save the frames of a device's line to a file, for `muontra trace replay` or a support case.

    A replay wants the questions of the start as well: save with --from-open.
    """
    station = station_config(config)
    section = section_named(station, device)
    with asked_station(station) as client:
        if seconds is None and not from_open:
            frames = frames_of(client, section.called)
        else:
            frames = _frames_to_come(client, section, seconds or USUAL_SECONDS, from_open)
    try:
        save_trace(file, _saved(section, frames))
    except TraceFileProblem as problem:
        give_up(problem)
    told = {"file": str(file), "device": section.called, "frames": len(frames)}
    say(told, f"{len(frames)} frames of {section.called} are in {file}.", as_json=as_json)
    raise typer.Exit(Finding.GOOD if frames else Finding.LOOK_AFTER)


def _frames_to_come(
    client: StationClient, section: DeviceSection, seconds: float, from_open: bool
) -> Sequence[Frame]:
    client.ask(Watch(frames=True))
    if from_open:
        client.ask(Pause(device=section.called))
        for _last_words in frames_told(client, QUIET_SECONDS):
            pass
        began = monotonic()
        client.ask(Resume(device=section.called))
    else:
        began = 0.0
    with errors.status(f"Saving what goes over the line of {section.called}"):
        told = [one.frame for one in frames_told(client, seconds) if one.device == section.called]
    return [frame for frame in told if frame.at >= began]


def _saved(section: DeviceSection, frames: Sequence[Frame]) -> SavedTrace:
    began = frames[0].at if frames else 0.0
    header = TraceHeader(
        device=section.called,
        driver=section.driver,
        settings=without_secrets(section.settings),
        software=f"muontra {__version__}",
        saved_at=datetime.now().astimezone().isoformat(timespec="seconds"),
    )
    return SavedTrace(
        header,
        tuple(
            SavedFrame(
                at=round(frame.at - began, 4),
                direction=Direction(frame.direction),
                hex=frame.hex,
                sentence=frame.sentence,
            )
            for frame in frames
        ),
    )
