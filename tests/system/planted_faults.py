"""Faults that a rig plants into a process to show that it would see them. Never in the product."""

import math
from collections.abc import Callable, Iterable

from msgspec.structs import replace

from drivers.tags.security import SecurityState
from kiosk import pad_worker, printer_worker, security_journal, settlement
from kiosk.circulation_client import CirculationClient
from kiosk.controller import Controller
from kiosk.draft import Draft
from kiosk.link_news import OperationAnswered
from kiosk.outbox.changes import Change, Journal
from kiosk.outbox.outbox import Outbox
from kiosk.outbox.records import JournalState
from kiosk.pad_orders import SetSecurity
from kiosk.security_journal import TagProgress, Verdict
from kiosk.tag_watch import Found, TagWatch
from service.circulation import cancel, guards
from service.circulation.desk import Desk, Row
from service.circulation.facts import Claim
from service.circulation.loans import moved
from service.circulation.words import LoanState
from service.protocol.headers import ServiceHeader
from service.protocol.replies import Lent, OutcomeReply, Reply


def _cancel_rule_off() -> None:
    """An operation that was cut before its tag was touched is left as it is."""
    security_journal.CHECK_OUT_TABLE[False, TagProgress.UNTOUCHED] = Verdict.STANDS


def _journal_off() -> None:
    """Nothing is written down before the tag is."""
    write = Draft.write

    def without_writing(draft: Draft, changes: Iterable[Change]) -> None:
        write(draft, (c for c in changes if not _is_writing(c)))

    Draft.write = without_writing  # type: ignore[method-assign,assignment]


def _is_writing(change: Change) -> bool:
    return isinstance(change, Journal) and change.state is JournalState.WRITING


def _list_off() -> None:
    """What stays open is told to nobody."""
    settlement._list = lambda *_: iter(())


def _printer_watched() -> None:
    """No fault: an idle printer is looked at every half second, and a test need not wait."""
    printer_worker.LOOK_SECONDS = 0.5


def _unverified_write() -> None:
    """A write counts as proved without a reading."""
    pad_worker.PadWorker._is_as_wanted = lambda *_: True  # type: ignore[method-assign]


def _late_grant_releases() -> None:
    """A grant releases the tag, whether somebody still waits for it or not."""
    answered = Controller._operation_answered

    def released(self: Controller, draft: Draft, news: OperationAnswered, now: float) -> None:
        answered(self, draft, news, now)
        if isinstance(news.reply, Lent):
            for uid in self._runner.session.tags:
                order = SetSecurity(
                    uid, news.reply.item, SecurityState.RELEASED, None, None, check_first=False
                )
                draft.orders.append(order)

    Controller._operation_answered = released  # type: ignore[method-assign]


def _cancel_not_waited_for() -> None:
    """The operations of one item leave together."""
    Outbox.sendable = Outbox.unanswered  # type: ignore[method-assign]


def _old_pad_answer_used() -> None:
    """An answer counts for a tag that was laid down after the question."""
    known = TagWatch.loan_known

    def always(
        self: TagWatch, item: str, *, asked_at: float, on_loan: bool | None, listed: bool
    ) -> list[Found]:
        del asked_at
        return known(self, item, asked_at=math.inf, on_loan=on_loan, listed=listed)

    TagWatch.loan_known = always  # type: ignore[method-assign]


def _old_epoch_used() -> None:
    """A reply counts whatever epoch it was given in."""
    take_in = CirculationClient._take_in

    def any_epoch(
        self: CirculationClient, header: ServiceHeader, reply: Reply, body: bytes, now: float
    ) -> None:
        if isinstance(reply, OutcomeReply):
            header = replace(header, epoch=self.epoch or "")
        take_in(self, header, reply, body, now)

    CirculationClient._take_in = any_epoch  # type: ignore[method-assign]


def _cancel_takes_the_loan() -> None:
    """A cancel ends the loan, whoever else has a claim on it. In the service."""

    def without(desk: Desk, claim: Claim, at_ms: int) -> tuple[Row, ...]:
        loan = moved(desk.loans[claim.loan], LoanState.VOID, at_ms)
        return replace(claim, cancelled_at_ms=at_ms), loan

    cancel._without = without


def _limits_off() -> None:
    """Nobody counts loans. In the service."""
    counting = (guards.refuse_when_over_the_category_limit, guards.refuse_when_over_the_rule_limit)
    guards.TO_BORROW = tuple(guard for guard in guards.TO_BORROW if guard not in counting)


PLANTS: dict[str, Callable[[], None]] = {
    "printer-watched": _printer_watched,
    "cancel-takes-the-loan": _cancel_takes_the_loan,
    "cancel-rule-off": _cancel_rule_off,
    "cancel-not-waited-for": _cancel_not_waited_for,
    "journal-off": _journal_off,
    "late-grant-releases": _late_grant_releases,
    "limits-off": _limits_off,
    "list-off": _list_off,
    "old-epoch-used": _old_epoch_used,
    "old-pad-answer-used": _old_pad_answer_used,
    "unverified-write": _unverified_write,
}


def plant(names: Iterable[str]) -> None:
    """Make this process faulty."""
    for name in names:
        PLANTS[name]()
