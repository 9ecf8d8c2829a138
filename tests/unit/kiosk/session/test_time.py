"""What time alone does: nobody is forgotten on the screen, and nobody is kept awake in vain."""

from kiosk import intents
from kiosk.session import events
from kiosk.session.clock import next_deadline
from kiosk.session.states import Farewell, Idle
from kiosk.views import HelpView, StartView
from service.protocol.refusals import RefusalCode
from service.protocol.replies import Refused
from tests.unit.kiosk.session.world import World, lent


def wakes_later(world: World) -> bool:
    """After a Tick the session sleeps until a time that is still to come."""
    world.hear(events.Tick())
    deadline = next_deadline(world.session)
    return deadline is None or deadline > world.now


def test_leaving_while_a_grant_waits_for_its_stack_keeps_nobody_awake() -> None:
    world = World()
    world.show_card()
    world.lay(1, 2, 3)
    first, second, _ = world.submitted()
    world.hear(events.Answered(first.ref, Refused(RefusalCode.HELD_FOR_ANOTHER)))
    world.hear(events.Answered(second.ref, lent("TK.00002")), intents.Leave())
    assert isinstance(world.session.phase, Farewell)
    world.later(1)
    assert wakes_later(world)


def test_help_that_nobody_closes_closes_itself() -> None:
    world = World()
    world.hear(intents.AskHelp())
    assert isinstance(world.view(), HelpView)
    assert next_deadline(world.session) == world.now + 60
    world.later(60)
    assert isinstance(world.view(), StartView)
    assert wakes_later(world)


def test_language_of_somebody_who_went_away_is_not_the_next_readers() -> None:
    world = World()
    world.hear(intents.ChooseLanguage("en"))
    world.later(59)
    assert world.session.language == "en"
    world.later(1)
    assert world.session.language == "vi"
    assert next_deadline(world.session) is None


def test_a_language_chosen_before_the_visit_lasts_until_its_end() -> None:
    world = World()
    world.hear(intents.ChooseLanguage("en"))
    world.show_card()
    assert world.session.language == "en"
    world.hear(intents.Leave())
    assert world.session.language == "vi"


def test_a_book_laid_down_while_help_stands_on_the_start_screen_moves_on() -> None:
    world = World()
    world.hear(intents.AskHelp())
    world.lay(1)
    assert not isinstance(world.view(), HelpView)


def test_a_pad_that_never_reports_a_write_does_not_keep_a_patron_on_the_screen() -> None:
    world = World()
    world.show_card()
    world.lay(1)
    world.grant(*world.submitted())
    assert world.writes()
    world.later(60)
    assert world.session.still_there_until is not None
    world.later(20)
    assert isinstance(world.session.phase, Idle)
    assert world.session.patron is None


def test_a_write_reported_while_the_question_stands_answers_it() -> None:
    world = World()
    world.show_card()
    world.lay(1)
    world.grant(*world.submitted())
    world.later(60)
    world.prove(*world.writes())
    assert world.session.still_there_until is None
