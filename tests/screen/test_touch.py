"""Every button of every screen, touched by real X events, yields its intent."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from kiosk.intents import FrameDrawn
from tests.screen import moments
from tests.screen.kiosk_process import KioskProcess, open_kiosk
from tests.unit.ui.rulers import FontRuler
from tests.waiting import eventually
from ui.presenter.present import present
from ui.screens.compose import compose
from ui.screens.local import Local
from ui.screens.pen import Pen
from ui.screens.scene import LocalAct, LocalKind, Target
from ui.touches import SETTLE_SECONDS

TOUCHED = ("start", "who", "borrow-ten", "return", "account", "farewell", "help", "still-there")


@pytest.fixture(scope="module")
def kiosk(display: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[KioskProcess]:
    opened = open_kiosk(display, tmp_path_factory.mktemp("kiosk"))
    yield opened
    opened.end()


def targets(kiosk: KioskProcess, name: str) -> list[Target]:
    sheet = present(moments.moments("vi")[name], moments.LIBRARY, moments.NOW)
    scene = compose(Pen(kiosk.page, FontRuler()), sheet, Local())
    return [part for group in scene for part in group.parts if isinstance(part, Target)]


def settled(kiosk: KioskProcess, name: str) -> None:
    """Show a screen and wait until it takes touches."""
    kiosk.show("out-of-service")
    kiosk.show(name)
    eventually(Pause(SETTLE_SECONDS + 0.1), 5, "settled screen")


class Pause:
    """True when so much time has passed."""

    def __init__(self, seconds: float) -> None:
        from time import monotonic

        self._clock, self._until = monotonic, monotonic() + seconds

    def __call__(self) -> bool:
        return self._clock() >= self._until


@pytest.mark.parametrize("name", TOUCHED)
def test_each_button_yields_its_intent(kiosk: KioskProcess, name: str) -> None:
    settled(kiosk, name)
    for target in targets(kiosk, name):
        before = len(kiosk.told)
        kiosk.touch(target.box)
        wanted = "Touched" if isinstance(target.act, LocalAct) else type(target.act).__name__
        told = kiosk.wait_for(wanted, before)
        for field in getattr(target.act, "__slots__", ()):
            if not isinstance(target.act, LocalAct):
                assert told[field] == getattr(target.act, field)


def test_digits_are_typed_and_sent_once(kiosk: KioskProcess) -> None:
    settled(kiosk, "who-number")
    keys = {target.act: target for target in targets(kiosk, "who-number")}
    before = len(kiosk.told)
    for digit in "04271936":
        kiosk.touch(keys[LocalAct(LocalKind.TYPE, digit)].box)
    kiosk.touch(keys[LocalAct(LocalKind.CONFIRM)].box)
    assert kiosk.wait_for("NumberTyped", before)["number"] == "04271936"
    assert [t.get("name") for t in kiosk.told[before:]].count("NumberTyped") == 1


def test_a_touch_beside_every_button_is_a_sign_of_life(kiosk: KioskProcess) -> None:
    settled(kiosk, "borrow")
    before = len(kiosk.told)
    kiosk.x("mousemove", "640", "790", "click", "1")
    kiosk.wait_for("Touched", before)


def test_other_mouse_buttons_do_nothing(kiosk: KioskProcess) -> None:
    settled(kiosk, "start")
    before = len(kiosk.told)
    tile = targets(kiosk, "start")[0].box
    x, y = kiosk.page.px(tile.x + 5), kiosk.page.px(tile.y + 5)
    for button in ("3", "2", "4", "5"):
        kiosk.x("mousemove", str(x), str(y), "click", button)
    kiosk.x("click", "1")
    kiosk.wait_for("ChooseBorrow", before)
    names = [told.get("name") for told in kiosk.told[before:] if told["event"] == "intent"]
    assert [name for name in names if name != FrameDrawn.__name__] == ["ChooseBorrow"]


def test_the_second_tap_of_a_double_tap_does_not_reach_the_next_screen(
    kiosk: KioskProcess, tmp_path: Path
) -> None:
    settled(kiosk, "borrow-ten")
    done = targets(kiosk, "farewell")[-1].box
    before = len(kiosk.told)
    kiosk.show("farewell")
    kiosk.touch(done)
    settled(kiosk, "farewell")
    assert "Finish" not in [told.get("name") for told in kiosk.told[before:]]
    kiosk.touch(done)
    kiosk.wait_for("Finish", before)


def test_a_language_is_taken_at_once(kiosk: KioskProcess) -> None:
    settled(kiosk, "start")
    english = next(
        target
        for target in targets(kiosk, "start")
        if type(target.act).__name__ == "ChooseLanguage" and target.act.language == "en"  # type: ignore[union-attr]
    )
    frames = len(kiosk.drawn)
    kiosk.touch(english.box)
    eventually(lambda: len(kiosk.drawn) > frames, 10, "English start screen")
    kiosk.touch(targets(kiosk, "start")[-3].box)
