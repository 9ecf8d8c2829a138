"""What the client tells the controller: frozen values."""

from dataclasses import dataclass

from service.protocol.questions import AskItem, AskPatron
from service.protocol.replies import OutcomeReply, Reply


@dataclass(frozen=True, slots=True)
class WentOnline:
    """Operations may be sent."""


@dataclass(frozen=True, slots=True)
class WentOffline:
    """What is undecided stays undecided."""


@dataclass(frozen=True, slots=True)
class EpochSeen:
    """The service's epoch, to be written down before anything is confirmed in it."""

    epoch: str


@dataclass(frozen=True, slots=True)
class SafeThrough:
    """What lies at or below may be forgotten."""

    sequence: int


@dataclass(frozen=True, slots=True)
class OperationAnswered:
    """The service decided."""

    operation: str
    reply: OutcomeReply
    body: bytes
    epoch: str


@dataclass(frozen=True, slots=True)
class QuestionAnswered:
    """The reply to a question; None when none came in time. `asked_at` in monotonic seconds."""

    question: AskPatron | AskItem
    mark: int
    asked_at: float
    reply: Reply | None


@dataclass(frozen=True, slots=True)
class HeartbeatAnswered:
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
