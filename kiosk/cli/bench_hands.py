"""`muontra bench place`, `scan`, `walk` …: what a hand does at the bench."""

from collections.abc import Sequence
from typing import Annotated

import msgspec
import typer

from drivers.simulators.bench_protocol import (
    AnyCommand,
    ClearFaults,
    Lay,
    Lift,
    PlanFault,
    Plug,
    Present,
    PutIn,
    Remove,
    Scan,
    SetChute,
    SetCover,
    SetPaper,
    TakeOut,
    Unplug,
    Walk,
)
from drivers.simulators.faults import PlannedFault
from kiosk.cli.at_hand import JsonOption, give_up
from kiosk.cli.bench_at_hand import StateOption, ask_bench

app = typer.Typer()

Device = Annotated[str, typer.Argument(help="The device's name in the bench file.")]
OnlyDevice = Annotated[
    str, typer.Option("--on", metavar="DEVICE", help="Which, where the bench has several.")
]


@app.command(epilog="Example:\n\nmuontra bench place VV.00001 VV.00002")
def place(
    items: list[str], on: OnlyDevice = "", state: StateOption = None, *, as_json: JsonOption = False
) -> None:
    """Lay books or cards on a pad, all at once."""
    ask_bench(Lay(items=tuple(items), pad=on), state, as_json=as_json)


@app.command(epilog="Example:\n\nmuontra bench lift VV.00001")
def lift(items: list[str], state: StateOption = None, *, as_json: JsonOption = False) -> None:
    """Lift books or cards from wherever they lie."""
    ask_bench(Lift(items=tuple(items)), state, as_json=as_json)


@app.command(epilog="Example:\n\nmuontra bench scan 04271936")
def scan(
    text: str, on: OnlyDevice = "", state: StateOption = None, *, as_json: JsonOption = False
) -> None:
    """Hold a printed code before a scanner."""
    ask_bench(Scan(text=text, scanner=on), state, as_json=as_json)


