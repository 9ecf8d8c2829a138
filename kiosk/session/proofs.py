"""What became of the tags that were to be written."""

from kiosk.session import events
from kiosk.session.states import Line
from kiosk.session.step import Step


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
