"""Runs the pure session inside the controller's steps: its effects become rows, orders, questions.

Owner: the controller thread.
"""

from dataclasses import dataclass, field

from drivers.tags.security import SecurityState
from kiosk.circulation_client import CirculationClient
from kiosk.crash_points import CrashPoint, reached
from kiosk.draft import Draft
from kiosk.outbox.changes import DropOperation, Journal
from kiosk.outbox.outbox import Outbox
from kiosk.outbox.records import NO_TAG, JournalState, OperationRecord
from kiosk.pad_orders import ReadContent, SetSecurity
from kiosk.session import effects, events
from kiosk.session.advance import advance
from kiosk.session.events import Ref
from kiosk.session.states import (
    FINISHED,
    Account,
    Borrowing,
    Farewell,
    Idle,
    Returning,
    SelfCheck,
    Stage,
)
from kiosk.settlement import settle, withdraw
from kiosk.views import RenewState
from service.protocol.operations import Act, CheckIn, CheckOut, ReportTag, TagFinding
from service.protocol.questions import AskItem, AskPatron

PROOF_OF: dict[type[Act], TagFinding] = {
    CheckOut: "released-proved",
    CheckIn: "secured-proved",
}
TOLD_STAGES = FINISHED | {Stage.REFUSED}
TOLD_RENEWALS = frozenset({RenewState.RENEWED, RenewState.REFUSED})


@dataclass(frozen=True, slots=True)
class Remembered:
    """What a step that could not be written is taken back to."""

    session: SelfCheck
    operations: dict[Ref, str]
    owed: tuple[str, ...]


