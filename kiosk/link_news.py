"""What the client tells the controller: frozen values."""

from msgspec import Struct

from service.protocol.questions import AskItem, AskPatron
from service.protocol.replies import OutcomeReply, Reply


class WentOnline(Struct, frozen=True):
    """Operations may be sent."""


class WentOffline(Struct, frozen=True):
    """What is undecided stays undecided."""


class EpochSeen(Struct, frozen=True):
    """The service's epoch, to be written down before anything is confirmed in it."""

    epoch: str


class SafeThrough(Struct, frozen=True):
    """What lies at or below may be forgotten."""

    sequence: int


class OperationAnswered(Struct, frozen=True):
    """The service decided."""

    operation: str
    reply: OutcomeReply
    body: bytes
    epoch: str


class QuestionAnswered(Struct, frozen=True):
    """The reply to a question; None when none came in time. `asked_at` in monotonic seconds."""

    question: AskPatron | AskItem
    mark: int
    asked_at: float
    reply: Reply | None


class HeartbeatAnswered(Struct, frozen=True):
    """Seconds there and back, and how far the service's clock is ahead of this one."""

    round_trip: float
    clock_offset: float


ClientNews = (
    HeartbeatAnswered
    | WentOnline
    | WentOffline
    | EpochSeen
    | SafeThrough
    | OperationAnswered
    | QuestionAnswered
)
