"""What scanners and tags may say, and the session must not choke on."""

from dataclasses import replace

from kiosk.session import events
from kiosk.session.effects import AskForItem, AskForPatron, Submit
from kiosk.session.states import Policy
from tests.unit.kiosk.session.world import World


def test_a_scanned_code_too_long_for_any_message_never_becomes_one() -> None:
    """With a generous pattern, its row would be in the outbox for ever."""
    world = World()
    policy = Policy(card_pattern="C.*", item_pattern="T.*")
    world.session = replace(world.session, policy=policy)
    world.hear(events.CodeScanned("C" + "1" * 64), events.CodeScanned("T" + "1" * 64))
    for kind in (AskForPatron, AskForItem, Submit):
        assert world.every(kind) == []
    world.hear(events.CodeScanned("T" + "1" * 63))
    assert len(world.every(AskForItem)) == 1
