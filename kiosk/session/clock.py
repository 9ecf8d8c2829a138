"""What time alone brings about, and when the session wants to be woken."""

from kiosk.session.progress import held_back_until
from kiosk.session.states import Farewell, Idle, SelfCheck, Who
from kiosk.session.step import Step
from kiosk.session.visits import end


def keep_time(step: Step) -> None:
    """Farewell over, nobody there any more, or a question whether somebody still is."""
    session = step.session
    ends = _ends_at(session)
    if ends is not None:
        if step.now >= ends:
            end(step)
    elif _somebody_is_here(session) and step.now >= _idle_at(session):
        step.set(still_there_until=step.now + session.policy.still_there_seconds)


def next_deadline(session: SelfCheck) -> float | None:
    """The monotonic time of the next change that needs no event, None when there is none."""
    ends = _ends_at(session)
    if ends is None and _somebody_is_here(session):
        ends = _idle_at(session)
    times = (ends, held_back_until(session))
    return min((time for time in times if time is not None), default=None)


def next_countdown(session: SelfCheck, now: float) -> float | None:
    """The next whole second while seconds are counted on the screen."""
    ends = [session.still_there_until]
    if isinstance(session.phase, Farewell):
        ends.append(session.phase.until)
    if isinstance(session.phase, Who) and session.typing_opens_at > now:
        ends.append(session.typing_opens_at)
    end = next((end for end in ends if end is not None), None)
    return None if end is None else now + ((end - now) % 1 or 1)


def _ends_at(session: SelfCheck) -> float | None:
    """When all is wiped without a further question."""
    if isinstance(session.phase, Farewell):
        return session.phase.until
    if isinstance(session.phase, Idle):
        return _idle_at(session) if _left_as_it_was(session) else None
    return session.still_there_until


def _left_as_it_was(session: SelfCheck) -> bool:
    """Somebody opened help or chose a language, and went away."""
    return session.help_open or session.language != session.home_language


def _somebody_is_here(session: SelfCheck) -> bool:
    return not isinstance(session.phase, Idle | Farewell)


def _idle_at(session: SelfCheck) -> float:
    return session.last_act + session.policy.patron_idle_seconds
