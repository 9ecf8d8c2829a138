"""Answers that do not name their tag: is this one a late copy of an earlier one?"""

from collections.abc import Callable
from typing import Generic, TypeVar

from drivers.uid import Uid

Answer = TypeVar("Answer")


class LastRead(Generic[Answer]):
    """An answer that equals the last one for another tag may be a belated copy of that: asked again
    behind a clean line, it is this tag's own. Owner: the driver's thread.
    """

    def __init__(self) -> None:
        self._uid: Uid | None = None
        self._answer: Answer | None = None

    def sure(
        self, uid: Uid, ask: Callable[[], Answer], ask_behind_clean_line: Callable[[], Answer]
    ) -> Answer:
        """The answer of this tag."""
        answer = ask()
        if self._answer == answer and self._uid != uid:
            answer = ask_behind_clean_line()
        self._uid, self._answer = uid, answer
        return answer
