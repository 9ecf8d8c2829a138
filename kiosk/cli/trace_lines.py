"""The lines of a running station's devices, as its local socket tells of them."""

from collections.abc import Iterator, Sequence
from time import monotonic
from typing import Annotated

import typer

from kiosk.cli.at_hand import give_up
from kiosk.config import DeviceSection, StationConfig
from kiosk.local.client import StationClient
from kiosk.local.protocol import AskFrames, Frame, Frames, FrameTold

LOOK_SECONDS = 0.25

DeviceArgument = Annotated[
    str | None, typer.Argument(help="The device's name, or its kind.", show_default=False)
]


def section_named(config: StationConfig, device: str | None) -> DeviceSection:
    """The device of this name or kind, or the only one; ends the command when there is none."""
    only = device is None and len(config.device) == 1
    fitting = (one for one in config.device if only or device in {one.called, one.kind})
    section = next(fitting, None)
    if section is None:
        known = ", ".join(one.called for one in config.device) or "none"
        give_up(f"Say which device: {known}.")
    return section


def frames_of(client: StationClient, device: str) -> Sequence[Frame]:
    """The last frames of a line, as the station kept them."""
    answer = client.ask(AskFrames(device=device))
    return answer.frames if isinstance(answer, Frames) else ()


def frames_told(client: StationClient, seconds: float | None) -> Iterator[FrameTold]:
    """What the lines tell, for so long; None: for ever."""
    ends = None if seconds is None else monotonic() + seconds
    while ends is None or monotonic() < ends:
        event = client.next_event(LOOK_SECONDS)
        if isinstance(event, FrameTold):
            yield event
