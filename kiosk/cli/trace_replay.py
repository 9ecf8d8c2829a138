"""`muontra trace replay`: the device's side of a saved trace, played to a driver."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated, Any

import typer
from msgspec import Struct
from msgspec.structs import fields
from rich.console import Group, RenderableType
from rich.text import Text

from drivers.deadline import Deadline
from drivers.errors import DriverError
from drivers.frame_trace import Direction, FrameTrace, TracedFrame
from drivers.frame_trace_file import SavedTrace, TraceFileProblem, load_trace
from drivers.interfaces import (
    BarcodeScanner,
    BookDropChute,
    ReceiptPrinter,
    SecurityGate,
    TagReader,
)
from drivers.registry import Driver
from kiosk.cli.at_hand import Finding, JsonOption, driver_of, errors, give_up, say, settings_for
from kiosk.config import DeviceKind, DeviceSection

EXAMPLE = """Example:

muontra trace replay pad.jsonl --driver feig_obid
"""
CALL_SECONDS = 2.0
FIRST_BLOCKS = 9
"""What a station reads of each tag."""

Habit = Callable[[Any, Deadline], None]
"""What a station does with a device of a kind, once."""


class Difference(Struct, frozen=True, kw_only=True):
    """`asked` and what had been asked there, or an answer that is now taken for something else."""

    what: str
    hex: str
    now: str
    recorded: str


class Replayed(Struct, frozen=True, kw_only=True):
    """`questions` of the trace, how many of them were `asked` again, and what was otherwise.

    `left_out`: different ones that were never asked. `trouble`: what made the driver give up.
    """

    driver: str
    device: str
    questions: int
    asked: int
    left_out: int
    differences: tuple[Difference, ...]
    trouble: str

    @property
    def finding(self) -> Finding:
        if self.trouble:
            return Finding.BROKEN
        return Finding.LOOK_AFTER if self.differences else Finding.GOOD


def command(
    file: Annotated[Path, typer.Argument(help="A trace from `muontra trace save`.")],
    driver: Annotated[
        str | None, typer.Option(help="Another driver than the one that was traced.")
    ] = None,
    seconds: Annotated[float, typer.Option(min=0.1, max=600, help="At most so long.")] = 10.0,
    *,
    as_json: JsonOption = False,
) -> None:
    """Let a driver talk to the device of a saved trace, and tell what it now does otherwise.

    No device is needed. The driver opens the line and does what a station does with such a device,
    until the questions of the trace are used up. Exit code 1 when it asks something else, or
    takes an answer otherwise; 2 when it gives up.
    """
    try:
        trace = load_trace(file)
    except TraceFileProblem as problem:
        give_up(problem)
    found = _driver(driver or trace.header.driver)
    if not any(frame.hex and frame.direction is Direction.SENT for frame in trace.frames):
        give_up(f"{file} holds no question to a device: its frames are masked, or none was asked.")
    with errors.status(f"{found.name} talks to {trace.header.device} of {trace.header.saved_at}"):
        replayed = _replayed(found, trace, seconds)
    say(replayed, _picture(replayed), as_json=as_json)
    raise typer.Exit(replayed.finding)


def _driver(name: str) -> Driver:
    try:
        driver = driver_of(DeviceSection(kind="pad", driver=name))
    except ValueError as problem:
        give_up(f"{problem} `muontra driver list` names all.")
    if "path" not in {field.name for field in fields(driver.settings)}:
        give_up(f"{name} talks over no line that could be played.")
    return driver


def _replayed(driver: Driver, trace: SavedTrace, seconds: float) -> Replayed:
    """A station asks for a tag's AFI, or reads it at all, only when it must: a smaller habit is
    taken where it does everything as before and leaves no question of the trace out.
    """
    fullest, *smaller = HABITS.get(driver.kind, (_nothing,))
    replayed = _played(driver, trace, seconds, fullest)
    while smaller and replayed.finding is not Finding.GOOD:
        other = _played(driver, trace, seconds, smaller.pop(0))
        if other.finding is Finding.GOOD and not other.left_out:
            return other
    return replayed


def _played(driver: Driver, trace: SavedTrace, seconds: float, habit: Habit) -> Replayed:
    from drivers.simulators.pty_host import PtyHost  # noqa: PLC0415 - simulators: only here
    from drivers.simulators.replayed_device import ReplayedDevice  # noqa: PLC0415

    played = ReplayedDevice(trace.frames)
    heard = FrameTrace(capacity=100_000)
    same = driver.name == trace.header.driver
    with TemporaryDirectory() as folder, PtyHost(played, Path(folder) / "line") as host:
        settings = {**(trace.header.settings if same else {}), "path": host.address}
        talk = Talk(driver, settings, heard, Deadline.after(seconds))
        trouble = _trouble_of(talk, habit, lambda: played.used_up)
    frames = heard.frames()
    sentences = {frame.raw: frame.sentence for frame in frames}
    asked = [
        Difference(
            what="asked",
            hex=each.asked.hex(" ").upper(),
            now=sentences.get(each.asked, ""),
            recorded=each.recorded.sentence if each.recorded else "nothing more",
        )
        for each in played.otherwise
    ]
    return Replayed(
        driver=driver.name,
        device=trace.header.device,
        questions=len(played.exchanges),
        asked=len(played.asked),
        left_out=len(played.left_out),
        differences=(*asked, *_taken_otherwise(trace, frames)) if same else tuple(asked),
        trouble=trouble,
    )


@dataclass(frozen=True, slots=True)
class Talk:
    """A driver, with what and for how long."""

    driver: Driver
    settings: Mapping[str, Any]
    heard: FrameTrace
    deadline: Deadline


def _trouble_of(talk: Talk, habit: Habit, enough: Callable[[], bool]) -> str:
    """Open and use the device; what made the driver give up, if anything."""
    try:
        device = talk.driver.make(settings_for(talk.driver, talk.settings), talk.heard)
        device.open(talk.deadline.earlier(CALL_SECONDS))
    except (DriverError, ValueError) as problem:
        return str(problem)
    try:
        habit(device, talk.deadline)
        while not (enough() or talk.deadline.expired()):
            habit(device, talk.deadline)
    except DriverError as problem:
        return str(problem)
    finally:
        device.close()
    return ""


def _taken_otherwise(trace: SavedTrace, frames: Sequence[TracedFrame]) -> Iterator[Difference]:
    """Answers that mean something else to the driver now, or nothing."""
    known: dict[bytes, set[str]] = {}
    for frame in trace.frames:
        if frame.direction is not Direction.SENT and frame.hex:
            known.setdefault(frame.raw, set()).add(frame.sentence)
    told = {
        (frame.raw, frame.sentence) for frame in frames if frame.direction is not Direction.SENT
    }
    for raw, sentence in sorted(told):
        if raw in known and sentence not in known[raw]:
            yield Difference(
                what="took an answer for",
                hex=raw.hex(" ").upper(),
                now=sentence,
                recorded=" / ".join(sorted(known[raw])),
            )


def _pad_with_afi(pad: TagReader, deadline: Deadline) -> None:
    for tag in pad.inventory(deadline.earlier(CALL_SECONDS)):
        pad.read_blocks(tag.uid, 0, FIRST_BLOCKS, deadline.earlier(CALL_SECONDS))
        pad.system_information(tag.uid, deadline.earlier(CALL_SECONDS))


def _pad_content(pad: TagReader, deadline: Deadline) -> None:
    for tag in pad.inventory(deadline.earlier(CALL_SECONDS)):
        pad.read_blocks(tag.uid, 0, FIRST_BLOCKS, deadline.earlier(CALL_SECONDS))


def _pad_rounds(pad: TagReader, deadline: Deadline) -> None:
    pad.inventory(deadline.earlier(CALL_SECONDS))


def _gate(gate: SecurityGate, deadline: Deadline) -> None:
    if gate.events(deadline.earlier(CALL_SECONDS)):
        gate.taken(deadline.earlier(CALL_SECONDS))


def _scanner(scanner: BarcodeScanner, deadline: Deadline) -> None:
    scanner.listen(deadline.earlier(CALL_SECONDS), wanted=True)
    scanner.listen(deadline.earlier(CALL_SECONDS), wanted=False)


def _printer(printer: ReceiptPrinter, deadline: Deadline) -> None:
    printer.status(deadline.earlier(CALL_SECONDS))


def _chute(chute: BookDropChute, deadline: Deadline) -> None:
    chute.state(deadline.earlier(CALL_SECONDS))


def _nothing(_device: object, _deadline: Deadline) -> None:
    """It was opened: more is not played."""


HABITS: Mapping[DeviceKind, Sequence[Habit]] = {
    "pad": (_pad_with_afi, _pad_content, _pad_rounds),
    "gate": (_gate,),
    "scanner": (_scanner,),
    "printer": (_printer,),
    "drop": (_chute,),
}


def _picture(replayed: Replayed) -> RenderableType:
    asked = f"{replayed.asked} of {replayed.questions} questions of the trace were asked again"
    return Group(
        Text(f"{replayed.driver} and the saved {replayed.device}: {asked}", style="bold"),
        *map(_difference, replayed.differences),
        *(
            [Text(f"The driver gave up: {replayed.trouble}", style="red")]
            if replayed.trouble
            else []
        ),
        *([] if replayed.finding else [Text("It does everything as before.", style="green")]),
    )


def _difference(found: Difference) -> Text:
    words = Text(f"{found.what} {found.hex} {found.now}\n", style="yellow")
    return words.append(f"  recorded: {found.recorded}", style="dim")
