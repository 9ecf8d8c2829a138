"""Named places where a rig may kill the process; a no-op in service.

`MUONTRA_CRASH_AT=name` kills at the first passing, `name:3` at the third. The names are those of
docs/architecture.md, "Tag and loan stay together"; a rig counts how often each was truly cut.
"""

import os
import signal
from enum import StrEnum
from functools import cache
from itertools import count


class CrashPoint(StrEnum):
    """Every step between two lines that write."""

    BEFORE_OUTBOX_COMMIT = "before-outbox-commit"
    AFTER_OUTBOX_COMMIT = "after-outbox-commit"
    AFTER_SEND = "after-send"
    REPLY_BEFORE_COMMIT = "reply-before-commit"
    GRANT_COMMITTED = "grant-committed"
    BEFORE_TAG_WRITE = "before-tag-write"
    TAG_WRITTEN = "tag-written"
    PROVED_BEFORE_COMMIT = "proved-before-commit"
    PROVED_BEFORE_DRAWN = "proved-before-drawn"
    DRAWN_BEFORE_SHOWN = "drawn-before-shown"
    SHOWN_COMMITTED = "shown-committed"
    SETTLED_BEFORE_COMMIT = "settled-before-commit"


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
