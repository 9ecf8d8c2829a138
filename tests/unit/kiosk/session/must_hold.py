"""What must hold for every session between two events, whatever has happened."""

from kiosk.outbox.records import NO_TAG
from kiosk.session import events
from kiosk.session.clock import next_countdown, next_deadline
from kiosk.session.picture import chime_between, item_line, still_there
from kiosk.session.states import FINISHED, Idle, Line, Stage
from kiosk.views import FarewellView, LineState
from service.protocol.operations import CheckIn, CheckOut
from service.protocol.replies import Lent, Returned
from tests.unit.kiosk.session.surroundings import Surroundings, Try

SHOWN_AS_DONE = frozenset({LineState.DONE, LineState.DONE_TAG_OPEN})


def check(around: Surroundings) -> None:
    """All of it."""
    time_alone_does_all_at_once(around)
    for line in around.session.lines.values():
        a_line_is_what_its_try_is(around, line)
    a_visit_that_is_over_leaves_nothing(around)
    the_view_names_each_thing_once(around)


def time_alone_does_all_at_once(around: Surroundings) -> None:
    """A second Tick at the same time wants nothing, and the next one lies ahead."""
    around.hear(events.Tick())
    session, now = around.session, around.world.now
    assert around.hear(events.Tick()) == [], "time that does not pass wants more"
    assert around.session == session
    deadline = next_deadline(session)
    assert deadline is None or deadline > now, "woken without pause"
    countdown = next_countdown(session, now)
    assert countdown is None or now < countdown <= now + 1


def a_line_is_what_its_try_is(around: Surroundings, line: Line) -> None:
    """Asked, granted and done only with a try; done only when it was answered and proved."""
    if line.stage in {Stage.ASKED, Stage.GRANTED}:
        assert isinstance(try_of(around, line).act, CheckOut)
    if line.stage is Stage.SECURING:
        assert isinstance(try_of(around, line).act, CheckIn)
    if item_line(around.session, line).state in SHOWN_AS_DONE:
        assert line.stage in FINISHED
        is_answered(try_of(around, line), line)
        is_proved(around, line)


def is_answered(tried: Try, line: Line) -> None:
    if isinstance(tried.act, CheckOut):
        assert isinstance(tried.reply, Lent)
    else:
        assert isinstance(tried.reply, Returned) or line.kept_for_later


def is_proved(around: Surroundings, line: Line) -> None:
    ref = around.session.ref(line)
    for tag in line.tags:
        open_still = line.stage is Stage.DONE_TAG_OPEN and (ref, tag) in around.hopeless
        assert open_still or (ref, tag) in around.proved & around.noted, "done before its proof"
    if not line.tags and line.stage is Stage.DONE and isinstance(line.reply, Lent):
        assert (ref, NO_TAG) in around.noted


def try_of(around: Surroundings, line: Line) -> Try:
    tried = around.tries.get(around.session.ref(line))
    assert tried is not None, "under way without an operation"
    return tried


def a_visit_that_is_over_leaves_nothing(around: Surroundings) -> None:
    """No patron, no loans, no lines but tags just laid down; and every try of it was settled."""
    session = around.session
    over = isinstance(session.phase, Idle)
    if over:
        assert session.patron is None
        assert session.renewals == {}
        assert session.still_there_until is None
        assert all(line.stage is Stage.SEEN for line in session.lines.values())
    for ref, tried in around.tries.items():
        assert tried.settled or (ref.session == session.number and not over), "never settled"


def the_view_names_each_thing_once(around: Surroundings) -> None:
    """And it can be made, whatever has happened."""
    view = around.world.view()
    still_there(around.session, around.world.now)
    chime_between(around.shown, view)
    around.shown = view
    told = [getattr(view, "lines", ())]
    if isinstance(view, FarewellView):
        told = [(*view.lent, *view.returned), view.unfinished]
    for lines in told:
        keys = [getattr(line, "key", None) or line.item for line in lines]
        assert len(set(keys)) == len(keys)


def ends_by_itself(around: Surroundings) -> None:
    """When nobody does anything any more, time alone ends the visit and wipes the screen."""
    for _ in range(8):
        deadline = next_deadline(around.session)
        if deadline is None:
            break
        around.world.now = max(around.world.now, deadline)
        check(around)
    session = around.session
    assert isinstance(session.phase, Idle)
    assert (session.help_open, session.language) == (False, session.home_language)
