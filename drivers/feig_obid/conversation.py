"""One question, one answer on a FEIG line: which answer belongs to which question.

An answer names its command only, and all [B0] commands share one code, so a late answer could
be taken for another one (docs/protocols/readers.md, "Which answer belongs to which question").
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Literal

from msgspec import Meta, Struct

from drivers.dialogue import Dialogue
from drivers.feig_obid.commands import BAUD_DETECTION, SOFTWARE_VERSION, Request
from drivers.feig_obid.frames import ANY_READER, Frame, decode
from drivers.feig_obid.statuses import NO_TRANSPONDER, meaning
from drivers.field_layout import words
from drivers.frame_trace import FrameTrace
from drivers.framed_line import SILENCE, FramedLine
from drivers.port import Port
from drivers.serial_port import Parity
from drivers.verdicts import Verdict

PAUSE_BETWEEN_FRAMES = 0.005
"""Seconds after which the reader takes the next byte for the start of a frame."""

_UNMISTAKABLE = (SOFTWARE_VERSION, BAUD_DETECTION)
"""Nobody asks them but to learn where the line stands."""


@dataclass(frozen=True, slots=True)
class Answer:
    """`fields` are filled where the status is good; `detail` is what followed another status."""

    status: int
    fields: Mapping[str, Any]
    detail: bytes = b""


class LineSettings(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How a line is spoken on. `path` is a serial line, or `tcp://host:10001` of a reader with a
    network plug. `patience` multiplies all waits for answers: more for a line that goes through a
    slow network. Readers of the LR series may want `frames` to be advanced.
    """

    path: str
    baud: Annotated[int, Meta(gt=0)] = 38_400
    parity: Parity = "even"
    address: Annotated[int, Meta(ge=0, le=ANY_READER)] = ANY_READER
    frames: Literal["standard", "advanced"] = "standard"
    patience: Annotated[float, Meta(gt=0)] = 1.0


class Conversation(Dialogue[Request, Frame, Answer]):
    """Owner: the thread that opened `port`."""

    remedy = "check its power and cable, the rate and the parity"

    def __init__(self, port: Port, line: LineSettings, trace: FrameTrace) -> None:
        silence = SILENCE * line.patience
        framed = FramedLine[Frame](port, decode, trace, silence, PAUSE_BETWEEN_FRAMES)
        super().__init__(framed, line.patience, Request(SOFTWARE_VERSION))
        self._address = line.address
        self._advanced = line.frames == "advanced"

    def _is_unmistakable(self, request: Request) -> bool:
        return request.command in _UNMISTAKABLE

    def _frame_of(self, request: Request) -> Frame:
        return request.frame(self._address, advanced=self._advanced)

    def _in_words(self, request: Request, answer: Answer) -> str:
        return " ".join([request.command.name, meaning(answer.status)[1], *words(answer.fields)])

    def _answer_to(self, request: Request, frame: Frame) -> Answer | None:
        """Another reader on the bus answers nothing that was asked here."""
        meant = self._address in {ANY_READER, frame.address}
        return _answer_to(request, frame) if meant else None


def _answer_to(request: Request, frame: Frame) -> Answer | None:
    """What `frame` says to `request`, or None when it answers something else."""
    if frame.command != request.command.code or not frame.data:
        return None
    status, rest = frame.data[0], frame.data[1:]
    if meaning(status)[0] is not Verdict.GOOD:
        return None if status == NO_TRANSPONDER and rest else Answer(status, {}, rest)
    try:
        fields = request.command.answer.unpack(rest)
    except ValueError:
        return None
    return Answer(status, fields) if request.command.fits(request, fields) else None
