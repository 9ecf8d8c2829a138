"""What time alone brings about, and when the session wants to be woken."""

from kiosk.session.progress import held_back_until
from kiosk.session.states import (
    Farewell,
    Idle,
    SelfCheck,
    Who,
)
from kiosk.session.step import Step
from kiosk.session.visits import end


def keep_time(step: Step) -> None:
    """Farewell over, nobody there any more, or a question whether somebody still is."""
    session = step.session
    if isinstance(session.phase, Farewell):
        if step.now >= session.phase.until:
            end(step)
    elif session.still_there_until is not None:
        if step.now >= session.still_there_until:
            end(step)
    elif _asks_whether_there(session) and step.now >= _idle_at(session):
        step.set(still_there_until=step.now + session.policy.still_there_seconds)


def next_deadline(session: SelfCheck) -> float | None:
    """The monotonic time of the next change that needs no event, None when there is none."""
    times = []
    if isinstance(session.phase, Farewell):
        times.append(session.phase.until)
    if session.still_there_until is not None:
        times.append(session.still_there_until)
    elif _asks_whether_there(session):
        times.append(_idle_at(session))
    held_back = held_back_until(session)
    if held_back is not None:
        times.append(held_back)
    return min(times) if times else None


def next_countdown(session: SelfCheck, now: float) -> float | None:
    """The next whole second while seconds are counted on the screen."""
    ends = [session.still_there_until]
    if isinstance(session.phase, Farewell):
        ends.append(session.phase.until)
    if isinstance(session.phase, Who) and session.typing_opens_at > now:
        ends.append(session.typing_opens_at)
    end = next((end for end in ends if end is not None), None)
    return None if end is None else now + ((end - now) % 1 or 1)


def _asks_whether_there(session: SelfCheck) -> bool:
    if isinstance(session.phase, Idle | Farewell):
        return False
    return not any(line.writing for line in session.lines.values())


def _idle_at(session: SelfCheck) -> float:
    return session.last_act + session.policy.patron_idle_seconds
