"""What arrives for a foreign system: answered at once where it can be, else written down.

Tags and reports are our own affair. An act that was not sent yet can still be withdrawn.
"""

from collections.abc import Sequence

from service.arrived import Arrived
from service.backends.foreign.acts import Acts, Waiting
from service.batch import KNOWN, Batch, Written
from service.circulation.cancel import cancel_check_out
from service.circulation.desk import Decision, Desk
from service.circulation.reports import report_tag, told
from service.circulation.words import AttentionKind
from service.database.connection import Writer
from service.protocol.codec import decode_outcome, digest
from service.protocol.operations import CancelCheckOut, CheckOut, ReportTag, ReportTold
from service.protocol.replies import (
    BodyDiffers,
    ForeignOperation,
    Lent,
    LinkReply,
    Returned,
    TryLater,
    Withdrawn,
)
from service.writing import Stored


class Intake:
    """Owner: the writing thread. `waiting`: acts without an outcome, in the order of sending."""

    def __init__(self, writer: Writer, now_ms: int) -> None:
        self._writer = writer
        self._acts = Acts(writer)
        self._now_ms = now_ms
        self.waiting = self._acts.waiting()

    def take_in(self, batch: Batch, arrived: Sequence[Arrived]) -> Written:
        """In the transaction of the batch."""
        known = set(self.waiting)
        written = batch.answer(arrived, lambda desk, one: self._answer(batch, desk, one))
        self._acts.keep(*(act for name, act in self.waiting.items() if name not in known))
        return written

    def _answer(self, batch: Batch, desk: Desk, one: Arrived) -> Decision | LinkReply:
        name, act = one.operation.operation, one.operation.act
        if one.given is not None:
            return Decision(one.given)  # the system was not restored: what it did is done
        if waiting := self.waiting.get(name):
            return _same(waiting, one)
        match act:
            case ReportTag():
                return report_tag(desk, batch.policy, batch.deed(one), act)
            case ReportTold(of):
                return told(desk, batch.deed(one), act, *self._happened(of))
            case CheckOut() if name in desk.withdrawn:
                return Decision(Withdrawn())
            case CancelCheckOut(of) if self._is_of_another(of, one.station):
                return ForeignOperation()
            case CancelCheckOut(of) if not self._is_with_the_system(of):
                return self._withdraw(batch, desk, one, act)
            case _:
                pass
        self.waiting[name] = self._written_down(one)
        return TryLater()

    def _written_down(self, one: Arrived) -> Waiting:
        operation = one.operation
        return Waiting(
            operation.operation,
            one.station,
            operation.sequence,
            one.body,
            is_sent=False,
            arrived_at_ms=self._now_ms,
        )

    def _is_with_the_system(self, of: str) -> bool:
        """Whether the check-out may have been done there, and not been undone."""
        waiting = self.waiting.get(of)
        return self._acts.claimed(of) is not None if waiting is None else waiting.is_sent

    def _withdraw(self, batch: Batch, desk: Desk, one: Arrived, act: CancelCheckOut) -> Decision:
        """The check-out was never sent, or has nothing left to cancel."""
        if self.waiting.pop(act.of, None):
            self._acts.strike(act.of)
        return cancel_check_out(desk, batch.policy, batch.deed(one), act)

    def _is_of_another(self, of: str, station: int) -> bool:
        return of in self.waiting and self.waiting[of].station != station

    def _happened(self, of: str) -> tuple[AttentionKind | None, str | None]:
        """The kind of line that silence about this operation is, and its item."""
        for row in self._writer.find(KNOWN, [of]):
            match decode_outcome(Stored(*row).reply):
                case Lent(item=item):
                    return AttentionKind.LENT_NOBODY_TOLD, item
                case Returned(item=item):
                    return AttentionKind.RETURNED_NOBODY_TOLD, item
                case _:
                    pass
        return None, None


def _same(waiting: Waiting, one: Arrived) -> LinkReply:
    if waiting.station != one.station:
        return ForeignOperation()
    return TryLater() if digest(waiting.body) == digest(one.body) else BodyDiffers()
