"""A fault that repeats is said once, then counted: garbage must not fill the journal."""

from collections.abc import Callable
from dataclasses import dataclass
from time import monotonic

from structlog.typing import FilteringBoundLogger

REMIND_SECONDS = 600.0
SOURCES = 1000


@dataclass(slots=True)
class _Fold:
    said: float
    since: int = 0


class FoldedLog:
    """Owner: the link thread. One line for each source and kind in ten minutes, with the count."""

    def __init__(self, log: FilteringBoundLogger, clock: Callable[[], float] = monotonic) -> None:
        self._log = log
        self._clock = clock
        self._folds: dict[tuple[str, str], _Fold] = {}

    def say(self, event: str, source: str, **facts: str) -> None:
        """`source` is a station or the fingerprint of a key; the facts name no person."""
        if len(self._folds) >= SOURCES and (source, event) not in self._folds:
            source = "further sources"
        now = self._clock()
        fold = self._folds.setdefault((source, event), _Fold(said=-REMIND_SECONDS + now))
        if now - fold.said < REMIND_SECONDS:
            fold.since += 1
            return
        self._log.warning(event, source=source, folded=fold.since, **facts)
        self._folds[source, event] = _Fold(said=now)
