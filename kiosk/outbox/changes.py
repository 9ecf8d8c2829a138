"""What a step writes, as data: the store turns each into one statement, the outbox into memory."""

from msgspec import Struct

from drivers.uid import Uid
from kiosk.outbox.records import JournalState
from service.protocol.operations import Operation
from service.protocol.replies import OutcomeReply


class AddOperation(Struct, frozen=True):
    """A new act. `sent` is set when its first frame leaves right after this commit."""

    operation: Operation
    body: bytes
    sent: bool


class MarkSent(Struct, frozen=True):
    """Its first frame leaves right after this commit."""

    operation: str


class KeepReply(Struct, frozen=True):
    """The service decided."""

    operation: str
    reply: OutcomeReply
    body: bytes
    epoch: str


class MarkShown(Struct, frozen=True):
    """The outcome stood on the screen."""

    operation: str


class MarkListed(Struct, frozen=True):
    """The open questions of this operation are reported to the staff's list."""

    operation: str


class MarkCancelled(Struct, frozen=True):
    """A cancel follows this operation."""

    operation: str


class MarkOver(Struct, frozen=True):
    """Its session has ended and it was settled by the table."""

    operation: str


class DropOperation(Struct, frozen=True):
    """Never sent and not wanted any more; it counts as answered."""

    operation: str


class ForgetOperation(Struct, frozen=True):
    """Even the oldest backup holds it, and nothing about it is open."""

    operation: str


class Journal(Struct, frozen=True):
    """The state of one tag of one operation."""

    operation: str
    uid: Uid
    item: str
    state: JournalState


class SetValue(Struct, frozen=True):
    """A named value of the station, such as its epoch."""

    name: str
    value: str


class KeepGateEvent(Struct, frozen=True):
    """What a gate told, as JSON. `mark`: the same for one event that comes twice, or None.

    `entered` and `left`: people, counted where events are too many to be looked at.
    """

    device: str
    kind: str
    at_ms: int
    mark: str | None
    entered: int
    left: int
    fact: bytes


class ForgetGateEvents(Struct, frozen=True):
    """What gates told before this moment is too old to be kept."""

    before_ms: int


class KeepNewestGateEvents(Struct, frozen=True):
    """A contact that flutters does not fill the disk: older events than so many are given up."""

    at_most: int


Change = (
    AddOperation
    | MarkSent
    | KeepReply
    | MarkShown
    | MarkListed
    | MarkCancelled
    | MarkOver
    | DropOperation
    | ForgetOperation
    | Journal
    | SetValue
    | KeepGateEvent
    | ForgetGateEvents
    | KeepNewestGateEvents
)
