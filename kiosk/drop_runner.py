"""Runs the pure book-drop inside the controller's steps. Owner: the controller thread."""

from collections.abc import Callable
from dataclasses import replace

import structlog

from drivers.facts import ChuteState
from drivers.interfaces import ChuteOrder
from kiosk.book_drop import END, BookDrop, Phase, Seen, Told, advance
from kiosk.intents import Intent
from kiosk.recognition import is_card
from kiosk.session.progress import is_complete
from kiosk.session.states import SelfCheck

log = structlog.get_logger()

PULSE_SECONDS = 1.0
"""How often the controller steps at least: without its signs of life the chute goes to rest."""


class DropRunner:
    """Does nothing at a station that is no book-drop, and while the chute does not answer."""

    def __init__(
        self,
        works: bool,
        order: Callable[[ChuteOrder], None],
        submit: Callable[[Intent], None],
    ) -> None:
        self._works = works
        self._order = order
        self._submit = submit
        self._chute: ChuteState | None = None
        self._passed = False
        self._mouth_was_free = False
        self._drop = BookDrop()

    @property
    def phase(self) -> str | None:
        """What the drop is doing, None where there is none."""
        return str(self._drop.phase) if self._works else None

    @property
    def jammed(self) -> bool:
        """Whether staff must look into the chute."""
        return self._drop.phase is Phase.JAMMED

    @property
    def bin_full(self) -> bool:
        """Whether staff must empty the bin."""
        return self._chute is not None and self._chute.bin_full

    def chute_changed(self, state: ChuteState | None) -> None:
        """The sensors now; None: the chute does not answer, and an item in it is nobody's visit."""
        self._chute = state
        self._passed |= state is not None and state.item_passed
        self._mouth_was_free |= state is not None and not state.item_in_mouth
        if state is None and self._drop.phase is not Phase.REST:
            self._drop = BookDrop()
            for intent in END:
                self._submit(intent)

    def look(self, session: SelfCheck, now: float) -> bool:
        """One look; True when the reader saw the item go into its bin."""
        if not self._works or self._chute is None:
            return False
        seen = _seen(session, replace(self._chute, item_passed=self._passed), self._mouth_was_free)
        self._passed = self._chute.item_passed  # a short pulse between two looks was seen now
        self._mouth_was_free = not self._chute.item_in_mouth
        before = self._drop.phase
        self._drop, acts = advance(self._drop, seen, now)
        if self._drop.phase is not before:
            log.info("book-drop", phase=str(self._drop.phase), word=str(self._drop.word))
        for act in acts:
            match act:
                case ChuteOrder():
                    self._order(act)
                case Told():
                    pass
                case _:
                    self._submit(act)
        return Told() in acts

    def next_deadline(self, now: float) -> float | None:
        """When time alone changes something, or the chute wants a sign of life."""
        return min(self._drop.until, now + PULSE_SECONDS) if self._works else None


def _seen(session: SelfCheck, chute: ChuteState, mouth_was_free: bool) -> Seen:
    lines = session.lines
    return Seen(
        chute=chute,
        lines=lines,
        complete=frozenset(key for key, line in lines.items() if is_complete(session, line)),
        card=any(map(is_card, session.tags.values())),
        mouth_was_free=mouth_was_free,
    )
