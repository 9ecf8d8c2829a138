"""Brings tags that a pad sees into agreement with their loans, and reports every proof.

The rules stand in kiosk/tag_watch.py; here they become questions, orders and reports.
Owner: the controller thread.
"""

from drivers.tags.security import SecurityState
from drivers.uid import Uid
from kiosk.draft import Draft
from kiosk.outbox.changes import Journal
from kiosk.outbox.outbox import Outbox
from kiosk.outbox.records import JournalRow, JournalState
from kiosk.pad_orders import ReadSecurity, SetSecurity
from kiosk.recognition import TagKind
from kiosk.session.events import WriteFailure
from kiosk.session.states import Idle, SelfCheck, Who
from kiosk.tag_watch import Finding, Found, TagWatch
from service.protocol.operations import ReportTag, TagFinding
from service.protocol.replies import ItemAnswer

PROOF: dict[SecurityState, TagFinding] = {
    SecurityState.SECURED: "secured-proved",
    SecurityState.RELEASED: "released-proved",
}

HOPELESS = frozenset({WriteFailure.LOCKED, WriteFailure.NOT_WRITTEN})


class TagRepair:
    """The watch, and what its findings lead to."""

    def __init__(self) -> None:
        self._watch = TagWatch()

    def look(self, draft: Draft, session: SelfCheck, epoch: str | None, now: float) -> list[str]:
        """Watch the tags with which nobody does anything; returns items to be asked about.

        `epoch` is None while the service cannot be asked: then nothing is watched.
        """
        tags = idle_tags(session, draft.outbox) if epoch is not None else {}
        new = self._watch.consider(tags, epoch or "", now)
        draft.orders.extend(ReadSecurity(uid) for uid in new)
        return list(dict.fromkeys(new.values()))

    def item_answered(self, draft: Draft, answer: ItemAnswer, asked_at: float) -> None:
        """The service's word about an item."""
        found = self._watch.loan_known(
            answer.item, asked_at=asked_at, on_loan=answer.on_loan, listed=answer.listed
        )
        self._act_on(draft, found)

    def state_read(self, draft: Draft, uid: Uid, state: SecurityState | None) -> None:
        """What the tag itself says; None: it could not be read."""
        if state is not None:
            self._act_on(draft, self._watch.state_known(uid, state))

    def repaired(self, draft: Draft, order: SetSecurity, failure: WriteFailure | None) -> None:
        """The outcome of a write that no session waits for."""
        if failure is None:
            draft.write(_own_row(draft.outbox, order))
            report_proof(draft, order.uid, order.item, order.wanted, worth_telling=True)
        elif failure in HOPELESS and order.operation is None:
            draft.submit(ReportTag(order.item, order.uid, "unproved"))

    def _act_on(self, draft: Draft, found: list[Found]) -> None:
        """What began on an item in this very step goes before the watch's findings."""
        busy = draft.outbox.busy_items()
        for each in found:
            if each.item in busy:
                continue
            match each.finding:
                case Finding.SECURE:
                    draft.orders.append(_secure(each))
                case Finding.SECURED_AS_WANTED:
                    _report(draft, each, SecurityState.SECURED)
                case Finding.RELEASED_AS_WANTED:
                    _report(draft, each, SecurityState.RELEASED)
                case Finding.LENT_STILL_SECURED:
                    draft.submit(ReportTag(each.item, each.uid, "lent-still-secured"))


def idle_tags(session: SelfCheck, outbox: Outbox) -> dict[Uid, str]:
    """Our items on the pad with which nobody does anything, and no operation is under way."""
    if not isinstance(session.phase, Idle | Who):
        return {}
    busy = outbox.busy_items()
    return {
        uid: reading.number
        for uid, reading in session.tags.items()
        if reading is not None and reading.kind is TagKind.ITEM and reading.number not in busy
    }


def report_proof(
    draft: Draft, uid: Uid, item: str, state: SecurityState, *, worth_telling: bool
) -> None:
    """Close this station's rows of the tag, and the staff's lines about it.

    Rows of an operation that somebody waits for are left to it: its own write is on the way.
    """
    rows = [row for row in draft.outbox.open_rows_of_tag(uid) if _is_over(draft.outbox, row)]
    draft.write(Journal(r.operation, r.uid, r.item, JournalState.CLOSED) for r in rows)
    if rows or worth_telling:
        draft.submit(ReportTag(item, uid, PROOF[state]))


def _own_row(outbox: Outbox, order: SetSecurity) -> list[Journal]:
    """The row of the operation for which this write was ordered: nobody else waits for it."""
    rows = outbox.rows(order.operation or "")
    return [
        Journal(row.operation, row.uid, row.item, JournalState.CLOSED)
        for row in rows
        if row.uid == order.uid
    ]


def _is_over(outbox: Outbox, row: JournalRow) -> bool:
    record = outbox.get(row.operation)
    return record is None or record.over


def _report(draft: Draft, found: Found, state: SecurityState) -> None:
    report_proof(draft, found.uid, found.item, state, worth_telling=found.listed)


def _secure(found: Found) -> SetSecurity:
    return SetSecurity(
        uid=found.uid,
        item=found.item,
        wanted=SecurityState.SECURED,
        ref=None,
        operation=None,
        check_first=True,
    )
