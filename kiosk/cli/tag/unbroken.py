"""A tag is not left half written because somebody presses Ctrl-C or the line to him breaks."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

from drivers.errors import DeviceLost, DeviceSilent, FrameDamaged, TagLeft
from kiosk.cli.at_hand import errors

ENDINGS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


@contextmanager
def unbroken() -> Iterator[None]:
    """What would end the command ends it afterwards: writing a tag takes a second or two."""
    asked: list[int] = []

    def remember(number: int, _frame: FrameType | None) -> None:
        asked.append(number)

    before = {number: signal.signal(number, remember) for number in ENDINGS}
    try:
        yield
    except (DeviceLost, DeviceSilent, FrameDamaged, TagLeft):
        errors.print(
            "This tag may carry no number now: write it again, or the book is lost to pads."
        )
        raise
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
    if asked:
        errors.print("Ended, after this tag was written and proved; nothing is half done.")
        signal.raise_signal(asked[0])
