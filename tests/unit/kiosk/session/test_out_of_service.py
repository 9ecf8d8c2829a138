"""Out of service: what the screen does not offer is not begun by a book or a card either."""

import pytest
from msgspec.structs import replace

from kiosk import intents
from kiosk.recognition import TagKind, TagReading
from kiosk.session import events
from kiosk.session.states import CLOSED, Farewell, Idle, Policy, Returning
from kiosk.views import Hindrance, OutOfServiceView, StartView
from tests.unit.kiosk.session.world import CARD, World, book, returning, uid

OPEN = events.HindrancesChanged(frozenset())


def closed(world: World, *hindrances: Hindrance) -> World:
    world.hear(events.HindrancesChanged(frozenset(hindrances)))
    return world


@pytest.mark.parametrize("hindrance", sorted(CLOSED))
def test_nothing_begins_and_nothing_is_promised_while_the_station_is_closed(
    hindrance: Hindrance,
) -> None:
    """A return taken by a revoked station would be told to its reader and never booked."""
    world = closed(World(), hindrance)
    world.lay(1)
    world.hear(events.CodeScanned(CARD), events.CodeScanned("TK.00001"), intents.ChooseReturn())
    world.hear(events.TagsPlaced((uid(9),)))
    world.hear(events.TagRead(uid(9), TagReading(TagKind.PATRON_CARD, CARD)))
    assert isinstance(world.session.phase, Idle)
    assert isinstance(world.view(), OutOfServiceView)
    assert world.submitted() == []
    assert world.session.lines == {}


def test_a_book_laid_down_while_the_station_was_closed_can_be_returned_once_it_is_open() -> None:
    world = closed(World(), Hindrance.PROTOCOL)
    world.lay(1)
    world.hear(OPEN)
    assert isinstance(world.view(), StartView)
    world.hear(intents.ChooseReturn(), events.TagRead(uid(1), book(1)))
    assert len(world.submitted()) == 1


def test_a_visit_that_began_goes_on_and_no_other_follows_its_farewell() -> None:
    world = returning()
    world.lay(1)
    closed(world, Hindrance.REVOKED)
    assert isinstance(world.session.phase, Returning)
    world.book_in(*world.submitted())
    world.prove(*world.writes())
    world.hear(intents.Finish())
    world.lay(2)
    assert isinstance(world.session.phase, Farewell)
    world.later(13)
    assert isinstance(world.view(), OutOfServiceView)


@pytest.mark.parametrize(
    ("policy", "broken", "serves"),
    [
        (Policy(), (Hindrance.PAD,), True),
        (Policy(), (Hindrance.SCANNER,), True),
        (Policy(), (Hindrance.PAD, Hindrance.SCANNER), False),
        (Policy(has_scanner=False), (Hindrance.PAD,), False),
        (Policy(has_pad=False), (Hindrance.SCANNER,), False),
        (Policy(has_pad=False), (), True),
    ],
)
def test_a_station_that_can_see_no_item_is_out_of_service(
    policy: Policy, broken: tuple[Hindrance, ...], *, serves: bool
) -> None:
    world = World()
    world.session = replace(world.session, policy=policy)
    closed(world, *broken)
    assert isinstance(world.view(), StartView) is serves
