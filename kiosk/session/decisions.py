"""What the service decided, or did not decide."""

from datetime import date

import msgspec
from msgspec.structs import replace

from kiosk.session import events
from kiosk.session.states import RENEWAL_KEY, UNDER_WAY, Farewell, Line, Stage
from kiosk.session.step import Step
from kiosk.views import RenewState, Trouble
from service.protocol.refusals import RefusalCode
from service.protocol.replies import (
    Lent,
    OutcomeReply,
    Refused,
    Renewed,
    Returned,
    Withdrawn,
)


def answered(step: Step, event: events.Answered) -> None:
    """The service decided. Only this session's present try of the line may use it."""
    if event.ref.session != step.session.number:
        return
    if event.ref.key.startswith(RENEWAL_KEY):
        _renewal_answered(step, event)
        return
    line = step.line(event.ref.key)
    if line is None or line.attempt != event.ref.attempt or not _is_waited_for(step, line):
        return
    step.touched()
    _decided(step, line, event.reply)


def _is_waited_for(step: Step, line: Line) -> bool:
    """In the farewell a check-out without answer was settled: its cancel is under way."""
    if line.stage is Stage.ASKED:
        return not isinstance(step.session.phase, Farewell)
    return line.reply is None and (line.stage in UNDER_WAY or line.kept_for_later)


def _decided(step: Step, line: Line, reply: OutcomeReply) -> None:
    """Only the answer that fits the act is taken for a yes; what fits nothing goes to staff."""
    lending = line.stage is Stage.ASKED
    match reply:
        case Lent() if lending:
            step.put(line, stage=Stage.GRANTED, reply=reply, title=reply.title, author=reply.author)
        case Returned() if not lending:
            title, author = reply.title or line.title, reply.author or line.author
            line = step.put(line, reply=reply, title=title, author=author)
            step.put(line, kept_for_later=False, trouble=None)
        case Refused(code):
            line = step.put(line, stage=Stage.REFUSED, refusal=code, writing=frozenset())
            step.put(line, kept_for_later=False, trouble=None)
        case Withdrawn() if lending:
            _not_lent(step, line)
        case _:
            trouble = Trouble.STAFF_WILL_HELP
            step.put(line, stage=Stage.TROUBLE, trouble=trouble, kept_for_later=False)


def _not_lent(step: Step, line: Line) -> None:
    step.put(line, stage=Stage.TROUBLE, trouble=Trouble.NOT_SENT, attempt=line.attempt + 1)


def _renewal_answered(step: Step, event: events.Answered) -> None:
    item = event.ref.key.removeprefix(RENEWAL_KEY)
    renewal = step.session.renewals.get(item)
    if renewal is None or renewal.state is RenewState.RENEWED:
        return
    step.touched()
    match event.reply:
        case Renewed(_, due):
            _note_renewal(step, item, RenewState.RENEWED)
            _change_due(step, item, due)
        case Refused(code) if event.ref.attempt == renewal.attempt:
            _note_renewal(step, item, RenewState.REFUSED, code)
        case _ if event.ref.attempt == renewal.attempt:
            _note_renewal(step, item, RenewState.NOT_SENT)


def _note_renewal(
    step: Step, item: str, state: RenewState, refusal: RefusalCode | None = None
) -> None:
    noted = replace(step.session.renewals[item], state=state, refusal=refusal)
    step.set(renewals=step.session.renewals | {item: noted})


def _change_due(step: Step, item: str, due: date) -> None:
    patron = step.session.patron
    if patron is None or patron.loans is None:
        return
    loans = tuple(
        msgspec.structs.replace(loan, due=due, renewable=False) if loan.item == item else loan
        for loan in patron.loans
    )
    step.set(patron=replace(patron, loans=loans))


def not_decided(step: Step, event: events.NotDecided) -> None:
    """The link went away: a check-out is withdrawn, a return is kept and goes on."""
    if event.ref.session != step.session.number:
        return
    if event.ref.key.startswith(RENEWAL_KEY):
        _renewal_not_decided(step, event.ref)
        return
    line = step.line(event.ref.key)
    if line is None or line.attempt != event.ref.attempt:
        return
    if line.stage is Stage.ASKED:
        _not_lent(step, line)
    elif line.stage is Stage.SECURING and line.reply is None:
        step.put(line, kept_for_later=True)


def _renewal_not_decided(step: Step, ref: events.Ref) -> None:
    item = ref.key.removeprefix(RENEWAL_KEY)
    renewal = step.session.renewals.get(item)
    if renewal is not None and renewal.state is RenewState.ASKING:
        _note_renewal(step, item, RenewState.NOT_SENT)
