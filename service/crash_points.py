"""Named places where a rig may kill this process; a no-op in service.

`MUONTRA_CRASH_AT=name` kills at the first passing, `name:3` at the third.
"""

import os
import signal
from enum import StrEnum


class CrashPoint(StrEnum):
    """The steps between a station's message and its answer."""

    BEFORE_APPLY = "before-apply"  # taken from the stations, the ledger has not begun
    AFTER_COMMIT = "after-commit"  # durable, no answer has left
    AFTER_AN_ANSWER = "after-an-answer"  # this station knows, others of the batch do not
    AFTER_ANSWERS = "after-answers"  # everybody was answered


def _armed() -> tuple[str, int]:
    name, _, count = os.environ.get("MUONTRA_CRASH_AT", "").partition(":")
    return name, int(count or 1)


_name, _left = _armed()


def reached(point: CrashPoint) -> None:
    """Die here, as by a power cut, if this point was asked for."""
    global _left  # noqa: PLW0603 - one process dies once
    if point != _name:
        return
    _left -= 1
    if _left == 0:
        os.kill(os.getpid(), signal.SIGKILL)
