"""Codes out of a scanner's bytes, without I/O (docs/protocols/scanners.md, "Lines").

A code ends with CR or LF, or with TAB as well; with the setting `silence` it ends when nothing
more comes. Codes come in pieces and several at a time, with answers to commands between them.
"""

import re
from collections.abc import Sequence
from typing import Literal

from drivers.barcodes.heard import Answered, Dropped, Heard, Scanned, Verdict

CodeEnd = Literal["line", "tab", "silence"]

LONGEST = 4096
"""A QR code holds 2,953 bytes; more without an end is no code."""

_ENDS = {
    "line": bytes.maketrans(b"\r", b"\n"),
    "tab": bytes.maketrans(b"\r\t", b"\n\n"),
    "silence": bytes.maketrans(b"\r", b"\n"),
}
_VERDICTS = {b"\x06": Verdict.DONE, b"\x15": Verdict.REFUSED, b"\x05": Verdict.REFUSED}

OVERLONG = f"more than {LONGEST} bytes without an end are no code"
CUT = "the code was cut off before its end"
BEGUN_BEFORE = "its start was not heard"


class LineSplitter:
    """Codes as lines. `answer`: how an answer to a command looks, its only group the verdict."""

    def __init__(self, end: CodeEnd, answer: re.Pattern[bytes] | None = None) -> None:
        self._ends_in_silence = end == "silence"
        self._ends = _ENDS[end]
        self._answer = answer
        self._begun = b""
        self._dropping = ""

    @property
    def begun(self) -> bool:
        return bool(self._begun or self._dropping)

    def feed(self, data: bytes) -> Sequence[Heard]:
        answers, rest = self._without_answers(self._begun + data)
        *ended, begun = rest.translate(self._ends).split(b"\n")
        heard: list[Heard] = list(answers)
        if ended and self._dropping:
            heard.append(Dropped(ended.pop(0), self._dropping))
            self._dropping = ""
        heard += [_whole(raw) for raw in ended if raw]
        if len(begun) > LONGEST:
            self._dropping = OVERLONG
        self._begun = b"" if self._dropping else begun
        return heard

    def silence(self) -> Sequence[Heard]:
        begun, dropping = self._begun, self._dropping
        self._begun, self._dropping = b"", ""
        if dropping:
            return [Dropped(b"", dropping)]
        if not begun:
            return []
        return [_whole(begun) if self._ends_in_silence else Dropped(begun, CUT)]

    def drop_begun(self) -> None:
        if self._begun:
            self._begun, self._dropping = b"", BEGUN_BEFORE

    def _without_answers(self, data: bytes) -> tuple[Sequence[Answered], bytes]:
        if self._answer is None:
            return (), data
        answers = [Answered(_VERDICTS[found[1]], found[0]) for found in self._answer.finditer(data)]
        return answers, self._answer.sub(b"", data)


def _whole(raw: bytes) -> Scanned | Dropped:
    return Scanned(raw) if len(raw) <= LONGEST else Dropped(raw, OVERLONG)
