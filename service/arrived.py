"""Operations on their way into the ledger."""

from msgspec import Struct

from service.protocol.operations import Operation
from service.protocol.replies import OutcomeReply


class Arrived(Struct, frozen=True, gc=False):
    """One operation as it came from a station; `body` is the frame that its digest is over.

    `given`: offered again after a restore, with the reply that the station was once given.
    `born_ms`: when the act was done, by the service's clock; None for a decision of now. What is
    offered again has it, and a return that was long under way.
    """

    station: int
    operation: Operation
    body: bytes
    given: OutcomeReply | None = None
    born_ms: int | None = None
