"""A station where nobody stands before a screen: it takes back and never lends."""

import pytest
from msgspec.structs import replace

from kiosk import intents
from kiosk.config import StationConfig, StationSection
from kiosk.recognition import TagKind, TagReading
from kiosk.session import effects, events
from kiosk.session.states import Policy
from kiosk.station import first_session
from service.protocol.operations import CheckIn
from tests.unit.kiosk.session.world import CARD, World, book, uid

A_CARD = TagReading(TagKind.PATRON_CARD, CARD)


@pytest.mark.parametrize(
    ("role", "lends"), [("kiosk", True), ("desk", True), ("gate", False), ("book-drop", False)]
)
def test_only_a_station_with_a_screen_lends(role: str, lends: bool) -> None:
    section = StationSection(name="s", role=role, library="l", state_folder="/var/lib/muontra")  # type: ignore[arg-type]
    assert first_session(StationConfig(station=section)).policy.lends is lends


def unattended() -> World:
    world = World()
    world.session = replace(world.session, policy=Policy(lends=False))
    return world


def test_a_book_with_its_readers_card_inside_is_not_lent_to_the_card() -> None:
    """The card is known long before a book-drop has asked for the return."""
    world = unattended()
    world.hear(events.TagsPlaced((uid(1), uid(9))))
    world.hear(events.TagRead(uid(9), A_CARD), events.TagRead(uid(1), book(1)))
    world.answer_card()
    assert world.every(effects.AskForPatron) == []
    assert world.submitted() == []
    world.hear(intents.ChooseReturn())
    assert [type(each.act) for each in world.submitted()] == [CheckIn]


def test_a_card_that_is_scanned_or_typed_where_nobody_may_borrow_says_nothing() -> None:
    world = unattended()
    world.hear(events.CodeScanned(CARD), intents.ChooseBorrow(), intents.ChooseAccount())
    world.hear(intents.ChooseTyping(), intents.NumberTyped(CARD))
    assert world.every(effects.AskForPatron) == []
