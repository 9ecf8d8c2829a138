"""Operations, rows and replies for tests of what the station keeps."""

from datetime import date

from drivers.uid import Uid
from kiosk.outbox.records import JournalRow, JournalState, OperationRecord
from service.protocol import codec
from service.protocol.operations import (
    Act,
    CancelCheckOut,
    CheckIn,
    CheckOut,
    Operation,
    Renew,
    ReportTag,
    ReportTold,
)
from service.protocol.refusals import RefusalCode
from service.protocol.replies import (
    Cancelled,
    Destination,
    Lent,
    Noted,
    OutcomeReply,
    Parked,
    Refused,
    Renewed,
    Returned,
    Settled,
    Withdrawn,
)

CARD = "04271936"
ITEM = "TK.00001"
OTHER_ITEM = "TK.00002"
EPOCH = "e0" * 16
NEXT_EPOCH = "e1" * 16
TAG = Uid("E004015033000001")
SECOND_TAG = Uid("E004015033000002")

CHECK_OUT = CheckOut(ITEM, CARD)
CHECK_IN = CheckIn(ITEM)
RENEW = Renew(ITEM, CARD)

LENT = Lent(ITEM, "Mùa mận", "Mộc Khê", date(2026, 12, 2))
RETURNED = Returned(ITEM, "Mùa mận", "Mộc Khê", Destination.SHELF, "", was_on_loan=True)
RENEWED = Renewed(ITEM, date(2026, 12, 16))
REFUSED = Refused(RefusalCode.HELD_FOR_ANOTHER)
PARKED, SETTLED, WITHDRAWN, NOTED = Parked(), Settled(), Withdrawn(), Noted()


def key(number: int) -> str:
    """The key of the operation with this sequence."""
    return f"{number:032x}"


def operation(act: Act, sequence: int = 1) -> Operation:
    return Operation(
        operation=key(sequence),
        sequence=sequence,
        boot="b0" * 16,
        monotonic_ms=1000 * sequence,
        wall_ms=1_790_000_000_000 + 1000 * sequence,
        act=act,
    )


def record(
    act: Act, sequence: int = 1, reply: OutcomeReply | None = None, **fields: object
) -> OperationRecord:
    """A kept operation; an answered one was sent, and answered in EPOCH unless told otherwise."""
    born = operation(act, sequence)
    answered = {"reply": reply, "reply_body": codec.encode(reply), "epoch": EPOCH, "sent": True}
    known = (answered if reply is not None else {}) | fields
    return OperationRecord(born, codec.encode(born), **known)  # type: ignore[arg-type]


def row(state: JournalState, tag: Uid = TAG, sequence: int = 1, item: str = ITEM) -> JournalRow:
    return JournalRow(key(sequence), tag, item, state)


def reply_to(act: Act) -> OutcomeReply:
    """The usual good answer."""
    match act:
        case CheckOut():
            return LENT
        case CheckIn():
            return RETURNED
        case Renew():
            return RENEWED
        case CancelCheckOut(of):
            return Cancelled(of)
        case ReportTag() | ReportTold():
            return NOTED
