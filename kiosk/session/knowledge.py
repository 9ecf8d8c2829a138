"""What events tell about tags, items and operations. No decision is made here."""

import re
from dataclasses import replace
from datetime import date

import msgspec

from drivers.uid import Uid
from kiosk.recognition import TagKind, TagReading, may_be_number
from kiosk.session import events
from kiosk.session.effects import AskForItem, ReadTag
from kiosk.session.states import (
    FINISHED,
    RENEWAL_KEY,
    UNDER_WAY,
    Account,
    Borrowing,
    Farewell,
    Line,
    SelfCheck,
    Stage,
)
from kiosk.session.step import Step
from kiosk.session.visits import begin_if_idle, card_shown, see_tag, tag_key
from kiosk.views import Hindrance, RenewState, Trouble
from service.protocol.refusals import RefusalCode
from service.protocol.replies import (
    ItemAnswer,
    Lent,
    OutcomeReply,
    Refused,
    Renewed,
    Returned,
    Withdrawn,
)

TROUBLE_OF_KIND = {
    TagKind.FOREIGN: Trouble.FOREIGN_LIBRARY,
    TagKind.BLANK: Trouble.BLANK_TAG,
    TagKind.NOT_LIBRARY: Trouble.NOT_A_LIBRARY_TAG,
    TagKind.SUSPECT: Trouble.SUSPECT_TAG,
    TagKind.UNREADABLE: Trouble.UNREADABLE,
}


def tags_placed(step: Step, event: events.TagsPlaced) -> None:
    """New tags: those that the last patron left behind start nothing until they were lifted."""
    session = step.session
    fresh = [uid for uid in event.uids if _is_new(session, uid)]
    step.set(
        tags=session.tags | dict.fromkeys(event.uids),
        left_behind=session.left_behind | frozenset(event.uids) - frozenset(fresh),
    )
    for uid in event.uids:
        step.want(ReadTag(uid))
    for uid in fresh:
        step.touched()
        see_tag(step, uid)


def _is_new(session: SelfCheck, uid: Uid) -> bool:
    """Books that are taken away during the farewell may be felt once more."""
    told = isinstance(session.phase, Farewell) and any(
        uid in line.tags for line in session.lines.values()
    )
    return not told and uid not in session.left_behind


def tags_removed(step: Step, event: events.TagsRemoved) -> None:
    """Lifted tags. A line that nothing was asked for goes with its last tag."""
    gone = frozenset(event.uids)
    session = step.session
    step.set(
        tags={uid: reading for uid, reading in session.tags.items() if uid not in gone},
        left_behind=session.left_behind - gone,
    )
    for line in tuple(step.session.lines.values()):
        if line.tags & gone:
            step.touched()
            _tags_lifted(step, line, gone)


def _tags_lifted(step: Step, line: Line, gone: frozenset[Uid]) -> None:
    if line.stage in UNDER_WAY | FINISHED or line.stage is Stage.REFUSED:
        return
    if line.asked_at > 0:  # its tries are still to be settled
        if line.stage is Stage.RECOGNISED:
            step.put(line, stage=Stage.TROUBLE, trouble=Trouble.NOT_SENT)
        return
    left = {part: uid for part, uid in line.uids.items() if uid not in gone}
    if left:
        step.put(line, uids=left)
    else:
        step.take_away(line.key)


def tag_read(step: Step, event: events.TagRead) -> None:
    """A tag's memory is understood: an item joins its line, a card says who is here."""
    session = step.session
    if event.uid not in session.tags:
        return
    step.set(tags=session.tags | {event.uid: event.reading})
    line = step.line(tag_key(event.uid))
    if line is None:
        return
    reading = event.reading
    if reading.kind is TagKind.ITEM:
        _join_item(step, line, event.uid, reading)
    elif reading.kind is TagKind.PATRON_CARD:
        step.take_away(line.key)
        card_shown(step, reading.number)
    else:
        _trouble(step, line, reading)


def _trouble(step: Step, line: Line, reading: TagReading) -> None:
    begin_if_idle(step)
    step.put(
        line,
        stage=Stage.TROUBLE,
        item=reading.number,
        trouble=TROUBLE_OF_KIND[reading.kind],
        foreign=reading.kind is TagKind.FOREIGN,
    )


def _join_item(step: Step, seen: Line, uid: Uid, reading: TagReading) -> None:
    begin_if_idle(step)
    _account_to_borrowing(step)
    step.take_away(seen.key)
    known = step.line(reading.number)
    if known is None:
        line = Line(key=reading.number, stage=Stage.RECOGNISED, item=reading.number)
        step.put(line, parts=reading.parts, uids={reading.part: uid})
        step.want(AskForItem(reading.number))
        return
    joined = step.put(
        known,
        parts=_parts(known, reading),
        uids=known.uids | {_place(known, uid, reading): uid},
        missed={other: times for other, times in known.missed.items() if other != uid},
    )
    _laid_down(step, joined, uid)


def _parts(line: Line, reading: TagReading) -> int:
    """When tags of one number contradict each other, a set is not complete."""
    if line.stage in {Stage.LOOKED_UP, Stage.LAY_ON_PAD}:
        return reading.parts
    return line.parts if line.asked_at > 0 else max(line.parts, reading.parts)


