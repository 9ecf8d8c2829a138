"""The receipt: on paper where a printer works, else as a file; it never holds up anything."""

import pytest

from kiosk import intents
from kiosk.session import events
from kiosk.session.effects import WriteReceipt
from kiosk.session.states import Idle, Policy, SelfCheck
from kiosk.views import FarewellView, Hindrance, ReceiptState
from tests.unit.kiosk.session.world import World


def at_the_farewell(*, printer: bool, hindrances: frozenset[Hindrance] = frozenset()) -> World:
    world = World(SelfCheck(policy=Policy(has_printer=printer)))
    world.hear(events.HindrancesChanged(hindrances))
    world.show_card()
    world.lend(1)
    world.hear(intents.Finish())
    return world


def farewell(world: World) -> FarewellView:
    view = world.view()
    assert isinstance(view, FarewellView)
    return view


@pytest.mark.parametrize(
    ("printer", "hindrances", "on_paper"),
    [
        (True, frozenset(), True),
        (False, frozenset(), False),
        (True, frozenset({Hindrance.PRINTER}), False),
    ],
)
def test_a_receipt_comes_where_it_can(
    printer: bool, hindrances: frozenset[Hindrance], on_paper: bool
) -> None:
    world = at_the_farewell(printer=printer, hindrances=hindrances)
    assert farewell(world).printer is on_paper
    world.hear(intents.TakeReceipt(), intents.TakeReceipt())
    assert world.every(WriteReceipt) == [WriteReceipt(on_paper)]
    wanted = ReceiptState.PRINTING if on_paper else ReceiptState.SAVED
    assert farewell(world).receipt_state is wanted


def test_a_printed_receipt_is_to_be_taken() -> None:
    world = at_the_farewell(printer=True)
    world.hear(intents.TakeReceipt(), events.ReceiptCame(world.session.number, printed=True))
    assert farewell(world).receipt_state is ReceiptState.PRINTED


def test_what_could_not_be_printed_stands_on_the_screen_with_time_to_read() -> None:
    world = at_the_farewell(printer=True)
    world.hear(intents.TakeReceipt())
    left = farewell(world).seconds_left
    world.hear(events.ReceiptCame(world.session.number, printed=False))
    view = farewell(world)
    assert view.receipt_state is ReceiptState.NOT_PRINTED
    assert view.receipt is not None
    assert view.seconds_left > left


def test_the_printer_tells_of_somebody_who_has_gone() -> None:
    world = at_the_farewell(printer=True)
    world.hear(intents.TakeReceipt())
    gone = world.session.number
    world.later(60)
    assert isinstance(world.session.phase, Idle)
    world.hear(events.ReceiptCame(gone, printed=False))
    assert isinstance(world.session.phase, Idle)
    world.hear(events.TagsRemoved(tuple(world.session.tags)))
    world.show_card()
    world.lend(2)
    world.hear(intents.Finish(), events.ReceiptCame(gone, printed=False))
    assert farewell(world).receipt_state is ReceiptState.NOT_WANTED
