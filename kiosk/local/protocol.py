"""What goes over a station's local socket: one JSON object a line, both ways.

A request is answered by exactly one reply, in order; who watches gets events between replies.
No names, card numbers or PINs pass here, but for frames that were asked for as they are
(docs/station.md, "The local socket").

    {"ask": "status"}       →  {"says": "status", "station": "Máy 1", …}
"""

from typing import Annotated, TypeVar

import msgspec
from msgspec import Meta, Struct

from kiosk.config import DeviceKind, Role
from kiosk.gate_book import GateLine

T = TypeVar("T")

LONGEST_LINE = 1 << 16
LONGEST_PAUSE_SECONDS = 3600.0
LONGEST_UNMASKED_SECONDS = 1800.0

PauseSeconds = Annotated[float, Meta(gt=0, le=LONGEST_PAUSE_SECONDS)]


class Request(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag_field="ask"):
    """What a technician wants."""


class AskStatus(Request, frozen=True, tag="status"):
    """How are the station, its devices, its link and its store?"""


class AskOutbox(Request, frozen=True, tag="outbox"):
    """All operations that are kept."""


class AskJournal(Request, frozen=True, tag="journal"):
    """The state of every tag that was written and is not forgotten yet."""


class AskFrames(Request, frozen=True, tag="frames"):
    """The last frames of a device's line, masked where people's numbers pass."""

    device: str


class AskItem(Request, frozen=True, tag="item"):
    """What the service knows of an item now; never who has it."""

    item: str


class AskTags(Request, frozen=True, tag="tags"):
    """What lies on the pad, with each tag's AFI read now."""


class Ping(Request, frozen=True, tag="ping"):
    """One heartbeat now, and how long it took."""


class SendNow(Request, frozen=True, tag="send-now"):
    """Send again what waits, without its pause."""


class Pause(Request, frozen=True, tag="pause"):
    """Let go of a device for so long, or until `resume`, or until this connection ends."""

    device: str
    seconds: PauseSeconds = 600.0


class Resume(Request, frozen=True, tag="resume"):
    """Take the device back."""

    device: str


class Unmask(Request, frozen=True, tag="unmask"):
    """Tell who watches the frames of a device as they are, for so long; 0: mask all again.

    The screen says so meanwhile. It ends with this connection; `frames` stay masked.
    """

    device: str
    seconds: Annotated[float, Meta(ge=0, le=LONGEST_UNMASKED_SECONDS)]


class AskGate(Request, frozen=True, tag="gate"):
    """What gates told in the last hours: counts, and the newest events."""

    hours: Annotated[float, Meta(gt=0, le=87_600)] = 24.0
    at_most: Annotated[int, Meta(ge=0, le=1000)] = 50


class Watch(Request, frozen=True, tag="watch"):
    """Be told from now on what devices tell, and every frame if asked for."""

    frames: bool = False


AnyRequest = (
    AskStatus
    | AskOutbox
    | AskJournal
    | AskFrames
    | AskItem
    | AskTags
    | Ping
    | SendNow
    | Pause
    | Resume
    | Unmask
    | AskGate
    | Watch
)


class Reply(Struct, frozen=True, kw_only=True, tag_field="says"):
    """What the station says. Times of day are ISO 8601 with their offset."""


class Done(Reply, frozen=True, tag="done"):
    """It was carried out."""


class Trouble(Reply, frozen=True, tag="trouble"):
    """It was not carried out; `reason` says why and what to do."""

    reason: str


class DeviceStatus(Struct, frozen=True, kw_only=True):
    """`error` and `reason` of a device that does not answer; `model` of one that does."""

    name: str
    kind: DeviceKind
    driver: str
    path: str
    up: bool
    model: str = ""
    error: str = ""
    reason: str = ""
    since: str = ""


class LinkStatus(Struct, frozen=True, kw_only=True):
    """`clock_offset_ms`: how far the service's clock is ahead. None: not measured yet."""

    endpoint: str
    state: str
    reachable: bool
    hindrance: str | None
    epoch: str | None
    round_trip_ms: float | None
    clock_offset_ms: float | None


class StoreStatus(Struct, frozen=True, kw_only=True):
    """`waiting`: not decided by the service. `open_tags`: written and not proved."""

    waiting: int
    kept: int
    open_tags: int
    oldest_waiting: str | None
    free_mib: int
    low_water_mib: int