@app.command(epilog="Example:\n\nmuontra bench card 04271936\n\nmuontra bench card --away")
def card(
    item: Annotated[str, typer.Argument(help="A card of the bench file.")] = "",
    on: OnlyDevice = "",
    state: StateOption = None,
    *,
    away: Annotated[bool, typer.Option("--away", help="Take it away again.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Hold a contactless card to a reader, where it stays."""
    if away == bool(item):
        give_up("Name a card of the bench file, or say --away.")
    command = Remove(reader=on) if away else Present(item=item, reader=on)
    ask_bench(command, state, as_json=as_json)


@app.command(epilog="Example:\n\nmuontra bench walk VV.00001")
def walk(
    items: Annotated[list[str] | None, typer.Argument(help="What is carried.")] = None,
    on: OnlyDevice = "",
    state: StateOption = None,
    *,
    inwards: Annotated[bool, typer.Option("--in", help="Into the library.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Walk out through a gate, with books or without."""
    ask_bench(Walk(items=tuple(items or ()), gate=on, inwards=inwards), state, as_json=as_json)


@app.command(epilog="Example:\n\nmuontra bench unplug pad")
def unplug(device: Device, state: StateOption = None, *, as_json: JsonOption = False) -> None:
    """Pull a device's plug."""
    ask_bench(Unplug(device=device), state, as_json=as_json)


@app.command(epilog="Example:\n\nmuontra bench replug pad")
def replug(device: Device, state: StateOption = None, *, as_json: JsonOption = False) -> None:
    """Plug it in again; it gets another node name, as on a real machine."""
    ask_bench(Plug(device=device), state, as_json=as_json)


@app.command(name="paper-out", epilog="Example:\n\nmuontra bench paper-out --near")
def paper_out(
    on: OnlyDevice = "",
    state: StateOption = None,
    *,
    near: Annotated[bool, typer.Option("--near", help="Nearly used up.")] = False,
    refill: Annotated[bool, typer.Option("--refill", help="Put a new roll in.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Use up a printer's paper."""
    if near and refill:
        give_up("Say --near or --refill, not both.")
    if refill:
        command = SetPaper(paper="good", printer=on)
    else:
        command = SetPaper(paper="near end" if near else "out", printer=on)
    ask_bench(command, state, as_json=as_json)


@app.command(epilog="Example:\n\nmuontra bench cover --shut")
def cover(
    on: OnlyDevice = "",
    state: StateOption = None,
    *,
    shut: Annotated[bool, typer.Option("--shut", help="Shut it again.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Open a printer's cover."""
    ask_bench(SetCover(is_open=not shut, printer=on), state, as_json=as_json)


@app.command(name="put-in", epilog="Example:\n\nmuontra bench put-in")
def put_in(on: OnlyDevice = "", state: StateOption = None, *, as_json: JsonOption = False) -> None:
    """Lay something into the mouth of a book-drop."""
    ask_bench(PutIn(drop=on), state, as_json=as_json)


@app.command(name="take-out", epilog="Example:\n\nmuontra bench take-out")
def take_out(
    on: OnlyDevice = "", state: StateOption = None, *, as_json: JsonOption = False
) -> None:
    """Take it back out of the mouth."""
    ask_bench(TakeOut(drop=on), state, as_json=as_json)


@app.command(epilog="Example:\n\nmuontra bench chute --full\n\nmuontra bench chute --empty --jam")
def chute(
    on: OnlyDevice = "",
    state: StateOption = None,
    *,
    full: Annotated[bool | None, typer.Option("--full/--empty", help="The bin.")] = None,
    jam: Annotated[bool | None, typer.Option("--jam/--free", help="The way to it.")] = None,
    as_json: JsonOption = False,
) -> None:
    """Fill or empty the bin of a book-drop; jam its chute or free it."""
    if full is None and jam is None:
        give_up("Say --full, --empty, --jam or --free.")
    ask_bench(SetChute(bin_full=full, jammed=jam, drop=on), state, as_json=as_json)


@app.command(
    epilog="Examples:\n\nmuontra bench fault pad hang seconds=3\n\n"
    "muontra bench fault pad flip bit=20 side=request --frame 'read blocks' --at 2 --times 3\n\n"
    "muontra bench fault pad none"
)
def fault(
    device: Device,
    kind: Annotated[
        str,
        typer.Argument(
            help="lose, flip, cut, split, double, echo, noise, delay, late, hang, unplug, "
            "take_away, status; none: nothing goes wrong any more."
        ),
    ],
    details: Annotated[list[str] | None, typer.Argument(metavar="[KEY=VALUE]...")] = None,
    frame: Annotated[
        str | None, typer.Option(help="Only frames of this name, as a trace says it.")
    ] = None,
    at: Annotated[int, typer.Option(min=1, help="From which frame on.")] = 1,
    times: Annotated[int, typer.Option(min=0, help="For how many; 0 for ever.")] = 1,
    state: StateOption = None,
    *,
    as_json: JsonOption = False,
) -> None:
    """Let something go wrong with a device: on its line, in itself, or by a hand."""
    command: AnyCommand = ClearFaults(device=device)
    if kind != "none":
        planned = _planned(kind, details or [], frame, at, times)
        command = PlanFault(device=device, planned=planned)
    ask_bench(command, state, as_json=as_json)


def _planned(
    kind: str, details: Sequence[str], frame: str | None, at: int, times: int
) -> PlannedFault:
    values: dict[str, object] = {"kind": kind}
    for detail in details:
        name, equals, value = detail.partition("=")
        if not equals:
            give_up(f"{detail}: say KEY=VALUE, as in seconds=3.")
        values[name] = value
    planned = {"fault": values, "command": frame, "at": at, "times": times or None}
    try:
        return msgspec.convert(planned, PlannedFault, strict=False)
    except msgspec.ValidationError as problem:
        give_up(
            f"That fault cannot be: {problem}. `muontra bench fault --help` names the kinds,"
            " docs/bench.md their keys."
        )
