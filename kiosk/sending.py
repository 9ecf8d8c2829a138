"""What leaves for the service in a step: operations in their order, re-offers, counters.

Owner: the controller thread.
"""

from functools import partial

from kiosk.circulation_client import CirculationClient
from kiosk.crash_points import CrashPoint, reached
from kiosk.draft import Draft
from kiosk.outbox.changes import MarkSent
from kiosk.outbox.outbox import Outbox
from kiosk.outbox.records import OperationRecord


def send_what_may_leave(
    draft: Draft, client: CirculationClient, broken: tuple[str, ...], now: float
) -> None:
    """Plan the sending; every row is marked as sent in this step's commit, before its frame."""
    _tell_counters(client, draft.outbox, broken)
    if not client.online:
        return
    _reoffer(draft, client, now)
    for record in draft.outbox.sendable():
        if client.may_send(record, now):
            if not record.sent:
                draft.write([MarkSent(record.key)])
            draft.acts.append(partial(_send, client, record, now))


def _send(client: CirculationClient, record: OperationRecord, now: float) -> None:
    client.send_operation(record, now)
    reached(CrashPoint.AFTER_SEND)


def _reoffer(draft: Draft, client: CirculationClient, now: float) -> None:
    """A restored service is offered what it may have lost, with the replies that were given."""
    kept = draft.outbox.to_reoffer(client.epoch or "")
    for record in kept:
        if client.may_send(record, now):
            draft.acts.append(partial(client.reoffer, record, now))
    if not kept and client.reoffer_wanted:
        draft.acts.append(partial(client.reoffer_done, now))


def _tell_counters(client: CirculationClient, outbox: Outbox, broken: tuple[str, ...]) -> None:
    counters = client.counters
    counters.confirmed = outbox.confirmed_through(client.epoch)
    counters.last_sequence = outbox.last_sequence
    counters.waiting = len(outbox.unanswered())
    counters.keeps = len(outbox) - counters.waiting
    counters.broken = broken
