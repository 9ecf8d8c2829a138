"""Sheets: one next step, the right person and state in the header, nothing offered in vain."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from kiosk.intents import AskHelp, ChooseReturn, Finish, Leave, RenewAll, RenewOne, StayHere
from kiosk.views import (
    BorrowView,
    FarewellView,
    Frame,
    Hindrance,
    ItemLine,
    LineState,
    PadPicture,
    RefusalCode,
    StartView,
    StillThere,
    Trouble,
)
from tests.screen import moments
from ui.presenter.present import present, present_opening
from ui.presenter.sheet import (
    AccountBody,
    Button,
    FarewellBody,
    KeypadBody,
    Look,
    Sheet,
    StackBody,
    StartBody,
    WhoBody,
)

NAMES = sorted(moments.moments("vi"))


def sheet_of(name: str, language: str = "vi") -> Sheet:
    return present(moments.moments(language)[name], moments.LIBRARY, moments.NOW)


def buttons_of(sheet: Sheet) -> list[Button]:
    if sheet.overlay is not None:
        return [sheet.overlay.leave, sheet.overlay.stay]
    buttons = [*sheet.ways_out, *sheet.ways_on]
    match sheet.body:
        case StartBody(tiles=tiles):
            buttons += tiles
        case WhoBody(ways=ways):
            buttons += [way for way in ways if isinstance(way, Button)]
        case AccountBody(rows=rows):
            buttons += [row.renew for row in rows if row.renew is not None]
        case FarewellBody(choices=choices):
            buttons += choices
        case _:
            pass
    return buttons


@pytest.mark.parametrize("language", ["vi", "en"])
@pytest.mark.parametrize("name", NAMES)
def test_at_most_one_next_step(name: str, language: str) -> None:
    sheet = sheet_of(name, language)
    loud = [button for button in buttons_of(sheet) if button.look is Look.NEXT]
    rows = sheet.body.rows if isinstance(sheet.body, StackBody) and not sheet.overlay else ()
    assert len(loud) + sum(row.is_next for row in rows) <= 1


@pytest.mark.parametrize("name", NAMES)
def test_help_can_be_asked_for_everywhere(name: str) -> None:
    sheet = sheet_of(name)
    without = (FarewellBody,)
    if sheet.overlay is None and name != "help" and not isinstance(sheet.body, without):
        assert AskHelp() in [button.intent for button in buttons_of(sheet)]


def test_done_waits_until_nothing_is_under_way() -> None:
    busy = sheet_of("borrow").ways_on[0]
    ready = sheet_of("borrow-ten").ways_on[0]
    assert (busy.intent, busy.look) == (Finish(), Look.QUIET)
    assert (ready.intent, ready.look) == (Finish(), Look.NEXT)


def test_what_does_not_work_is_not_offered() -> None:
    sheet = sheet_of("start-returns-only")
    assert isinstance(sheet.body, StartBody)
    assert [tile.intent for tile in sheet.body.tiles] == [ChooseReturn()]
    assert sheet.body.notice


def test_out_of_everything_still_says_what_to_do() -> None:
    view = StartView(
        may_borrow=False, may_return=False, may_see_account=False, hindrances=(Hindrance.DISK,)
    )
    sheet = present(moments.frame(view, "vi"), "Thư viện", moments.NOW)
    assert isinstance(sheet.body, StartBody)
    assert "quầy" in sheet.body.notice[0]


def test_the_header_names_the_patron_shortly_and_the_missing_link() -> None:
    header = sheet_of("borrow-offline").header
    assert header.person == (moments.NAME,)
    assert header.offline
    assert header.time == "09:24"
    assert header.date[0] == "Thứ Tư, 18/11/2026"


def test_english_dates_name_the_month() -> None:
    assert sheet_of("borrow", "en").header.date[0] == "Wednesday, 18 Nov 2026"


def test_books_laid_down_without_a_card_may_be_returned() -> None:
    assert [button.intent for button in sheet_of("who").ways_on] == [ChooseReturn()]
    assert sheet_of("who-account").ways_on == ()


def test_a_pin_is_shorter_than_a_number_and_masked_by_kind() -> None:
    pin, number = sheet_of("who-pin").body, sheet_of("who-number").body
    assert isinstance(pin, KeypadBody)
    assert isinstance(number, KeypadBody)
    assert pin.longest < number.longest
    assert pin.typing != number.typing


def test_renewing_is_offered_once_for_all_and_for_each() -> None:
    intents = [button.intent for button in buttons_of(sheet_of("account"))]
    assert RenewAll() in intents
    assert intents.count(RenewOne("VV.00000")) == 1
    assert RenewOne("VV.00002") not in intents  # cannot be renewed


def test_nothing_to_renew_leaves_done_as_the_next_step() -> None:
    assert [button.intent for button in sheet_of("account-empty").ways_on] == [Finish()]


def test_still_there_names_what_lies_unfinished() -> None:
    overlay = sheet_of("still-there").overlay
    assert overlay is not None
    assert [row.key for row in overlay.unfinished] == ["c", "d"]
    assert (overlay.leave.intent, overlay.stay.intent) == (Leave(), StayHere())


def test_a_missing_part_is_dashed_and_a_lifted_book_floats() -> None:
    body = sheet_of("borrow").body
    assert isinstance(body, StackBody)
    assert [spine.lies.value for spine in body.pad.spines] == [
        "on-pad", "on-pad", "on-pad", "on-pad", "missing", "on-pad", "lifted",
    ]  # fmt: skip
    assert body.pad.count == 5


def test_returned_books_are_sorted_into_baskets_at_the_end() -> None:
    body = sheet_of("return").body
    assert isinstance(body, StackBody)
    assert [len(pile.covers) for pile in body.piles] == [2, 1, 1, 1]


def test_books_left_on_the_pad_go_home_or_into_the_basket() -> None:
    lent = FarewellView((moments.DONE,), (), (), None, None, 9, books_on_pad=1)
    returned = FarewellView((), (moments.DONE,), (), None, None, 9, books_on_pad=1)
    reminders = [
        body.reminder[0]
        for view in (lent, returned)
        if isinstance(
            body := present(moments.frame(view, "vi"), "L", moments.NOW).body, FarewellBody
        )
    ]
    assert ["lấy" in reminders[0], "giỏ" in reminders[1]] == [True, True]


def test_one_foreign_thing_is_asked_to_be_taken_away() -> None:
    line = ItemLine("x", LineState.TROUBLE, trouble=Trouble.FOREIGN_LIBRARY, on_pad=True)
    view = BorrowView("A", PadPicture(("x",)), (line,), "x", 0, busy=False)
    assert "khay" in present(moments.frame(view, "vi"), "L", moments.NOW).sentence[0]


def test_the_opening_screen_needs_no_frame() -> None:
    assert present_opening("en", "Library", moments.NOW).sentence


lines = st.builds(
    ItemLine,
    key=st.text(max_size=4),
    state=st.sampled_from(LineState),
    accession=st.none() | st.text(max_size=12),
    title=st.none() | st.text(max_size=200),
    due=st.none() | st.dates(),
    already_yours=st.booleans(),
    refusal=st.none() | st.sampled_from(RefusalCode),
    trouble=st.none() | st.sampled_from(Trouble),
    parts=st.integers(1, 12),
    parts_seen=st.lists(st.integers(1, 12), unique=True).map(tuple),
    parts_missing=st.lists(st.integers(1, 12), unique=True).map(tuple),
    on_pad=st.booleans(),
)


@given(
    stack=st.lists(lines, max_size=12, unique_by=lambda line: line.key),
    language=st.sampled_from(["vi", "en", "zz"]),
    busy=st.booleans(),
    asked=st.booleans(),
    data=st.data(),
)
def test_any_stack_can_be_said(
    stack: list[ItemLine], language: str, *, busy: bool, asked: bool, data: st.DataObject
) -> None:
    keys = tuple(line.key for line in stack)
    next_key = data.draw(st.none() | st.sampled_from(keys)) if keys else None
    view = BorrowView("V. A.", PadPicture(keys), tuple(stack), next_key, 0, busy=busy)
    frame = Frame(1, view, online=True, language=language)
    if asked:
        frame = replace(frame, still_there=StillThere(9, tuple(stack)))
    sheet = present(frame, "Thư viện", moments.NOW)
    assert isinstance(sheet.body, StackBody)
    assert len(sheet.body.rows) == len(stack)
    assert sum(row.is_next for row in sheet.body.rows) <= 1


def test_today_decides_what_is_due_soon() -> None:
    frame = moments.moments("vi")["account"]
    early = moments.NOW.replace(month=10)
    said = [present(frame, "L", now).body for now in (moments.NOW, early)]
    tones = [body.rows[0].tone for body in said if isinstance(body, AccountBody)]
    assert tones == ["warn", "ink_soft"]
    assert date(2026, 11, 19) > moments.NOW.date()
