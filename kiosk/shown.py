"""Which operations stand on the screen as done: drawn first, marked `shown` with a later commit.

Owner: the controller thread. A mark that is lost costs one needless line on the staff's list,
never a silent act (docs/architecture.md, "Shown").
"""


class ShownMarks:
    """Operations by the frames that tell of them, until one of those was drawn.

    A screen draws the newest frame and skips others, so a drawn frame says nothing of earlier ones.
    """

    def __init__(self) -> None:
        self._told_by: dict[int, frozenset[str]] = {}
        self._drawn: set[str] = set()
        self._marked: frozenset[str] = frozenset()

    def published(self, number: int, operations: frozenset[str]) -> bool:
        """Frame `number` tells of these; True when some are told for the first time."""
        known = self._marked.union(self._drawn, *self._told_by.values())
        self._marked &= operations
        if untold := operations - self._marked:
            self._told_by[number] = untold
        return not operations <= known

    def frame_drawn(self, number: int) -> bool:
        """Frame `number` stands on the screen. True: marks wait."""
        self._drawn |= self._told_by.get(number, frozenset()) - self._marked
        self._told_by = {n: told for n, told in self._told_by.items() if n > number}
        return bool(self._drawn)

    def take(self) -> set[str]:
        """The operations to mark now."""
        drawn, self._drawn = self._drawn, set()
        self._marked |= drawn
        return drawn
