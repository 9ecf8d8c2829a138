"""A step that could not be written has not happened: what stands is told, nothing new begins."""

from kiosk import intents
from kiosk.session import events
from kiosk.session.effects import Settle
from kiosk.session.states import Farewell, Idle
from kiosk.views import FarewellView, Hindrance, StartView
from tests.unit.kiosk.session.world import World, of_kind, returning


def test_what_was_lent_before_the_disk_was_full_is_told_and_the_rest_is_settled() -> None:
    world = World()
    world.show_card()
    world.lend(1)
    world.lay(2)
    wanted = world.hear(events.StoreRefused())
    assert of_kind(wanted, Settle) == [Settle((world.submitted()[1].ref,))]
    view = world.view()
    assert isinstance(view, FarewellView)
    assert [line.accession for line in view.lent] == ["TK.00001"]
    assert [line.accession for line in view.unfinished] == ["TK.00002"]


def test_a_farewell_is_not_cut_short_by_a_mark_that_finds_no_room() -> None:
    world = returning()
    world.lay(1)
    world.book_in(*world.submitted())
    world.prove(*world.writes())
    world.hear(intents.Finish(), events.StoreRefused())
    assert isinstance(world.session.phase, Farewell)


def test_an_idle_kiosk_says_that_it_lends_nothing_and_takes_returns() -> None:
    world = World()
    world.hear(events.StoreRefused())
    assert isinstance(world.session.phase, Idle)
    view = world.view()
    assert isinstance(view, StartView)
    assert (view.may_borrow, view.may_return) == (False, True)
    world.hear(events.HindrancesChanged(frozenset()))
    view = world.view()
    assert isinstance(view, StartView)
    assert view.may_borrow


def test_a_visit_in_which_nothing_was_done_ends_at_once() -> None:
    world = World()
    world.show_card()
    world.lay(1)
    world.hear(events.StoreRefused())
    assert isinstance(world.session.phase, Idle)
    assert Hindrance.DISK in world.session.hindrances
    assert world.session.lines == {}
