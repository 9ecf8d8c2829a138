"""Which operations stand on the screen as done: drawn first, marked `shown` with a later commit.

Owner: the controller thread. A mark that is lost costs one needless line on the staff's list,
never a silent act (docs/architecture.md, "Shown").
"""


class ShownMarks:
    """Operations by the frame that first told of them, until that frame was drawn."""

    def __init__(self) -> None:
        self._by_frame: dict[int, frozenset[str]] = {}
        self._published: set[str] = set()
        self.drawn: set[str] = set()

    def published(self, number: int, operations: frozenset[str]) -> bool:
        """Frame `number` tells of these; True when some are told for the first time."""
        new = operations - self._published
        if new:
            self._by_frame[number] = new
            self._published |= new
        return bool(new)

    def frame_drawn(self, number: int) -> bool:
        """Frame `number` stands on the screen, so do all that it replaced. True: marks wait."""
        for earlier in [n for n in self._by_frame if n <= number]:
            self.drawn |= self._by_frame.pop(earlier)
        return bool(self.drawn)

    def take(self) -> set[str]:
        """The operations to mark now."""
        drawn, self.drawn = self.drawn, set()
        self._published -= drawn
        return drawn
