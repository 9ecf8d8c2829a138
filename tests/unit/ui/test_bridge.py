"""The bridge: the newest frame wins, drawn is told after the flip only, no sound is lost."""

from msgspec.structs import replace

from kiosk.intents import FrameDrawn, Intent
from kiosk.views import Chime, Frame
from tests.screen.moments import START, frame
from ui.bridge import Bridge


class Screen:
    """What a bridge talks to, written down."""

    def __init__(self) -> None:
        self.shown: list[int] = []
        self.heard: list[Chime] = []
        self.told: list[Intent] = []
        self.woken = 0
        self.bridge = Bridge(self.show, self.heard.append, self.told.append, self.wake)

    def show(self, given: Frame) -> None:
        """Show a frame."""
        self.shown.append(given.number)

    def wake(self) -> None:
        """Count the calls."""
        self.woken += 1


def test_frames_that_came_meanwhile_are_passed_over() -> None:
    screen = Screen()
    for number in (1, 2, 3):
        screen.bridge.publish(frame(START, "vi", number))
    screen.bridge.deliver()
    screen.bridge.flipped()
    assert screen.shown == [3]
    assert screen.told == [FrameDrawn(3)]


def test_drawn_is_not_told_before_the_flip() -> None:
    screen = Screen()
    screen.bridge.publish(frame(START, "vi", 7))
    screen.bridge.flipped()
    screen.bridge.deliver()
    assert screen.told == []
    screen.bridge.flipped()
    screen.bridge.flipped()
    assert screen.told == [FrameDrawn(7)]


def test_the_sound_of_a_frame_passed_over_is_heard() -> None:
    screen = Screen()
    first = replace(frame(START, "vi", 1), chime=Chime.DONE_TAG_OPEN)
    screen.bridge.publish(first)
    screen.bridge.publish(frame(START, "vi", 2))
    screen.bridge.deliver()
    assert screen.heard == [Chime.DONE_TAG_OPEN]


def test_an_empty_delivery_shows_nothing() -> None:
    screen = Screen()
    screen.bridge.deliver()
    screen.bridge.flipped()
    assert (screen.shown, screen.told) == ([], [])
