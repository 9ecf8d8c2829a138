"""Faults that a rig plants into a station to show that it would see them. Never in the product."""

from collections.abc import Callable, Iterable

from kiosk import pad_worker, security_journal, settlement
from kiosk.draft import Draft
from kiosk.outbox.changes import Change, Journal
from kiosk.outbox.records import JournalState
from kiosk.security_journal import TagProgress, Verdict


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


def _unverified_write() -> None:
    """A write counts as proved without a reading."""
    pad_worker.PadWorker._is_as_wanted = lambda *_: True  # type: ignore[method-assign]


PLANTS: dict[str, Callable[[], None]] = {
    "cancel-rule-off": _cancel_rule_off,
    "journal-off": _journal_off,
    "list-off": _list_off,
    "unverified-write": _unverified_write,
}


def plant(names: Iterable[str]) -> None:
    """Make this process faulty."""
    for name in names:
        PLANTS[name]()
