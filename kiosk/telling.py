"""What a person was told: marked `shown` after the frame was drawn, with a later commit.

Owner: the controller thread.
"""

from kiosk.crash_points import CrashPoint, reached
from kiosk.draft import Draft
from kiosk.outbox.changes import MarkShown
from kiosk.outbox.records import OperationRecord
from kiosk.shown import ShownMarks
from service.protocol.operations import ReportTold
from service.protocol.replies import Lent

GRACE_SECONDS = 0.5
"""How long a mark may wait for another commit to travel with."""


class Telling:
    """Marks that wait to be written."""

    def __init__(self) -> None:
        self._marks = ShownMarks()
        self._waiting_since: float | None = None

    def publishes(self, number: int, operations: frozenset[str]) -> None:
        """Frame `number`, about to be drawn, tells of these operations."""
        if self._marks.published(number, operations):
            reached(CrashPoint.PROVED_BEFORE_DRAWN)

    def drawn(self, number: int, now: float) -> None:
        """Frame `number` stands on the screen."""
        if self._marks.frame_drawn(number) and self._waiting_since is None:
            reached(CrashPoint.DRAWN_BEFORE_SHOWN)
            self._waiting_since = now

    def next_deadline(self) -> float | None:
        """When waiting marks want a commit of their own."""
        waits = self._waiting_since
        return None if waits is None else waits + GRACE_SECONDS

    def mark(self, draft: Draft, now: float) -> None:
        """Write the marks, if something else is written anyway or they have waited enough."""
        due = self.next_deadline()
        if due is not None and (draft.changes or now >= due):
            self.mark_now(draft)

    def mark_now(self, draft: Draft) -> None:
        """Write the marks that wait, if any."""
        if self._waiting_since is None:
            return
        self._waiting_since = None
        for key in sorted(self._marks.take()):
            record = draft.outbox.get(key)
            if record is not None and not record.shown:
                _tell(draft, record)
        draft.acts.append(lambda: reached(CrashPoint.SHOWN_COMMITTED))


def _tell(draft: Draft, record: OperationRecord) -> None:
    """A loan that was granted once more may have been one that nobody was told of."""
    draft.write([MarkShown(record.key)])
    if record.listed or (isinstance(record.reply, Lent) and record.reply.already_yours):
        draft.submit(ReportTold(record.key, told=True))
