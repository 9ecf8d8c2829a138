"""The door behind which acts are decided. The service takes and gives lists and knows no more.

`service.ledger.Ledger` is the embedded backend: it decides a list as one set, by our own rules.
`service.backends.foreign.backend.ForeignBackend` asks a library system that has neither our keys
nor our haste. Both hold the same promises, which tests/bench/backends asks of each.
"""

from collections.abc import Sequence
from typing import Protocol

from service.arrived import Arrived
from service.protocol.questions import AskItem, AskPatron
from service.protocol.replies import Reply


class Backend(Protocol):
    """Owner: the service's writing thread.

    A reply of the link (TryLater) means: not stored, send the same body again.
    """

    epoch: str

    def apply(self, arrived: Sequence[Arrived]) -> list[Reply]:
        """Each act once, durable when it returns, replies in the order of `arrived`."""

    def confirm(self, station: int, through: int) -> None:
        """The station holds every reply up to this sequence."""

    def safe_through(self, station: int) -> int:
        """Up to here the station may forget."""

    def close(self) -> None:
        """Give the database up."""


class Questions(Protocol):
    """May be asked from any thread."""

    def answer(self, station: int, question: AskPatron | AskItem) -> Reply: ...

    def pin_hash_of(self, card: str) -> str | None: ...
