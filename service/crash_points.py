"""Named places where a rig may kill this process; a no-op in service.

`MUONTRA_CRASH_AT=name` kills at the first passing, `name:3` at the third.
"""

import os
import signal
from enum import StrEnum
from functools import cache
from itertools import count


class CrashPoint(StrEnum):
    """The steps between a station's message and its answer."""

    BEFORE_APPLY = "before-apply"  # taken from the stations, the ledger has not begun
    AFTER_COMMIT = "after-commit"  # durable, no answer has left
    AFTER_AN_ANSWER = "after-an-answer"  # this station knows, others of the batch do not
    AFTER_ANSWERS = "after-answers"  # everybody was answered


_passings = count(1)


def reached(point: CrashPoint) -> None:
    """Die here, as by a power cut, if this point was asked for."""
    name, passing = _armed()
    if point == name and next(_passings) == passing:
        os.kill(os.getpid(), signal.SIGKILL)


@cache
def _armed() -> tuple[str, int]:
    """Read at the first passing: a process may be forked from one that has passed none."""
    name, _, passing = os.environ.get("MUONTRA_CRASH_AT", "").partition(":")
    return name, int(passing or 1)
