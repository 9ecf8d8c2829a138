"""At which rate, parity and frames does a reader answer? For technicians' tools only.

docs/protocols/readers.md, "FEIG frames". The likely settings come first; each is asked with [52],
which a reader answers only when it understood every byte.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import product
from typing import Literal

from drivers.deadline import Deadline
from drivers.errors import DeviceSilent, FrameDamaged
from drivers.feig_obid.commands import BAUD_DETECTION, SOFTWARE_VERSION, Request
from drivers.feig_obid.conversation import Conversation, LineSettings
from drivers.feig_obid.models import model_of
from drivers.frame_trace import FrameTrace
from drivers.port import Port, port_at
from drivers.serial_port import Parity
from drivers.tcp_port import SCHEME

Frames = Literal["standard", "advanced"]

BAUDS = (38_400, 115_200, 19_200, 9_600, 57_600, 230_400, 4_800)
PARITIES: tuple[Parity, ...] = ("even", "none", "odd")
FRAMES: tuple[Frames, ...] = ("standard", "advanced")
PATIENCE = 0.5


@dataclass(frozen=True, slots=True)
class LineFound:
    """Settings of the driver, and what answered there."""

    baud: int
    parity: Parity
    frames: Frames
    model: str


OpenPort = Callable[[str, int, Parity], Port]


def search_line(path: str, deadline: Deadline, make_port: OpenPort = port_at) -> LineFound | None:
    """The first settings that a reader answers at, or None when none did before the deadline.

    All settings take about 7 s. Raises PortMissing, PortBusy, WrongDevice or DeviceLost.
    """
    for line in _settings_to_try(path):
        if deadline.expired():
            return None
        found = _answering(line, make_port(line.path, line.baud, line.parity), deadline)
        if found is not None:
            return found
    return None


def _settings_to_try(path: str) -> Iterator[LineSettings]:
    lines = product(PARITIES, BAUDS)
    if path.startswith(SCHEME):
        lines = product(PARITIES[:1], BAUDS[:1])
    for (parity, baud), frames in product(lines, FRAMES):
        yield LineSettings(path=path, baud=baud, parity=parity, frames=frames, patience=PATIENCE)


def _answering(line: LineSettings, port: Port, deadline: Deadline) -> LineFound | None:
    port.open(deadline)
    try:
        conversation = Conversation(port, line, FrameTrace())
        conversation.restart()
        conversation.ask(Request(BAUD_DETECTION, {"zero": 0}), deadline)
        version = conversation.ask(Request(SOFTWARE_VERSION), deadline)
    except (DeviceSilent, FrameDamaged):
        return None
    finally:
        port.close()
    model = model_of(version.fields.get("software", 0)).name
    return LineFound(line.baud, line.parity, line.frames, model)
