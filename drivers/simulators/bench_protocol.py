"""What goes over the bench's local socket: one JSON object a line, both ways.

A command is answered by exactly one reply, in order; a subscriber gets events between replies.

    {"command": "lay", "items": ["TK.00003"]}       →  {"says": "done"}
"""

from typing import Annotated, Any, Literal, TypeVar

import msgspec
from msgspec import Meta, Struct, field

from drivers.registry import DeviceKind
from drivers.simulators.device import VirtualCard
from drivers.simulators.faults import PlannedFault
from drivers.simulators.virtual_tags import TagMemory

T = TypeVar("T")

LONGEST_LINE = 1 << 20


class BenchDevice(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A simulated device by its driver; `options` are those of its simulator."""

    name: Annotated[str, Meta(pattern=r"^[\w][\w.-]*$")]
    driver: str
    options: dict[str, Any] = field(default_factory=dict)


class CardChip(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The contactless chip of a card: its UID in hexadecimal, as the card sends it."""

    uid: Annotated[str, Meta(pattern="^([0-9A-Fa-f]{2})+$")]
    technology: Literal["iso14443a", "iso14443b", "felica"] = "iso14443a"
    text: str = ""

    def card(self) -> VirtualCard:
        """As a simulated reader takes it."""
        return VirtualCard(bytes.fromhex(self.uid), self.technology, self.text)


class BenchItem(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A book or a card; `barcode` is what is printed on it, `tag` what is glued into a book, `chip`
    what is inside a contactless card.
    """

    name: str
    kind: Literal["book", "card"] = "book"
    title: str = ""
    barcode: str = ""
    tag: TagMemory | None = None
    chip: CardChip | None = None


class Command(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag_field="command"):
    """What a person's hand, or a test, does at the bench.

    A device that is not named is the only one of its kind.
    """


class Lay(Command, frozen=True, tag="lay"):
    """Lay items down on a pad, all at once."""

    items: tuple[str, ...]
    pad: str = ""


class Lift(Command, frozen=True, tag="lift"):
    """Lift items from wherever they lie, all at once."""

    items: tuple[str, ...]


class Scan(Command, frozen=True, tag="scan"):
    """Hold a printed code before a scanner."""

    text: str
    scanner: str = ""


class Present(Command, frozen=True, tag="present"):
    """Hold a contactless card to a reader, where it stays."""

    item: str
    reader: str = ""


class Remove(Command, frozen=True, tag="remove"):
    """Take the card away from a reader."""

    reader: str = ""


class Walk(Command, frozen=True, tag="walk"):
    """Carry items through a gate, or walk through with nothing."""

    items: tuple[str, ...] = ()
    gate: str = ""
    inwards: bool = False


class SetPaper(Command, frozen=True, tag="paper"):
    """Use up a printer's paper, or put a new roll in."""

    paper: Literal["good", "near end", "out"]
    printer: str = ""


class SetCover(Command, frozen=True, tag="cover"):
    """Open or shut a printer's cover."""

    is_open: bool
    printer: str = ""


class PutIn(Command, frozen=True, tag="put_in"):
    """Lay something into the mouth of a book-drop."""

    drop: str = ""


class TakeOut(Command, frozen=True, tag="take_out"):
    """Take it back out of the mouth."""

    drop: str = ""


class SetChute(Command, frozen=True, tag="chute"):
    """Fill or empty the bin of a book-drop, jam its chute or free it; None leaves it as it is."""

    bin_full: bool | None = None
    jammed: bool | None = None
    drop: str = ""


class Unplug(Command, frozen=True, tag="unplug"):
    device: str


class Plug(Command, frozen=True, tag="plug"):
    device: str


class PlanFault(Command, frozen=True, tag="fault"):
    device: str
    planned: PlannedFault


class ClearFaults(Command, frozen=True, tag="clear_faults"):
    device: str


class Add(Command, frozen=True, tag="add"):
    """Put an item on the shelf, or replace one of this name that lies on no pad."""

    item: BenchItem


class AskTags(Command, frozen=True, tag="tags"):
    """What all tags hold now."""


class AskState(Command, frozen=True, tag="state"):
    """Devices, items, and what lies where."""


class Subscribe(Command, frozen=True, tag="subscribe"):
    """Be told of every tag write and movement from now on, and of every frame if asked for."""

    frames: bool = False


class Quit(Command, frozen=True, tag="quit"):
    """End the bench."""


Act = (
    Lay
    | Lift
    | Scan
    | Present
    | Remove
    | Walk
    | SetPaper
    | SetCover
    | PutIn
    | TakeOut
    | SetChute
    | Unplug
    | Plug
    | PlanFault
    | ClearFaults
    | Add
)
AnyCommand = Act | AskTags | AskState | Subscribe | Quit


class Message(Struct, frozen=True, kw_only=True, tag_field="says"):
    """What the bench says."""


class Done(Message, frozen=True, tag="done"):
    """The command was carried out."""


class Trouble(Message, frozen=True, tag="trouble"):
    """The command was not carried out; `reason` says why."""

    reason: str


class ItemTag(Struct, frozen=True, kw_only=True):
    """The tag of one item, and the pad it lies on."""

    item: str
    pad: str | None
    memory: TagMemory


class Tags(Message, frozen=True, tag="tags"):
    tags: tuple[ItemTag, ...]


class DeviceState(Struct, frozen=True, kw_only=True):
    """`path` is what a driver opens while the device is plugged in, `settings` all that a
    station needs to reach it, `shows` what a person sees of the device.
    """

    name: str
    kind: DeviceKind
    path: str
    plugged: bool
    driver: str = ""
    settings: dict[str, Any] = field(default_factory=dict)
    shows: tuple[str, ...] = ()


class ItemState(Struct, frozen=True, kw_only=True):
    """An item as it was put on the shelf, and the pad it lies on."""

    item: BenchItem
    pad: str | None


class State(Message, frozen=True, tag="state"):
    devices: tuple[DeviceState, ...]
    items: tuple[ItemState, ...]


class TagWritten(Message, frozen=True, tag="tag_written"):
    """Event: a tag's memory changed; it was kept before the reader answered."""

    item: str
    memory: TagMemory


class ItemMoved(Message, frozen=True, tag="item_moved"):
    """Event: an item was laid on `pad`, or lifted."""

    item: str
    pad: str | None


class DevicePlugged(Message, frozen=True, tag="device_plugged"):
    """Event: a device was plugged in or out by hand."""

    device: str
    plugged: bool


class DeviceActed(Message, frozen=True, tag="device_acted"):
    """Event: a hand made a device do something; `act` is the command's name."""

    device: str
    act: str


class FrameSeen(Message, frozen=True, tag="frame"):
    """Event: a frame at a device, seen from the device."""

    device: str
    at: float
    direction: str
    hex: str
    sentence: str


Event = TagWritten | ItemMoved | DevicePlugged | DeviceActed | FrameSeen
Reply = Done | Trouble | Tags | State

_commands: msgspec.json.Decoder[AnyCommand] = msgspec.json.Decoder(AnyCommand)
_messages: msgspec.json.Decoder[Reply | Event] = msgspec.json.Decoder(Reply | Event)
_encode = msgspec.json.Encoder().encode


def line_of(value: Command | Message) -> bytes:
    """One line, with its end."""
    return _encode(value) + b"\n"


def command_from(line: bytes) -> AnyCommand:
    """Raises msgspec.DecodeError with a sentence that names what is wrong."""
    return _decoded(_commands, line)


def message_from(line: bytes) -> Reply | Event:
    """Raises msgspec.DecodeError."""
    return _decoded(_messages, line)


def _decoded(decoder: msgspec.json.Decoder[T], line: bytes) -> T:
    """What is no text, or nested without end, is refused as any other mistake."""
    try:
        return decoder.decode(line)
    except (UnicodeDecodeError, RecursionError) as problem:
        raise msgspec.DecodeError(str(problem)) from problem
