"""`muontra trace`: what goes over the lines of a running station's devices."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import Path
from time import monotonic, time
from typing import Annotated

import typer
from msgspec import Struct
from rich.text import Text

from drivers.frame_trace import Direction
from drivers.frame_trace_file import (
    SavedFrame,
    SavedTrace,
    TraceFileProblem,
    TraceHeader,
    save_trace,
)
from kiosk import __version__
from kiosk.cli import trace_replay
from kiosk.cli.at_hand import (
    ConfigOption,
    Finding,
    JsonOption,
    asked_station,
    console,
    errors,
    give_up,
    say,
    station_config,
)
from kiosk.config import DeviceSection, StationConfig
from kiosk.local.client import StationClient
from kiosk.local.protocol import AskFrames, Frame, Frames, FrameTold, Pause, Resume, Unmask, Watch
from kiosk.struck_out import without_secrets

app = typer.Typer(
    help="Show, save and replay what goes over the lines of devices.", no_args_is_help=True
)
app.command(name="replay", epilog=trace_replay.EXAMPLE)(trace_replay.command)

SHOW_EXAMPLES = """Examples:

muontra trace show pad

muontra trace show pad --follow

muontra trace show scanner --unmask --minutes 2
"""
SAVE_EXAMPLES = """Examples:

muontra trace save pad.jsonl pad

muontra trace save pad.jsonl pad --from-open --seconds 20
"""
COLOURS = {Direction.SENT: "cyan", Direction.RECEIVED: "green", Direction.DROPPED: "red"}
LOOK_SECONDS = 0.25
USUAL_SECONDS = 5.0
QUIET_SECONDS = 0.5

DeviceArgument = Annotated[
    str | None, typer.Argument(help="The device's name, or its kind.", show_default=False)
]


class ShownFrame(Struct, frozen=True, kw_only=True):
    """`time`: of the day, with its offset; `hex` is empty where the trace is masked."""

    device: str
    time: str
    direction: str
    hex: str
    sentence: str


@app.command(epilog=SHOW_EXAMPLES)
def show(
    device: DeviceArgument = None,
    last: Annotated[int, typer.Option(min=0, help="How many of the frames so far.")] = 50,
    config: ConfigOption = None,
    *,
    follow: Annotated[bool, typer.Option("--follow", help="Go on until Ctrl-C.")] = False,
    unmask: Annotated[
        bool,
        typer.Option("--unmask", help="Codes and cards as they are, for --minutes; named devices."),
    ] = False,
    minutes: Annotated[float, typer.Option(min=0.01, max=30, help="With --unmask.")] = 5.0,
    as_json: JsonOption = False,
) -> None:
    """Show what was said on the lines: when, which way, the bytes, and what they mean.

    Codes and cards are masked: only their length and a mark, the same for equal ones. With --json
    one object a line. --unmask shows them as they are while nobody is served, and the station's
    screen says so; never pass on what it shows.
    """
    station = station_config(config)
    wanted = [_section(station, device)] if device else list(station.device)
    names = [section.called for section in wanted]
    if unmask and not device:
        give_up("Name the device whose codes or cards are to be shown.")
    with asked_station(station) as client:
        if unmask:
            _unmask(client, names[0], minutes)
        if follow or unmask:
            client.ask(Watch(frames=True))
        shown = [(name, frame) for name in names for frame in frames_of(client, name)]
        shown.sort(key=lambda one: one[1].at)
        latest = max((frame.at for _, frame in shown), default=0.0)
        for name, frame in shown[-last:] if last else ():
            _show(name, frame, as_json=as_json)
        if not shown:
            errors.print("Nothing went over the line yet.")
        if follow or unmask:
            ends = minutes * 60 if unmask else None
            _follow(client, names, latest, ends, as_json=as_json)


@app.command(epilog=SAVE_EXAMPLES)
def save(
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
    section = _section(station, device)
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


def frames_of(client: StationClient, device: str) -> Sequence[Frame]:
    """The last frames of a line, as the station kept them."""
    answer = client.ask(AskFrames(device=device))
    return answer.frames if isinstance(answer, Frames) else ()


def _section(config: StationConfig, device: str | None) -> DeviceSection:
    only = device is None and len(config.device) == 1
    fitting = (one for one in config.device if only or device in {one.called, one.kind})
    section = next(fitting, None)
    if section is None:
        known = ", ".join(one.called for one in config.device) or "none"
        give_up(f"Say which device: {known}.")
    return section


def _unmask(client: StationClient, device: str, minutes: float) -> None:
    client.ask(Unmask(device=device, seconds=minutes * 60))
    errors.print(
        f"{device} is shown as it is for {minutes:g} minutes; the station's screen says so."
    )


def _follow(
    client: StationClient,
    names: Sequence[str],
    latest: float,
    seconds: float | None,
    *,
    as_json: bool,
) -> None:
    try:
        for told in _frames_told(client, seconds):
            if told.device in names and told.frame.at > latest:
                _show(told.device, told.frame, as_json=as_json)
    except KeyboardInterrupt:
        return


def _frames_told(client: StationClient, seconds: float | None) -> Iterator[FrameTold]:
    """What the lines tell, for so long; None: for ever."""
    ends = None if seconds is None else monotonic() + seconds
    while ends is None or monotonic() < ends:
        event = client.next_event(LOOK_SECONDS)
        if isinstance(event, FrameTold):
            yield event


def _frames_to_come(
    client: StationClient, section: DeviceSection, seconds: float, from_open: bool
) -> Sequence[Frame]:
    client.ask(Watch(frames=True))
    if from_open:
        client.ask(Pause(device=section.called))
        for _last_words in _frames_told(client, QUIET_SECONDS):
            pass
        began = monotonic()
        client.ask(Resume(device=section.called))
    else:
        began = 0.0
    with errors.status(f"Saving what goes over the line of {section.called}"):
        told = [one.frame for one in _frames_told(client, seconds) if one.device == section.called]
    return [frame for frame in told if frame.at >= began]


def _show(device: str, frame: Frame, *, as_json: bool) -> None:
    at = datetime.fromtimestamp(time() - monotonic() + frame.at).astimezone()
    if as_json:
        shown = ShownFrame(
            device=device,
            time=at.isoformat(timespec="milliseconds"),
            direction=frame.direction,
            hex=frame.hex,
            sentence=frame.sentence,
        )
        say(shown, "", as_json=True)
        return
    words = Text(f"{at:%H:%M:%S}.{at.microsecond // 1000:03} {device} ", style="dim")
    words.append(frame.direction, style=COLOURS.get(Direction(frame.direction), ""))
    words.append(f" {frame.hex}", style="not dim")
    words.append(f"  {frame.sentence}", style="not dim italic")
    console.print(words, soft_wrap=True)


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
