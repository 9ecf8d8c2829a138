"""How a visit begins, learns who is here, says farewell and ends."""

from collections.abc import Callable

from drivers.uid import Uid
from kiosk.session.effects import Settle
from kiosk.session.events import Ref
from kiosk.session.states import (
    CLOSED,
    FINISHED,
    Account,
    Borrowing,
    Farewell,
    Idle,
    Line,
    Phase,
    SelfCheck,
    Stage,
    Who,
)
from kiosk.session.step import Step
from kiosk.views import WhoFor


def begin(step: Step, phase: Phase) -> None:
    """A new visit, or the next phase of the one that runs."""
    if isinstance(step.session.phase, Farewell):
        _end_for_the_next(step)
    if isinstance(step.session.phase, Idle):
        step.set(number=step.session.number + 1, help_open=False)
    step.touched()
    step.go(phase)


def may_begin(session: SelfCheck) -> bool:
    """Whether something may happen now: a visit runs, or one may begin."""
    return not (CLOSED & session.hindrances and isinstance(session.phase, Idle | Farewell))


def see_tag(step: Step, uid: Uid) -> None:
    """A tag to be dealt with, as soon as it is read."""
    step.put(Line(key=tag_key(uid), stage=Stage.SEEN, uids={1: uid}))


def tag_key(uid: Uid) -> str:
    """The line of a tag that was not read yet."""
    return f"tag\t{uid}"


def begin_if_idle(step: Step) -> None:
    """A book on an idle kiosk wakes it: most likely somebody wants to borrow."""
    if isinstance(step.session.phase, Idle | Farewell):
        begin(step, Who(WhoFor.BORROW))


def wake_for_item(step: Step) -> None:
    """An item of ours came: it wakes an idle kiosk, and on the account screen it is borrowed."""
    begin_if_idle(step)
    if isinstance(step.session.phase, Account):
        step.go(Borrowing())


def _end_for_the_next(step: Step) -> None:
    """What was laid down during the farewell belongs to whoever comes now."""
    fresh = {key: line for key, line in step.session.lines.items() if line.stage is Stage.SEEN}
    end(step)
    tags = frozenset(uid for line in fresh.values() for uid in line.tags)
    step.set(lines=fresh, left_behind=step.session.left_behind - tags)


def say_farewell(step: Step) -> None:
    """Tell what was done; what is not done is settled now."""
    unfinished = _refs(step, lambda line: line.stage not in FINISHED | {Stage.REFUSED})
    if unfinished:
        step.want(Settle(unfinished))
    told = {key: line for key, line in step.session.lines.items() if line.stage is not Stage.SEEN}
    left_behind = frozenset(step.session.tags)
    step.set(lines=told, left_behind=left_behind, still_there_until=None, help_open=False)
    step.go(Farewell(step.now + step.session.policy.farewell_seconds))


def end(step: Step) -> None:
    """Everything of this visit is settled and wiped; what still lies on the pad stays quiet."""
    session = step.session
    refs = _refs(step, lambda _: True)
    refs += tuple(ref for item in session.renewals for ref in session.renewal_refs(item))
    if refs:
        step.want(Settle(refs))
    step.set(
        phase=Idle(),
        patron=None,
        lines={},
        renewals={},
        left_behind=frozenset(session.tags),
        still_there_until=None,
        help_open=False,
        language=session.home_language,
    )


def something_happened(step: Step) -> bool:
    """Whether there is anything to tell in a farewell."""
    return any(line.stage in FINISHED | {Stage.REFUSED} for line in step.session.lines.values())


def _refs(step: Step, wanted: Callable[[Line], bool]) -> tuple[Ref, ...]:
    session = step.session
    return tuple(
        Ref(session.number, line.key, attempt)
        for line in session.lines.values()
        if wanted(line)
        for attempt in range(1, line.attempt + 1)
    )
