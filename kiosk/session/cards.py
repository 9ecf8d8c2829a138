"""Saying who one is: a card shown or its number typed, the PIN, and the word of the service."""

from msgspec.structs import replace

from drivers.facts import CardSeen
from kiosk.recognition import may_be_number
from kiosk.session import events
from kiosk.session.effects import AskForPatron
from kiosk.session.states import NOT_LENDING, Account, Borrowing, Idle, Patron, Returning, Who
from kiosk.session.step import Step
from kiosk.session.visits import begin, may_begin
from kiosk.views import WhoFor, WhoStep
from service.protocol.identifiers import LONGEST_PIN
from service.protocol.refusals import RefusalCode
from service.protocol.replies import PatronAnswer, Refused


def card_shown(step: Step, card: str) -> None:
    """A card was laid down, scanned or typed; what it is wanted for depends on the phase."""
    phase = step.session.phase
    if isinstance(phase, Borrowing | Account):
        return
    if isinstance(phase, Returning) and step.session.lines:
        return
    if not isinstance(phase, Who):
        begin(step, Who(WhoFor.BORROW))
    ask_for(step, card)


def card_held(step: Step, card: CardSeen) -> None:
    """A contactless card; one that is nobody's identity leads to the other ways to say who."""
    step.touched()
    if not may_begin(step.session):
        return
    if card.problem is None and may_be_number(card.number):
        card_shown(step, card.number)
    elif isinstance(step.session.phase, Idle | Who):
        _not_usable(step)


def _not_usable(step: Step) -> None:
    phase = step.session.phase
    if not isinstance(phase, Who):
        begin(step, Who(WhoFor.BORROW, card_unusable=True))
    elif phase.step is WhoStep.SHOW_CARD:
        step.go(Who(phase.why, card_unusable=True))


def ask_for(step: Step, card: str, pin: str | None = None, *, typed: bool = False) -> None:
    """Ask the service about a card, if lending is open: what is told would lead nowhere."""
    phase = step.session.phase
    if not isinstance(phase, Who) or phase.step is WhoStep.ASKING or not step.session.policy.lends:
        return
    name = phase.short_name if pin is not None else None
    asking = Who(phase.why, WhoStep.ASKING, card, name, typed=typed)
    if NOT_LENDING & step.session.hindrances:
        step.go(replace(asking, step=_step_back(asking), not_answered=True))
        return
    step.set(asks=step.session.asks + 1)
    step.go(asking)
    step.want(AskForPatron(step.session.asks, card, pin))


def _step_back(phase: Who) -> WhoStep:
    """From asking to what was asked about, to be shown or typed again."""
    if phase.short_name is not None:
        return WhoStep.TYPE_PIN
    return WhoStep.TYPE_NUMBER if phase.typed else WhoStep.SHOW_CARD


def typing(step: Step) -> None:
    """Type the number instead of showing the card."""
    phase = step.session.phase
    if isinstance(phase, Who) and phase.step is WhoStep.SHOW_CARD:
        step.go(Who(phase.why, WhoStep.TYPE_NUMBER))


def number_typed(step: Step, number: str) -> None:
    """Typed numbers are throttled: guessing must not pay."""
    phase = step.session.phase
    if not isinstance(phase, Who) or phase.step is not WhoStep.TYPE_NUMBER:
        return
    if number and may_be_number(number) and _typing_open(step):
        ask_for(step, number, typed=True)


def pin_typed(step: Step, pin: str) -> None:
    """The PIN opens the account; guessing it is throttled as well."""
    phase = step.session.phase
    if not isinstance(phase, Who) or phase.step is not WhoStep.TYPE_PIN or phase.card is None:
        return
    if 0 < len(pin) <= LONGEST_PIN and _typing_open(step):
        ask_for(step, phase.card, pin, typed=phase.typed)


def _typing_open(step: Step) -> bool:
    return step.now >= step.session.typing_opens_at


def patron_answered(step: Step, event: events.PatronAnswered) -> None:
    """The service's word about a card; a late answer to an earlier question means nothing."""
    phase = step.session.phase
    if not isinstance(phase, Who) or event.ask != step.session.asks:
        return
    if phase.step is not WhoStep.ASKING or phase.card is None:
        return
    match event.answer:
        case PatronAnswer() as answer:
            _known(step, phase, phase.card, answer)
        case Refused(code):
            _not_known(step, phase, code)
        case None:
            step.go(replace(phase, step=_step_back(phase), not_answered=True))


def _known(step: Step, phase: Who, card: str, answer: PatronAnswer) -> None:
    if phase.why is WhoFor.ACCOUNT and answer.loans is None:
        step.go(Who(phase.why, WhoStep.TYPE_PIN, card, answer.short_name, typed=phase.typed))
    elif phase.why is WhoFor.BORROW and answer.hindrance is not None:
        step.go(Who(phase.why, problem=answer.hindrance))
    else:
        name, hindrance = answer.short_name, answer.hindrance
        patron = Patron(card, name, hindrance, answer.may_borrow, answer.loans)
        step.set(patron=patron)
        step.go(Borrowing() if phase.why is WhoFor.BORROW else Account())


def _not_known(step: Step, phase: Who, code: RefusalCode) -> None:
    if phase.typed or code is RefusalCode.PIN_WRONG:
        _count_wrong_number(step)
    step.go(replace(phase, step=_step_back(phase), problem=code))


def _count_wrong_number(step: Step) -> None:
    policy = step.session.policy
    recent = [t for t in step.session.wrong_numbers if step.now - t < policy.typed_window_seconds]
    recent.append(step.now)
    step.set(wrong_numbers=tuple(recent))
    if len(recent) >= policy.typed_tries:
        step.set(wrong_numbers=(), typing_opens_at=step.now + policy.typed_pause_seconds)
