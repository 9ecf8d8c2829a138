"""The acts that a foreign system has been given, in our own database.

An act is written down before it is sent, and struck out in the transaction that stores its reply.
"""

from msgspec import Struct
from msgspec.structs import astuple

from service.backends.foreign.carry_out import Claimed
from service.database import models
from service.database.connection import Keep, Lookup, Writer
from service.protocol.codec import decode_operation
from service.protocol.operations import CheckIn, CheckOut, Operation
from service.protocol.replies import Cancelled, Lent, OutcomeReply


class Waiting(Struct, frozen=True):
    """An act without a reply. `is_sent`: the system may have done it."""

    operation: str
    station: int
    sequence: int
    body: bytes
    is_sent: bool
    arrived_at_ms: int

    def read(self) -> Operation:
        """The operation as its station sent it."""
        return decode_operation(self.body)


COLUMNS = Waiting.__struct_fields__
KEEP = Keep(
    models.foreign_acts,
    COLUMNS,
    lambda act: (*astuple(act)[:4], bool(act.is_sent), act.arrived_at_ms),  # SQLite has numbers
    key="operation",
)
WAITING = (
    "SELECT operation, station, sequence, body, is_sent, arrived_at_ms"
    " FROM foreign_acts ORDER BY arrived_at_ms, station, sequence"
)
STRIKE = "DELETE FROM foreign_acts WHERE operation = ?"
CLAIM = "INSERT INTO foreign_claims (operation, item_number, patron_card) VALUES (?, ?, ?)"
ITEM_IS_BACK = "DELETE FROM foreign_claims WHERE item_number = ?"
CANCELLED = "DELETE FROM foreign_claims WHERE operation = ?"
CLAIMED = Lookup("item_number, patron_card", "foreign_claims WHERE operation {among}")
CLAIMS_ON = Lookup("operation", "foreign_claims WHERE item_number {among}")


class Acts:
    """Owner: the writing thread, which holds the transaction."""

    def __init__(self, writer: Writer) -> None:
        self._writer = writer

    def waiting(self) -> dict[str, Waiting]:
        """By operation, in the order in which they are to be sent."""
        rows = (Waiting(*row) for row in self._writer.all(WAITING))
        return {act.operation: act for act in rows}

    def keep(self, *acts: Waiting) -> None:
        self._writer.keep(KEEP, acts)

    def strike(self, operation: str) -> None:
        self._writer.execute(STRIKE, operation)

    def claimed(self, operation: str) -> Claimed | None:
        """What this check-out has a claim on, None when it has none any more."""
        for item, card in self._writer.find(CLAIMED, [operation]):
            return Claimed(item, card, len(self._writer.find(CLAIMS_ON, [item])) == 1)
        return None

    def note(self, operation: Operation, reply: OutcomeReply) -> None:
        """What the outcome makes of the claims."""
        match operation.act, reply:
            case CheckOut(item, card), Lent():
                self._writer.execute(CLAIM, operation.operation, item, card)
            case CheckIn(item), _:
                self._writer.execute(ITEM_IS_BACK, item)
            case _, Cancelled(of):
                self._writer.execute(CANCELLED, of)
            case _:
                pass