@dataclass(slots=True)
class SessionRunner:
    """The session, the operations of its tries, and operations that are still to be settled."""

    session: SelfCheck
    client: CirculationClient
    operations: dict[Ref, str] = field(default_factory=dict)
    owed: list[str] = field(default_factory=list)
    receipt_of: tuple[SelfCheck, bool] | None = None

    def remember(self) -> Remembered:
        """The state before a step."""
        return Remembered(self.session, dict(self.operations), tuple(self.owed))

    def go_back(self, before: Remembered) -> None:
        """The step has not happened."""
        self.session, self.operations = before.session, before.operations
        self.owed = list(before.owed)
        self.receipt_of = None

    def advance(self, draft: Draft, event: events.Event, now: float) -> None:
        """Take one event in and bring its effects about."""
        number = self.session.number
        self.session, wanted = advance(self.session, event, now)
        for effect in wanted:
            self._bring_about(draft, effect, now)
        if isinstance(self.session.phase, Idle):
            self.operations = {}
        elif self.session.number != number:
            self.operations = {r: o for r, o in self.operations.items() if r.session != number}

    def ref_of(self, operation: str) -> Ref | None:
        """The try that an operation belongs to, None when its session is over."""
        return next((ref for ref, key in self.operations.items() if key == operation), None)

    def waits_for(self, ref: Ref) -> bool:
        """Whether the outcome of a write still concerns the present try of a line."""
        line = self.session.lines.get(ref.key)
        return line is not None and self.session.ref(line) == ref

    def take_receipt(self) -> tuple[SelfCheck, bool] | None:
        """The visit whose receipt was asked for in this step, as it was then; True: on paper."""
        wanted, self.receipt_of = self.receipt_of, None
        return wanted

    def leave_undecided(self, draft: Draft, now: float) -> None:
        """The link is gone: check-outs without an answer are withdrawn, returns are kept."""
        for record in draft.outbox.unanswered():
            ref = self.ref_of(record.key)
            if ref is not None and not record.cancelled:
                _leave(draft, record)
                self.advance(draft, events.NotDecided(ref), now)

    def settle_owed(self, draft: Draft) -> None:
        """Rows for all that nobody waits for any more."""
        for key in self.owed:
            record = draft.outbox.get(key)
            if record is not None and not record.over:
                draft.write(settle(record, draft.outbox.rows(key), draft.born))

    def owe_everything(self, outbox: Outbox) -> None:
        """After a start nobody waits for anything that the last run left."""
        self.owed = [record.key for record in outbox if not record.over]

    def told_operations(self) -> frozenset[str]:
        """Operations whose outcome the present view tells."""
        refs = () if self.session.help_open else _told(self.session)
        return frozenset(self.operations[ref] for ref in refs if ref in self.operations)

    def ask_item(self, draft: Draft, item: str, now: float) -> None:
        """Ask about an item once a step, whoever wants to know."""
        if not self.client.online:
            self.advance(draft, events.ItemAnswered(item, None), now)
        elif item not in draft.asked:
            draft.asked.add(item)
            draft.acts.append(lambda: self.client.ask(AskItem(item), 0, now))

    def _ask_patron(self, draft: Draft, wanted: effects.AskForPatron, now: float) -> None:
        if not self.client.online:
            self.advance(draft, events.PatronAnswered(wanted.ask, None), now)
            return
        question = AskPatron(wanted.card, wanted.pin)
        draft.acts.append(lambda: self.client.ask(question, wanted.ask, now))

    def _bring_about(self, draft: Draft, effect: effects.Effect, now: float) -> None:
        match effect:
            case effects.ReadTag(uid):
                draft.orders.append(ReadContent(uid))
            case effects.AskForPatron():
                self._ask_patron(draft, effect, now)
            case effects.AskForItem(item):
                self.ask_item(draft, item, now)
            case effects.Submit(ref, act):
                self.operations[ref] = draft.submit(act)
            case effects.WriteSecurity():
                self._write_security(draft, effect)
            case effects.NoteProved():
                self._note_proved(draft, effect)
            case effects.Settle(refs):
                keys = (self.operations.get(ref) for ref in refs)
                self.owed += [key for key in keys if key is not None]
            case effects.WriteReceipt(on_paper):
                self.receipt_of = self.session, on_paper

    def _write_security(self, draft: Draft, effect: effects.WriteSecurity) -> None:
        operation = self.operations.get(effect.ref)
        if operation is None:
            return
        draft.write([Journal(operation, effect.uid, effect.item, JournalState.WRITING)])
        draft.acts.append(lambda: reached(CrashPoint.GRANT_COMMITTED))
        draft.orders.append(
            SetSecurity(
                uid=effect.uid,
                item=effect.item,
                wanted=SecurityState.RELEASED if effect.released else SecurityState.SECURED,
                ref=effect.ref,
                operation=operation,
                check_first=effect.check_first,
            )
        )

    def _note_proved(self, draft: Draft, effect: effects.NoteProved) -> None:
        """A proof in the farewell comes after its tag was listed: the line closes again."""
        operation = self.operations.get(effect.ref)
        record = draft.outbox.get(operation or "")
        if record is None:
            return
        draft.write([Journal(record.key, effect.uid, effect.item, JournalState.PROVED)])
        if record.listed and effect.uid != NO_TAG:
            finding = PROOF_OF[type(record.act)]
            draft.submit(ReportTag(effect.item, effect.uid, finding, of=record.key))


def _told(session: SelfCheck) -> list[Ref]:
    """The stack is told where it is shown, a renewal on the account screen alone."""
    if isinstance(session.phase, Borrowing | Returning | Farewell):
        lines = session.lines.values()
        return [session.ref(line) for line in lines if line.stage in TOLD_STAGES]
    if isinstance(session.phase, Account):
        renewals = session.renewals.items()
        told = [item for item, renewal in renewals if renewal.state in TOLD_RENEWALS]
        return [ref for item in told for ref in session.renewal_refs(item)]
    return []


def _leave(draft: Draft, record: OperationRecord) -> None:
    if not record.sent and not isinstance(record.act, CheckIn):
        draft.write([DropOperation(record.key)])
    elif isinstance(record.act, CheckOut):
        draft.write(withdraw(record, draft.born))
