"""The ledger: every act applied once, durable before it is answered (docs/circulation.md).

Owner: the service's one writing thread. Nothing here may be called from another thread, but for
`Answers` (service/answers.py), which reads on connections of its own.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from service.protocol.operations import Operation
from service.protocol.replies import OutcomeReply, Reply


@dataclass(frozen=True, slots=True)
class Arrived:
    """One operation as it came from a station; `body` is the frame that its digest is over.

    `given`: offered again after a restore, with the reply that the station was once given.
    `born_ms`: when the act was done by the service's clock (see `service.ingest`); only
    re-offered operations need it, live ones take the time of decision.
    """

    station: int
    operation: Operation
    body: bytes
    given: OutcomeReply | None = None
    born_ms: int | None = None


class Ledger:
    """Applies operations in sets, one transaction for each set."""

    epoch: str

    def apply(self, arrived: Sequence[Arrived]) -> list[Reply]:
        """Decide and store; durable when it returns, replies in the order of `arrived`."""
        raise NotImplementedError

    def confirm(self, station: int, through: int) -> None:
        """The station holds every reply up to this sequence; stored with the next set."""
        raise NotImplementedError

    def safe_through(self, station: int) -> int:
        """What even the oldest backup that may be restored holds of this station."""
        raise NotImplementedError
