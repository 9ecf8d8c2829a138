"""The one way from a frame to a sheet."""

from datetime import datetime

from msgspec.structs import replace

from kiosk.views import (
    AccountView,
    BorrowView,
    FarewellView,
    Frame,
    HelpView,
    OutOfServiceView,
    ReturnView,
    StartView,
    View,
    WhoView,
)
from ui.presenter.account import account
from ui.presenter.catalogue import Catalogue, catalogue, vi
from ui.presenter.dates import clock_time, long_date
from ui.presenter.farewell import farewell
from ui.presenter.lending import borrow
from ui.presenter.notices import opening, out_of_service, reader_help
from ui.presenter.returning import give_back
from ui.presenter.sheet import Header, Sheet
from ui.presenter.start import start
from ui.presenter.still_there import still_there
from ui.presenter.who import who


def present(frame: Frame, library: str, now: datetime) -> Sheet:
    """What the screen says for this frame at this minute."""
    words = catalogue(frame.language)
    return _sheet(words, _header(words, frame, library, now), frame, now)


def present_opening(language: str, library: str, now: datetime) -> Sheet:
    """What the screen says before the first frame comes."""
    words = catalogue(language)
    return opening(words, Header(library, long_date(words, now.date()), clock_time(now)))


def _header(words: Catalogue, frame: Frame, library: str, now: datetime) -> Header:
    name = getattr(frame.view, "short_name", None)
    return Header(
        library=library,
        date=long_date(words, now.date()),
        time=clock_time(now),
        person=(name,) if name else (),
        offline=() if frame.online else words.say(vi("Đang mất mạng|Mất mạng")),
    )


def _sheet(words: Catalogue, header: Header, frame: Frame, now: datetime) -> Sheet:
    sheet = _screen(words, header, frame.view, now)
    if frame.still_there is None:
        return sheet
    lending = not isinstance(frame.view, ReturnView)
    return replace(sheet, overlay=still_there(words, frame.still_there, lending=lending))


def _screen(words: Catalogue, header: Header, view: View, now: datetime) -> Sheet:
    match view:
        case StartView():
            return start(words, header, view)
        case WhoView():
            return who(words, header, view)
        case BorrowView():
            return borrow(words, header, view)
        case ReturnView():
            return give_back(words, header, view)
        case AccountView():
            return account(words, header, view, now.date())
        case FarewellView():
            return farewell(words, header, view)
        case OutOfServiceView():
            return out_of_service(words, header, view)
        case HelpView():
            return reader_help(words, header, view)