class Status(Reply, frozen=True, tag="status"):
    """The whole station in one value. `drop`: what a book-drop is doing; None elsewhere."""

    station: str
    role: Role
    software: str
    pid: int
    started: str
    in_session: bool
    drop: str | None
    hindrances: tuple[str, ...]
    crowded: int
    devices: tuple[DeviceStatus, ...]
    link: LinkStatus
    store: StoreStatus
    bin_full: bool = False


class OutboxRow(Struct, frozen=True, kw_only=True):
    """One operation, without the card it is about. `reply` is the tag of the reply, if any."""

    sequence: int
    operation: str
    act: str
    item: str
    born: str
    sent: bool
    reply: str | None
    shown: bool
    listed: bool
    cancelled: bool
    over: bool


class OutboxRows(Reply, frozen=True, tag="outbox"):
    rows: tuple[OutboxRow, ...]


class JournalLine(Struct, frozen=True, kw_only=True):
    """One tag of one operation."""

    operation: str
    uid: str
    item: str
    state: str


class JournalLines(Reply, frozen=True, tag="journal"):
    rows: tuple[JournalLine, ...]


class Frame(Struct, frozen=True, kw_only=True):
    """One frame of a line; `hex` is empty where it was masked."""

    at: float
    direction: str
    hex: str
    sentence: str


class Frames(Reply, frozen=True, tag="frames"):
    frames: tuple[Frame, ...]


class Moved(Struct, frozen=True, kw_only=True):
    """The station that lent an item or took it back last: the last one that wrote its tags."""

    act: str
    station: str
    at: str


class ItemKnown(Reply, frozen=True, tag="item"):
    """`on_loan` is None while a restored service does not know; `known` False: no such item.
    `since`: when the open loan began.
    """

    item: str
    known: bool
    title: str = ""
    tagged: bool = False
    parts: int = 0
    on_loan: bool | None = None
    listed: bool = False
    since: str | None = None
    last_move: Moved | None = None


class PadTag(Struct, frozen=True, kw_only=True):
    """One tag on the pad. `item` stands on it, empty for cards and what cannot be read.

    `afi`: two hexadecimal digits; None: it could not be read now.
    """

    uid: str
    kind: str
    item: str = ""
    parts: int = 1
    afi: str | None = None


class PadTags(Reply, frozen=True, tag="tags"):
    tags: tuple[PadTag, ...]


class Pong(Reply, frozen=True, tag="pong"):
    """The service answered a heartbeat."""

    round_trip_ms: float
    clock_offset_ms: float


class GateCounts(Reply, frozen=True, tag="gate"):
    """`alarms`, people who `entered` and `left`, and the newest events, oldest first."""

    alarms: int
    entered: int
    left: int
    events: tuple[GateLine, ...]


class Told(Reply, frozen=True, tag="told"):
    """Event: what a device told. `facts` are plain values; scanned codes and cards are masked."""

    at: str
    device: str
    what: str
    facts: dict[str, str | int | float | bool | list[str] | None]


class FrameTold(Reply, frozen=True, tag="frame"):
    """Event: a frame on a device's line."""

    device: str
    frame: Frame


Event = Told | FrameTold
Answer = (
    Done
    | Trouble
    | Status
    | OutboxRows
    | JournalLines
    | Frames
    | ItemKnown
    | PadTags
    | Pong
    | GateCounts
)
Message = Answer | Event

_requests: msgspec.json.Decoder[AnyRequest] = msgspec.json.Decoder(AnyRequest)
_messages: msgspec.json.Decoder[Message] = msgspec.json.Decoder(Message)
_encode = msgspec.json.Encoder().encode


def line_of(value: Request | Reply) -> bytes:
    """One line, with its end."""
    return _encode(value) + b"\n"


def request_from(line: bytes) -> AnyRequest:
    """Raises msgspec.DecodeError with a sentence that names what is wrong."""
    return _decoded(_requests, line)


def message_from(line: bytes) -> Message:
    """Raises msgspec.DecodeError."""
    return _decoded(_messages, line)


def _decoded(decoder: msgspec.json.Decoder[T], line: bytes) -> T:
    """What is no text, or nested without end, is refused as any other mistake."""
    try:
        return decoder.decode(line)
    except (UnicodeDecodeError, RecursionError) as problem:
        raise msgspec.DecodeError(str(problem)) from problem
