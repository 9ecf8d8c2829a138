"""What a person chose, and what the service says of a card."""

from msgspec.structs import replace

from kiosk.recognition import is_card
from kiosk.session import events
from kiosk.session.effects import ReadTag, Submit, WriteReceipt
from kiosk.session.states import (
    NOT_LENDING,
    Account,
    Borrowing,
    Farewell,
    Idle,
    Renewal,
    Returning,
    Who,
)
from kiosk.session.step import Step
from kiosk.session.visits import (
    begin,
    end,
    may_begin,
    say_farewell,
    see_tag,
    something_happened,
)
from kiosk.views import Hindrance, ReceiptState, RenewState, WhoFor, WhoStep
from service.protocol.operations import Renew


def borrow(step: Step) -> None:
    """*Mượn sách*."""
    if NOT_LENDING & step.session.hindrances:
        return
    if isinstance(step.session.phase, Account):
        step.go(Borrowing())
    else:
        _ask_who(step, WhoFor.BORROW)


def account(step: Step) -> None:
    """*Gia hạn & tài khoản*."""
    if not NOT_LENDING & step.session.hindrances:
        _ask_who(step, WhoFor.ACCOUNT)


def _ask_who(step: Step, why: WhoFor) -> None:
    """A tile may be touched just after a card or a book has begun the visit."""
    phase = step.session.phase
    if isinstance(phase, Who) and phase.step is WhoStep.ASKING and phase.short_name is None:
        step.go(replace(phase, why=why))
    elif isinstance(phase, Idle | Who | Farewell) or _returns_nothing_yet(step):
        begin(step, Who(why))


def _returns_nothing_yet(step: Step) -> bool:
    return isinstance(step.session.phase, Returning) and not step.session.lines


def give_back(step: Step) -> None:
    """*Trả sách*; also for books that were laid down before anything was chosen."""
    if may_begin(step.session) and isinstance(step.session.phase, Idle | Who | Farewell):
        begin(step, Returning())
        step.set(patron=None)
        _take_what_lies_there(step)


def _take_what_lies_there(step: Step) -> None:
    """Books that the last reader left on the pad are returned too: somebody asked for it."""
    tags = step.session.tags
    lying = [uid for uid in sorted(step.session.left_behind) if not is_card(tags.get(uid))]
    step.set(left_behind=step.session.left_behind - frozenset(lying))
    for uid in lying:
        see_tag(step, uid)
        step.want(ReadTag(uid))


def renew_all(step: Step) -> None:
    """Renew what can be renewed."""
    patron = step.session.patron
    for loan in patron.loans or () if patron is not None else ():
        if loan.renewable:
            renew(step, loan.item)


def renew(step: Step, item: str) -> None:
    """A second tap does not renew twice; what could not be sent may be tried again."""
    session = step.session
    loans = session.patron.loans or () if session.patron is not None else ()
    renewal = session.renewals.get(item, Renewal(RenewState.NOT_SENT))
    if session.patron is None or item not in {loan.item for loan in loans}:
        return
    if renewal.state is not RenewState.NOT_SENT:
        return
    if Hindrance.LINK not in session.hindrances:
        renewal = Renewal(RenewState.ASKING, attempt=renewal.attempt + 1)
    step.set(renewals=session.renewals | {item: renewal})
    if renewal.state is RenewState.ASKING:
        step.want(Submit(step.session.renewal_refs(item)[-1], Renew(item, session.patron.card)))


def finish(step: Step) -> None:
    """*Xong*: say farewell as soon as nothing is under way."""
    phase = step.session.phase
    if isinstance(phase, Borrowing | Returning):
        step.go(replace(phase, finishing=True))
    elif isinstance(phase, Farewell):
        end(step)
    elif isinstance(phase, Account):
        leave(step)


def leave(step: Step) -> None:
    """*Thoát*: what is done is told, what is not done is settled."""
    if isinstance(step.session.phase, Borrowing | Returning) and something_happened(step):
        say_farewell(step)
    elif not isinstance(step.session.phase, Idle):
        end(step)


def back(step: Step) -> None:
    """Out of help, or one step back in saying who one is."""
    phase = step.session.phase
    if step.session.help_open:
        step.set(help_open=False)
    elif isinstance(phase, Who) and phase.step is not WhoStep.SHOW_CARD:
        step.go(Who(phase.why))
    elif isinstance(phase, Who | Account):
        end(step)


def show_receipt(step: Step) -> None:
    """The receipt on the screen, with more time to read it."""
    phase = step.session.phase
    if isinstance(phase, Farewell):
        until = step.now + 3 * step.session.policy.farewell_seconds
        step.go(replace(phase, receipt=True, until=until))


def take_receipt(step: Step) -> None:
    """The receipt once: on paper where a printer works, else as a file."""
    phase = step.session.phase
    if not isinstance(phase, Farewell) or phase.receipt_state is not ReceiptState.NOT_WANTED:
        return
    on_paper = step.session.prints
    state = ReceiptState.PRINTING if on_paper else ReceiptState.SAVED
    step.go(replace(phase, receipt_state=state))
    step.want(WriteReceipt(on_paper))


def receipt_came(step: Step, event: events.ReceiptCame) -> None:
    """What could not be printed is shown on the screen, with time to read it."""
    phase = step.session.phase
    if not isinstance(phase, Farewell) or event.session != step.session.number:
        return
    state = ReceiptState.PRINTED if event.printed else ReceiptState.NOT_PRINTED
    step.go(replace(phase, receipt_state=state))
    if not event.printed:
        show_receipt(step)


def store_refused(step: Step) -> None:
    """The disk is full: nothing new begins, what stands is told."""
    step.set(hindrances=step.session.hindrances | {Hindrance.DISK})
    if not isinstance(step.session.phase, Farewell):
        leave(step)
