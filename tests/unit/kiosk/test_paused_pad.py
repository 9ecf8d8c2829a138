"""A technician takes the pad while a patron's book lies on it: line, journal and tag stay true."""

from collections.abc import Iterator

import pytest

from kiosk import intents
from kiosk.device_news import DeviceDown, DeviceUp
from kiosk.local.protocol import Answer, AskTags, Done, PadTags, Pause, Trouble
from kiosk.local.server import LocalAsk
from kiosk.outbox.records import JournalState
from kiosk.pad_orders import AfiRead, ReadAfi
from kiosk.session.events import WriteFailure
from kiosk.views import BorrowView, LineState
from service.protocol.operations import CancelCheckOut, ReportTag
from tests.unit.kiosk.operations import LENT, TAG
from tests.unit.kiosk.stepped_station import SteppedStation, stepped_station


@pytest.fixture
def granted() -> Iterator[SteppedStation]:
    """The release of a tag is under way."""
    with stepped_station() as station:
        station.connect()
        station.show_card()
        station.lay()
        station.answer(station.sent()[0], LENT)
        assert len(station.writes()) == 1
        yield station


def asked(station: SteppedStation, request: Pause | AskTags) -> list[Answer]:
    answers: list[Answer] = []
    station.step(LocalAsk(request, "a technician", answers.append))
    return answers


def taken(station: SteppedStation) -> None:
    """What the supervisor does: the order has failed, the pad is down."""
    assert asked(station, Pause(device="pad")) == [Done()]
    lost = station.written(WriteFailure.PAD_LOST)
    station.step(lost, DeviceDown("pad", "pad", "Paused", "a technician uses the device"))
    station.step(station.written(WriteFailure.PAD_LOST))  # ordered again before the pad was down


def given_back(station: SteppedStation) -> None:
    station.step(DeviceUp("pad", "pad"))
    station._look()
    station.step(station.read())


def line_state(station: SteppedStation) -> LineState:
    assert isinstance(station.view, BorrowView)
    return station.view.lines[0].state


def journal(station: SteppedStation) -> list[JournalState]:
    return [row.state for row in station.store.journal()]


def test_a_write_cut_short_by_a_pause_is_looked_at_before_it_is_tried_again(
    granted: SteppedStation,
) -> None:
    taken(granted)
    assert line_state(granted) is LineState.PUT_BACK
    assert journal(granted) == [JournalState.WRITING]
    before = len(granted.writes())
    given_back(granted)
    (again,) = granted.writes()[before:]
    assert again.check_first
    granted.step(granted.written())
    assert line_state(granted) is LineState.DONE
    assert journal(granted) == [JournalState.PROVED]


def test_a_patron_who_leaves_while_the_pad_is_paused_leaves_a_line_for_staff(
    granted: SteppedStation,
) -> None:
    """Nobody knows whether the frame took effect: the loan stands, and is listed."""
    taken(granted)
    granted.step(intents.Leave())
    granted.later(20)
    acts = granted.acts()
    assert not any(isinstance(act, CancelCheckOut) for act in acts)
    assert [act.finding for act in acts if isinstance(act, ReportTag)] == ["unproved"]


def test_a_device_that_nobody_knows_is_refused_by_name(granted: SteppedStation) -> None:
    (answer,) = asked(granted, Pause(device="pda"))
    assert isinstance(answer, Trouble)
    assert "no device pda" in answer.reason


def test_a_look_at_the_pad_that_the_disk_has_swallowed_is_made_again_with_the_next(
    granted: SteppedStation,
) -> None:
    """The orders of a step that could not be written were never given."""
    granted.store.full = 1
    answers: list[Answer] = []
    granted.step(granted.written(), LocalAsk(AskTags(), "one", answers.append))
    assert answers == []
    later: list[Answer] = []
    granted.step(LocalAsk(AskTags(), "another", later.append))
    assert ReadAfi(TAG) in granted.orders
    granted.step(AfiRead(TAG, 0x07))
    assert isinstance(later[0], PadTags)
    assert answers == later
