"""The device's side of a saved trace: it answers each recorded question as it was answered then.

It knows nothing of the protocol. A question that was never recorded gets no answer, and is kept.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from drivers.frame_trace import Direction
from drivers.frame_trace_file import SavedFrame
from drivers.simulators.device import Act, Say

PIECES_APART = 0.05
"""Seconds of silence after which bytes are no longer one question."""


@dataclass(frozen=True, slots=True)
class Exchange:
    """A question, and what came over the line before the next one."""

    question: bytes
    sentence: str
    answers: tuple[bytes, ...]


@dataclass(frozen=True, slots=True)
class Otherwise:
    """What was asked, and what had been asked at this place then (None: nothing more)."""

    asked: bytes
    recorded: Exchange | None


class ReplayedDevice:
    """Owner: the thread of its host; what it noted may be read once that has ended."""

    character_seconds = 0.0

    def __init__(self, frames: Iterable[SavedFrame]) -> None:
        self.exchanges = tuple(exchanges_of(frames))
        self.asked: set[int] = set()
        self.otherwise: list[Otherwise] = []
        self._next = 0
        self._began_again = False
        self._buffer = b""
        self._strange = False
        self._heard_at = 0.0

    @property
    def used_up(self) -> bool:
        """Whether the last question of the trace was asked, or an earlier one anew."""
        return self._began_again or self._next >= len(self.exchanges)

    @property
    def left_out(self) -> set[bytes]:
        """Questions of the trace that were not asked, at no place."""
        asked = {self.exchanges[place].question for place in self.asked}
        return {each.question for each in self.exchanges} - asked

    def receive(self, data: bytes, at: float) -> Sequence[Act]:
        """The answers that belong to the questions in `data`."""
        if at - self._heard_at > PIECES_APART:
            self._buffer, self._strange = b"", False
        self._heard_at = at
        self._buffer += data
        acts: list[Act] = []
        while self._buffer and (found := self._recorded()) is not None:
            self._strange = False
            acts += self._answer(found)
        if not any(each.question.startswith(self._buffer) for each in self.exchanges):
            self._note()
        return acts

    def _answer(self, place: int) -> Iterator[Say]:
        exchange = self.exchanges[place]
        self._buffer = self._buffer[len(exchange.question) :]
        self._began_again |= place < self._next
        self._next = place + 1
        self.asked.add(place)
        return map(Say, exchange.answers)

    def _recorded(self) -> int | None:
        """The next time that this question was asked, from here on and then from the start."""
        count = len(self.exchanges)
        places = (place % count for place in range(self._next, self._next + count))
        return next(
            (at for at in places if self._buffer.startswith(self.exchanges[at].question)), None
        )

    def _note(self) -> None:
        """Pieces of one strange question are one."""
        asked, self._buffer = self._buffer, b""
        if self._strange:
            last = self.otherwise.pop()
            self.otherwise.append(Otherwise(last.asked + asked, last.recorded))
            return
        self._strange = True
        recorded = next(iter(self.exchanges[self._next :]), None)
        self.otherwise.append(Otherwise(asked, recorded))


def exchanges_of(frames: Iterable[SavedFrame]) -> Iterator[Exchange]:
    """Masked frames and what came before the first question are left out."""
    question: SavedFrame | None = None
    answers: list[bytes] = []
    for frame in frames:
        if not frame.raw:
            continue
        if frame.direction is not Direction.SENT:
            answers.append(frame.raw)
            continue
        if question is not None:
            yield Exchange(question.raw, question.sentence, tuple(answers))
        question, answers = frame, []
    if question is not None:
        yield Exchange(question.raw, question.sentence, tuple(answers))
