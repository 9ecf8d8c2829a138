"""`advance(session, event, now)`: the one door into the session. Pure; mypy proves it complete.

An event first changes what is known (tags, codes, cards, choices, decisions, proofs); then
`progress` moves everything on that can go on. So the order of events does not matter:
books first or card first, proof before reply or after.
"""

from typing import assert_never

from kiosk import intents
from kiosk.session import cards, choices, codes, decisions, events, proofs, tags
from kiosk.session.clock import keep_time
from kiosk.session.effects import Effect
from kiosk.session.progress import progress
from kiosk.session.states import SelfCheck
from kiosk.session.step import Step


def advance(
    session: SelfCheck, event: events.Event, now: float
) -> tuple[SelfCheck, tuple[Effect, ...]]:
    """The session after `event` at monotonic time `now`, and what is to be done about it."""
    step = Step(session, now)
    _take_in(step, event)
    keep_time(step)
    progress(step)
    return step.session, tuple(step.effects)


def _take_in(step: Step, event: events.Event) -> None:
    match event:
        case events.TagsPlaced():
            tags.tags_placed(step, event)
        case events.TagsRemoved():
            tags.tags_removed(step, event)
        case events.TagRead():
            tags.tag_read(step, event)
        case events.CodeScanned():
            codes.code_scanned(step, event)
        case events.CardShown():
            cards.card_held(step, event.card)
        case events.PatronAnswered():
            cards.patron_answered(step, event)
        case events.ItemAnswered():
            codes.item_answered(step, event)
        case events.Answered():
            decisions.answered(step, event)
        case events.NotDecided():
            decisions.not_decided(step, event)
        case events.SecurityProved():
            proofs.security_proved(step, event)
        case events.SecurityFailed():
            proofs.security_failed(step, event)
        case events.ReceiptCame():
            choices.receipt_came(step, event)
        case events.HindrancesChanged():
            step.set(hindrances=event.hindrances)
        case events.StoreRefused():
            choices.store_refused(step)
        case events.Tick() | intents.FrameDrawn():
            pass
        case _:
            _follow(step, event)


def _follow(step: Step, intent: intents.Intent) -> None:
    step.touched()
    match intent:
        case intents.ChooseBorrow():
            choices.borrow(step)
        case intents.ChooseReturn():
            choices.give_back(step)
        case intents.ChooseAccount():
            choices.account(step)
        case intents.ChooseTyping():
            cards.typing(step)
        case intents.NumberTyped():
            cards.number_typed(step, intent.number)
        case intents.PinTyped():
            cards.pin_typed(step, intent.pin)
        case intents.RenewAll():
            choices.renew_all(step)
        case intents.RenewOne():
            choices.renew(step, intent.item)
        case intents.Finish():
            choices.finish(step)
        case intents.Leave():
            choices.leave(step)
        case intents.Back():
            choices.back(step)
        case intents.AskHelp():
            step.set(help_open=True)
        case intents.ShowReceipt():
            choices.show_receipt(step)
        case intents.TakeReceipt():
            choices.take_receipt(step)
        case intents.ChooseLanguage():
            step.set(language=intent.language)
        case intents.StayHere() | intents.Touched() | intents.FrameDrawn():
            pass
        case _:
            assert_never(intent)
