"""The working value of one `advance`: a session and the effects gathered so far."""

from msgspec.structs import replace

from kiosk.session.effects import Effect
from kiosk.session.states import Line, Phase, SelfCheck


class Step:
    """Lives for one call of `advance` and never leaves it; the session inside stays frozen."""

    __slots__ = ("effects", "now", "session")

    def __init__(self, session: SelfCheck, now: float) -> None:
        self.session = session
        self.now = now
        self.effects: list[Effect] = []

    def want(self, effect: Effect) -> None:
        """Ask for something to be done."""
        self.effects.append(effect)

    def set(self, **fields: object) -> None:
        """Change fields of the session."""
        self.session = replace(self.session, **fields)

    def go(self, phase: Phase) -> None:
        """Enter a phase."""
        self.set(phase=phase)

    def line(self, key: str) -> Line | None:
        """A line by its key."""
        return self.session.lines.get(key)

    def put(self, line: Line, **fields: object) -> Line:
        """Store a line, changed."""
        changed = replace(line, **fields) if fields else line
        self.set(lines=self.session.lines | {changed.key: changed})
        return changed

    def take_away(self, key: str) -> None:
        """Forget a line."""
        self.set(lines={k: line for k, line in self.session.lines.items() if k != key})

    def touched(self) -> None:
        """Somebody did something: the idle clock starts anew."""
        self.set(last_act=self.now, still_there_until=None)
