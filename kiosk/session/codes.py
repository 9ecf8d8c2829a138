"""What scanned codes tell, and the catalogue about the items behind them."""

import re

from kiosk.recognition import may_be_number
from kiosk.session import events
from kiosk.session.cards import card_shown
from kiosk.session.effects import AskForItem
from kiosk.session.states import Account, Line, SelfCheck, Stage, Who
from kiosk.session.step import Step
from kiosk.session.tags import try_again
from kiosk.session.visits import may_begin, wake_for_item
from kiosk.views import Hindrance, Trouble, WhoStep
from service.protocol.replies import ItemAnswer, Refused


def wants_codes(session: SelfCheck) -> bool:
    """Whether a code would mean something now; else scanners are off."""
    match session.phase:
        case Who(step=step):
            return step in {WhoStep.SHOW_CARD, WhoStep.TYPE_NUMBER}
        case Account():
            return False
        case _:
            return may_begin(session)


def code_scanned(step: Step, event: events.CodeScanned) -> None:
    """A barcode is a card or an item by its look; what looks like neither is ignored."""
    step.touched()
    policy = step.session.policy
    if not may_be_number(event.text) or not may_begin(step.session):
        return
    if re.fullmatch(policy.card_pattern, event.text):
        card_shown(step, event.text)
    elif re.fullmatch(policy.item_pattern, event.text):
        _item_scanned(step, event.text)


def _item_scanned(step: Step, number: str) -> None:
    """A code scanned again is a new try only where the last one came to nothing."""
    wake_for_item(step)
    line = step.line(number)
    came_to_nothing = line is not None and line.stage in {Stage.REFUSED, Stage.TROUBLE}
    if line is None or (came_to_nothing and line.asked_at == 0):
        step.put(Line(key=number, stage=Stage.LOOKED_UP, item=number))
        step.want(AskForItem(number))
    elif line.stage is Stage.REFUSED:
        try_again(step, line)


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
