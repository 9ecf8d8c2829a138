"""One operation as the station's store holds it, and one tag that it concerns."""

from enum import StrEnum

from msgspec import Struct

from drivers.uid import Uid
from service.protocol.operations import Act, Operation
from service.protocol.replies import OutcomeReply

NO_TAG = Uid("")
"""The journal's UID of an item without a tag: granted and about to be shown, nothing to write."""


class JournalState(StrEnum):
    """How far one tag's write has come. PROVED was read back; CLOSED needs nothing more."""

    WANTED = "wanted"
    WRITING = "writing"
    PROVED = "proved"
    CLOSED = "closed"


class JournalRow(Struct, frozen=True):
    """The security journal's row: one tag of one operation."""

    operation: str
    uid: Uid
    item: str
    state: JournalState


class OperationRecord(Struct, frozen=True):
    """An operation with all that is known of it.

    `sent` is committed before the first frame leaves. `shown`: the outcome stood on a screen.
    `listed`: its open questions were put on the staff's list. `cancelled`: a cancel follows it,
    its answer causes nothing any more. `epoch` is the one that `reply` belongs to.
    `over`: nobody at the station waits for it (its session ended and was settled).
    """

    operation: Operation
    body: bytes
    sent: bool = False
    reply: OutcomeReply | None = None
    reply_body: bytes | None = None
    epoch: str | None = None
    shown: bool = False
    listed: bool = False
    cancelled: bool = False
    over: bool = False

    @property
    def key(self) -> str:
        """The operation's identifier."""
        return self.operation.operation

    @property
    def sequence(self) -> int:
        """Its place in the station's own order."""
        return self.operation.sequence

    @property
    def act(self) -> Act:
        """What is to be done."""
        return self.operation.act

    @property
    def answered(self) -> bool:
        """The service decided."""
        return self.reply is not None

    @property
    def never_left(self) -> bool:
        """The service cannot know of it."""
        return not self.sent and not self.answered
