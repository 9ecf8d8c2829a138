"""Moves every line on that can go on, from what is known alone.

Level-triggered: called after each event, it asks "what can be done now?" and never "what just
happened?". So lost, late and doubled events do no harm, and a stack costs few commits because
lines wait for each other here: one commit asks for the stack, one notes the grants before the
first tag is written, one notes the proofs (docs/architecture.md, "Four commits").
"""

from drivers.uid import Uid
from kiosk.outbox.records import NO_TAG
from kiosk.session.effects import NoteProved, Submit, WriteSecurity
from kiosk.session.states import (
    Borrowing,
    Line,
    Patron,
    Returning,
    SelfCheck,
    Stage,
)
from kiosk.session.step import Step
from kiosk.session.visits import end, say_farewell, something_happened
from kiosk.views import Hindrance, Trouble
from service.protocol.operations import CheckIn, CheckOut


def progress(step: Step) -> None:
    """Ask, write, note, finish: each as far as it can go."""
    phase = step.session.phase
    patron = step.session.patron
    if isinstance(phase, Borrowing) and patron is not None:
        _retry_unsent(step)
        _ask_to_lend(step, patron)
        _release_granted(step)
    elif isinstance(phase, Returning):
        _take_back(step)
        _secure_again(step)
    _note_proofs(step)
    _finish(step)


def missing_parts(session: SelfCheck, line: Line) -> tuple[int, ...]:
    """Parts of a set that do not lie on the pad now."""
    here = {part for part, uid in line.uids.items() if uid in session.tags}
    return tuple(part for part in range(1, line.parts + 1) if part not in here)


def _reading(session: SelfCheck) -> bool:
    return any(line.stage is Stage.SEEN for line in session.lines.values())


def _ready(session: SelfCheck) -> list[Line]:
    """Recognised lines whose parts all lie there, once the whole stack was read."""
    if _reading(session):
        return []
    lines = (line for line in session.lines.values() if line.stage is Stage.RECOGNISED)
    return [line for line in lines if is_complete(session, line)]


def is_complete(session: SelfCheck, line: Line) -> bool:
    """Every part lies on the pad; an item without tags always is."""
    return not line.uids or not missing_parts(session, line)


def _retry_unsent(step: Step) -> None:
    if Hindrance.LINK in step.session.hindrances:
        return
    for line in tuple(step.session.lines.values()):
        unsent = line.trouble is Trouble.NOT_SENT and line.asked_at > 0
        if unsent and is_complete(step.session, line):
            step.put(line, stage=Stage.RECOGNISED, trouble=None)


def _ask_to_lend(step: Step, patron: Patron) -> None:
    session = step.session
    if Hindrance.LINK in session.hindrances:
        return
    for line in _ready(session):
        step.put(line, stage=Stage.ASKED, asked_at=step.now)
        step.want(Submit(session.ref(line), CheckOut(line.item, patron.card)))


def _release_granted(step: Step) -> None:
    """Write once the whole stack is decided, or when some answers are too slow to wait for."""
    until = held_back_until(step.session)
    if until is not None and step.now < until:
        return
    for line in step.session.lines.values():
        if line.stage is Stage.GRANTED and is_complete(step.session, line):
            _write(step, line, released=True)


def held_back_until(session: SelfCheck) -> float | None:
    """Until when granted lines wait for the answers to the rest of their stack."""
    if not isinstance(session.phase, Borrowing):
        return None
    lines = session.lines.values()
    asked = [line.asked_at for line in lines if line.stage is Stage.ASKED]
    waiting = any(
        line.stage is Stage.GRANTED and is_complete(session, line) and _to_write(session, line)
        for line in lines
    )
    return min(asked) + session.policy.hold_back_seconds if asked and waiting else None


def _to_write(session: SelfCheck, line: Line) -> frozenset[Uid]:
    here = frozenset(uid for uid in line.tags if uid in session.tags)
    return here - line.writing - line.proved - line.hopeless - line.out_of_reach


def _write(step: Step, line: Line, *, released: bool) -> None:
    todo = _to_write(step.session, line)
    for uid in sorted(todo):
        ref = step.session.ref(line)
        step.want(WriteSecurity(ref, uid, line.item, released, uid in line.tried))
    if todo:
        step.put(line, writing=line.writing | todo, tried=line.tried | todo)


def _take_back(step: Step) -> None:
    session = step.session
    for line in _ready(session):
        waits = Hindrance.LINK in session.hindrances
        securing = step.put(line, stage=Stage.SECURING, asked_at=step.now, kept_for_later=waits)
        step.want(Submit(session.ref(securing), CheckIn(securing.item)))
        _write(step, securing, released=False)


def _secure_again(step: Step) -> None:
    for line in step.session.lines.values():
        if line.stage is Stage.SECURING:
            _write(step, line, released=False)


def _note_proofs(step: Step) -> None:
    """Note the proofs of a wave together, when no write of it is under way any more."""
    session = step.session
    if any(line.writing for line in session.lines.values()):
        return
    for line in session.lines.values():
        for uid in sorted(line.proved - line.noted):
            step.want(NoteProved(session.ref(line), uid, line.item))
        noted = step.put(line, noted=line.proved)
        if line.stage in {Stage.GRANTED, Stage.SECURING}:
            _complete(step, noted)


def _complete(step: Step, line: Line) -> None:
    """Done, once it is answered and all its tags are proved."""
    if line.stage is Stage.SECURING and line.reply is None and not line.kept_for_later:
        return
    if line.stage is Stage.GRANTED and not line.uids:
        step.want(NoteProved(step.session.ref(line), NO_TAG, line.item))
    if line.tags <= line.proved:
        trouble = Trouble.KEPT_FOR_LATER if line.kept_for_later else None
        step.put(line, stage=Stage.DONE, trouble=trouble)
    elif line.tags <= line.proved | line.hopeless:
        step.put(line, stage=Stage.DONE_TAG_OPEN)


def _finish(step: Step) -> None:
    phase = step.session.phase
    if not isinstance(phase, Borrowing | Returning) or not phase.finishing:
        return
    if is_busy(step.session):
        return
    if something_happened(step):
        say_farewell(step)
    else:
        end(step)


def _is_busy(line: Line) -> bool:
    if line.stage in {Stage.SEEN, Stage.LOOKED_UP, Stage.ASKED} or line.writing:
        return True
    return line.stage is Stage.SECURING and line.reply is None and not line.kept_for_later


def is_busy(session: SelfCheck) -> bool:
    """Whether the station itself still has something to do with a line."""
    return any(_is_busy(line) for line in session.lines.values())
