"""The window: quiet when idle, deaf to keys, honest about what was drawn, ended by signals."""

import signal
from datetime import UTC, datetime
from pathlib import Path

from tests.screen.kiosk_process import open_kiosk
from tests.screen.test_touch import Pause
from tests.waiting import eventually

IDLE_SECONDS = 5.0
KEYS = ("Escape", "F1", "F11", "F12", "alt+F4", "ctrl+c", "ctrl+q", "Return", "0", "4", "2")


def test_an_idle_screen_draws_nothing(display: str, tmp_path: Path) -> None:
    kiosk = open_kiosk(display, tmp_path)
    eventually(Pause(2.0), 5, "settled window")
    away_from_the_minute()
    before = kiosk.flips
    eventually(Pause(IDLE_SECONDS), IDLE_SECONDS + 2, "idle time")
    assert kiosk.flips == before
    kiosk.end()


def away_from_the_minute() -> None:
    """The clock's next minute is a change; wait until it is far enough, and the last one drawn."""
    eventually(
        lambda: 1 <= datetime.now(UTC).second < 59 - IDLE_SECONDS, IDLE_SECONDS + 5, "quiet part"
    )


def test_keys_of_a_scanner_reach_nothing(display: str, tmp_path: Path) -> None:
    kiosk = open_kiosk(display, tmp_path)
    before = len(kiosk.told)
    for key in KEYS:
        kiosk.x("key", key)
    kiosk.show("borrow")
    names = {told.get("name") for told in kiosk.told[before:]} - {None}
    assert kiosk.process.poll() is None
    assert names == {"FrameDrawn"}
    kiosk.end()


def test_drawn_is_told_after_its_flip(display: str, tmp_path: Path) -> None:
    kiosk = open_kiosk(display, tmp_path)
    for name in ("borrow", "help", "farewell"):
        before = len(kiosk.told)
        kiosk.show(name)
        events = [told["event"] for told in kiosk.told[before:]]
        assert events.index("flip") < events.index("intent")
    kiosk.end()


def test_the_station_starts_after_the_first_picture(display: str, tmp_path: Path) -> None:
    kiosk = open_kiosk(display, tmp_path)
    events = [told["event"] for told in kiosk.told]
    assert events.index("flip") < events.index("started")
    kiosk.end()


def test_a_frame_that_looks_the_same_is_still_told_as_drawn(display: str, tmp_path: Path) -> None:
    kiosk = open_kiosk(display, tmp_path)
    kiosk.show("borrow")
    kiosk.show("borrow")
    assert kiosk.drawn == [1, 2, 3]
    kiosk.end()


def test_a_signal_ends_it_in_order(display: str, tmp_path: Path) -> None:
    for number in (signal.SIGTERM, signal.SIGINT):
        kiosk = open_kiosk(display, tmp_path)
        kiosk.process.send_signal(number)
        code, complaint = kiosk.finish()
        assert (code, complaint) == (0, "")
        assert kiosk.told[-1]["event"] == "stopped"


def test_garbage_left_off_for_the_start_is_collected_ever_after(
    display: str, tmp_path: Path
) -> None:
    kiosk = open_kiosk(display, tmp_path)
    kiosk.end()
    assert kiosk.told[-1] == {"event": "stopped", "collects": True}


def test_a_station_that_fails_ends_the_program_with_its_reason(
    display: str, tmp_path: Path
) -> None:
    kiosk = open_kiosk(display, tmp_path)
    kiosk.say("! the disk is gone")
    code, complaint = kiosk.finish()
    assert code != 0
    assert "the disk is gone" in complaint
