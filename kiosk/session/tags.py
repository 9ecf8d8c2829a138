"""What the tags on the pad tell. No operation begins here (kiosk/session/progress.py)."""

from drivers.uid import Uid
from kiosk.recognition import TagKind, TagReading
from kiosk.session import events
from kiosk.session.cards import card_shown
from kiosk.session.effects import AskForItem, ReadTag
from kiosk.session.states import (
    FINISHED,
    UNDER_WAY,
    Farewell,
    Line,
    SelfCheck,
    Stage,
)
from kiosk.session.step import Step
from kiosk.session.visits import begin_if_idle, may_begin, see_tag, tag_key, wake_for_item
from kiosk.views import Trouble
from service.protocol.replies import Lent

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
    return may_begin(session) and not told and uid not in session.left_behind


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
    wake_for_item(step)
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
