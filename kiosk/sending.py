"""What leaves for the service in a step: operations in their order, re-offers, counters.

Owner: the controller thread.
"""

from functools import partial
from itertools import islice

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
    draft.acts.append(partial(_tell_counters, client, draft.outbox, broken))
    if not client.online:
        return
    room = client.room - _reoffer(draft, client, now)
    for record in _free(client, draft.outbox.sendable(), room, now):
        if not record.sent:
            draft.write([MarkSent(record.key)])
        draft.acts.append(partial(_send, client, record, now))


def _free(
    client: CirculationClient, records: list[OperationRecord], room: int, now: float
) -> list[OperationRecord]:
    return list(islice((record for record in records if client.may_send(record, now)), room))


def _send(client: CirculationClient, record: OperationRecord, now: float) -> None:
    client.send_operation(record, now)
    reached(CrashPoint.AFTER_SEND)


def _reoffer(draft: Draft, client: CirculationClient, now: float) -> int:
    """A restored service is offered what it may have lost, with the replies that were given.

    Returns how many leave now.
    """
    kept = draft.outbox.to_reoffer(client.epoch or "")
    leaving = _free(client, kept, client.room, now)
    for record in leaving:
        draft.acts.append(partial(client.reoffer, record, now))
    if not kept and client.reoffer_wanted:
        draft.acts.append(partial(client.reoffer_done, now))
    return len(leaving)


def _tell_counters(client: CirculationClient, outbox: Outbox, broken: tuple[str, ...]) -> None:
    """After the commit: what is confirmed to the service stands on this disk."""
    counters = client.counters
    counters.confirmed = outbox.confirmed_through(client.epoch)
    counters.last_sequence = outbox.last_sequence
    counters.waiting = len(outbox.unanswered())
    counters.keeps = len(outbox) - counters.waiting
    counters.broken = broken
