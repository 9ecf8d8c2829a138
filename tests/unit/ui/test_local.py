"""Typing stays on the screen until it is confirmed, and is wiped then."""

from kiosk.intents import Intent, NumberTyped, PinTyped
from tests.screen import moments
from ui.presenter.present import present
from ui.presenter.sheet import Sheet
from ui.screens.local import Local, after
from ui.screens.scene import LocalAct, LocalKind


def sheet_of(name: str) -> Sheet:
    return present(moments.moments("vi")[name], moments.LIBRARY, moments.NOW)


def type_all(digits: str, name: str) -> Local:
    local = Local()
    for digit in digits:
        local, _ = after(local, LocalAct(LocalKind.TYPE, digit), sheet_of(name))
    return local


def confirm(local: Local, name: str) -> tuple[Local, Intent | None]:
    return after(local, LocalAct(LocalKind.CONFIRM), sheet_of(name))


def test_a_number_is_sent_once_and_forgotten() -> None:
    assert confirm(type_all("04271936", "who-number"), "who-number") == (
        Local(),
        NumberTyped("04271936"),
    )


def test_a_pin_is_sent_once_and_forgotten() -> None:
    assert confirm(type_all("2580", "who-pin"), "who-pin") == (Local(), PinTyped("2580"))


def test_nothing_typed_confirms_nothing() -> None:
    assert confirm(Local(), "who-number") == (Local(), None)


def test_erasing_and_clearing() -> None:
    local = type_all("123", "who-number")
    shorter, _ = after(local, LocalAct(LocalKind.ERASE), sheet_of("who-number"))
    empty, _ = after(local, LocalAct(LocalKind.CLEAR), sheet_of("who-number"))
    assert (shorter.typed, empty.typed) == ("12", "")


def test_an_endless_number_is_stopped() -> None:
    assert len(type_all("1" * 99, "who-number").typed) == 16


def test_a_closed_keypad_takes_nothing() -> None:
    assert type_all("1234", "who-wait").typed == ""


def test_digits_never_show_in_a_representation() -> None:
    assert "2580" not in repr(type_all("2580", "who-pin"))
    assert "2" not in repr(LocalAct(LocalKind.TYPE, "2"))


def test_pages_do_not_go_before_the_first() -> None:
    local, intent = after(Local(), LocalAct(LocalKind.PAGE_UP), sheet_of("borrow-ten"))
    assert (local.page, intent) == (0, None)
