"""What each kind of device is asked for, so that it is known to do what it is for."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from drivers.deadline import Deadline
from drivers.errors import TagError
from drivers.facts import AlarmsLost, ContactFault, TagSeen
from drivers.interfaces import BookDropChute, Paper, ReceiptPrinter, SecurityGate, TagReader
from kiosk.config import DeviceKind
from kiosk.doctor.patient import Patience
from kiosk.doctor.results import Result, broken, good, look_after

USUAL_BLOCKS = 8
GATE_SECONDS = 0.3
LAY_AGAIN = "Lay this one down again, alone and flat; if it stays so, put a new tag in."


def _pad(pad: TagReader, patience: Patience) -> Iterator[Result]:
    tags = pad.inventory(Deadline.after(patience.call))
    unreadable = [trouble for tag in tags if (trouble := _tag_trouble(pad, tag, patience))]
    for trouble in unreadable:
        yield look_after(trouble, LAY_AGAIN)
    if not unreadable:
        yield good(f"{len(tags)} tags lie there, each can be read")


def _tag_trouble(pad: TagReader, tag: TagSeen, patience: Patience) -> str:
    try:
        told = pad.system_information(tag.uid, Deadline.after(patience.call))
        pad.read_blocks(tag.uid, 0, told.block_count or USUAL_BLOCKS, Deadline.after(patience.call))
    except TagError as problem:
        return str(problem)
    return ""


def _printer(printer: ReceiptPrinter, patience: Patience) -> Iterator[Result]:
    status = printer.status(Deadline.after(patience.call))
    if status.hindrance:
        yield broken(f"prints nothing: {status.hindrance}", "Then: `muontra printer test`.")
    elif status.paper is Paper.NEAR_END:
        yield look_after("the paper is near its end", "Lay a new roll beside the printer.")
    else:
        yield good(f"paper {status.paper}")


def _gate(gate: SecurityGate, patience: Patience) -> Iterator[Result]:
    """What it tells stays in it: only a station that keeps events lets a gate forget them."""
    for event in gate.events(Deadline.after(min(patience.call, GATE_SECONDS))):
        if isinstance(event, ContactFault) and event.stuck:
            yield look_after(
                f"the contact {event.contact} stays closed", "Look at cable, beam and mirror."
            )
        elif isinstance(event, AlarmsLost):
            yield look_after(
                "its memory ran over", "Keep the gate's station running: `muontra gate count`."
            )


def _drop(drop: BookDropChute, patience: Patience) -> Iterator[Result]:
    """A bin is full when its sensor stays covered for longer than items fall past it."""
    drop.state(Deadline.after(patience.call))
    drop.next_change(Deadline.after(patience.sensors))
    state = drop.state(Deadline.after(patience.call))
    if state.item_in_mouth:
        yield look_after("an item lies in the mouth", "Take it out: it was not taken in.")
    yield from chute_findings(jammed=state.jammed, bin_full=state.bin_full)


def chute_findings(*, jammed: bool, bin_full: bool) -> Iterator[Result]:
    """What staff must see to at a book-drop."""
    if jammed:
        yield broken("something is jammed in the chute", "Open it and take it out.")
    if bin_full:
        yield look_after("its bin is full", "Empty the bin.")


EXERCISES: Mapping[DeviceKind, Callable[[Any, Patience], Iterator[Result]]] = {
    "pad": _pad,
    "printer": _printer,
    "gate": _gate,
    "drop": _drop,
}
"""Kinds that are not here have shown by being opened all that they can show."""