def _place(line: Line, uid: Uid, reading: TagReading) -> int:
    """The tag's part. A second tag of one part stands behind the set and is written as well."""
    for part, known in line.uids.items():
        if known == uid:
            return part
    part = reading.part if reading.part <= line.parts else 1
    return max(line.parts, *line.uids) + 1 if part in line.uids else part


def _laid_down(step: Step, line: Line, uid: Uid) -> None:
    """What a tag of a known line means for it, a new one or the same one once more."""
    match line.stage:
        case Stage.LOOKED_UP | Stage.LAY_ON_PAD:
            step.put(line, stage=Stage.RECOGNISED)
        case Stage.REFUSED:
            try_again(step, line)
        case Stage.TROUBLE if line.trouble is Trouble.NOT_SENT or line.asked_at == 0:
            step.put(line, stage=Stage.RECOGNISED, trouble=None)
        case Stage.DONE | Stage.DONE_TAG_OPEN if uid not in line.proved:
            stage = Stage.GRANTED if isinstance(line.reply, Lent) else Stage.SECURING
            step.put(line, stage=stage, hopeless=line.hopeless - {uid})
        case _:
            pass


def try_again(step: Step, line: Line) -> None:
    """The reader laid a refused book down once more: a new try with a new operation."""
    step.put(
        line,
        stage=Stage.RECOGNISED,
        attempt=line.attempt + 1,
        refusal=None,
        trouble=None,
        reply=None,
        proved=frozenset(),
        noted=frozenset(),
        hopeless=frozenset(),
        missed={},
        kept_for_later=False,
    )


def code_scanned(step: Step, event: events.CodeScanned) -> None:
    """A barcode is a card or an item by its look; what looks like neither is ignored."""
    step.touched()
    policy = step.session.policy
    if not may_be_number(event.text):
        return
    if re.fullmatch(policy.card_pattern, event.text):
        card_shown(step, event.text)
    elif re.fullmatch(policy.item_pattern, event.text):
        _item_scanned(step, event.text)


def _item_scanned(step: Step, number: str) -> None:
    """A code scanned again is a new try only where the last one came to nothing."""
    begin_if_idle(step)
    _account_to_borrowing(step)
    line = step.line(number)
    came_to_nothing = line is not None and line.stage in {Stage.REFUSED, Stage.TROUBLE}
    if line is None or (came_to_nothing and line.asked_at == 0):
        step.put(Line(key=number, stage=Stage.LOOKED_UP, item=number))
        step.want(AskForItem(number))
    elif line.stage is Stage.REFUSED:
        try_again(step, line)


def _account_to_borrowing(step: Step) -> None:
    if isinstance(step.session.phase, Account):
        step.go(Borrowing())


def item_answered(step: Step, event: events.ItemAnswered) -> None:
    """Title and author; for a scanned item also whether it must be laid on the pad."""
    line = step.line(event.item)
    if line is None:
        return
    if isinstance(event.answer, ItemAnswer):
        line = step.put(line, title=event.answer.title or None, author=event.answer.author or None)
    if line.stage is Stage.LOOKED_UP:
        _place_scanned(step, line, event)


def _place_scanned(step: Step, line: Line, event: events.ItemAnswered) -> None:
    policy = step.session.policy
    answer = event.answer
    if isinstance(answer, Refused):
        step.put(line, stage=Stage.REFUSED, refusal=answer.code)
    elif answer is None:
        step.put(line, stage=Stage.TROUBLE, trouble=Trouble.NOT_SENT)
    elif not answer.tagged or (not policy.has_pad and policy.lend_tagged_without_pad):
        step.put(line, stage=Stage.RECOGNISED)
    elif policy.has_pad and Hindrance.PAD not in step.session.hindrances:
        step.put(line, stage=Stage.LAY_ON_PAD, parts=max(1, answer.parts))
    else:
        step.put(line, stage=Stage.TROUBLE, trouble=Trouble.STAFF_WILL_HELP)


def answered(step: Step, event: events.Answered) -> None:
    """The service decided. Only this session's present try of the line may use it."""
    if event.ref.session != step.session.number:
        return
    if event.ref.key.startswith(RENEWAL_KEY):
        _renewal_answered(step, event)
        return
    line = step.line(event.ref.key)
    if line is None or line.attempt != event.ref.attempt or not _is_undecided(line):
        return
    step.touched()
    _decided(step, line, event.reply)


def _is_undecided(line: Line) -> bool:
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


def security_proved(step: Step, event: events.SecurityProved) -> None:
    """A tag was read back in the wanted state."""
    line = _line_of_write(step, event.ref)
    if line is not None:
        step.touched()
        step.put(line, writing=line.writing - {event.uid}, proved=line.proved | {event.uid})


def security_failed(step: Step, event: events.SecurityFailed) -> None:
    """A tag could not be proved. Lifted ones may be laid down again, the others are hopeless."""
    line = _line_of_write(step, event.ref)
    if line is None:
        return
    step.touched()
    line = step.put(line, writing=line.writing - {event.uid})
    if event.why in {events.WriteFailure.LOCKED, events.WriteFailure.NOT_WRITTEN}:
        step.put(line, hopeless=line.hopeless | {event.uid})
    else:
        step.put(line, missed=line.missed | {event.uid: line.missed.get(event.uid, 0) + 1})


def _line_of_write(step: Step, ref: events.Ref) -> Line | None:
    line = step.line(ref.key)
    if ref.session != step.session.number or line is None or line.attempt != ref.attempt:
        return None
    return line
