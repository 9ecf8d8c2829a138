"""A plan is a list of steps: what, whether it is done, how to do it and how to take it back."""

import os
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from kiosk.appliance.machine import Machine, Words, remove

Tell = Callable[[str, str], None]
"""What becomes of a step ("done", "is so already", …), and what it is."""


def _never() -> bool:
    return False


def _nothing() -> None:
    pass


@dataclass(frozen=True, slots=True)
class Step:
    """`run`: programs, started in this order after `do`. `undo`: None where it stays for ever.

    A step without `done` is done each time; it must be harmless to repeat.
    """

    what: str
    done: Callable[[], bool] = _never
    do: Callable[[], None] = _nothing
    run: tuple[Words, ...] = ()
    undo: Callable[[], None] | None = None

    @property
    def repeats(self) -> bool:
        """It has no lasting trace to look for."""
        return self.done is _never


def gone(path: Path) -> Step:
    """The opposite of making it."""
    return Step(f"{path} is gone", lambda: not os.path.lexists(path), partial(remove, [path]))


def carry_out(plan: Iterable[Step], machine: Machine, tell: Tell, *, dry_run: bool) -> None:
    """In this order; what is done already is left alone. Raises ApplianceProblem, OSError."""
    for step in plan:
        if step.done():
            tell("is so already", step.what)
            continue
        tell("would do" if dry_run else "doing", step.what)
        for words in step.run:
            tell("$", " ".join(words))
        if not dry_run:
            step.do()
            for words in step.run:
                machine.run(words)


def take_back(plan: Iterable[Step], tell: Tell, *, dry_run: bool) -> None:
    """The plan backwards, as far as it was done and may be undone."""
    for step in reversed(list(plan)):
        if step.undo is None or not (step.repeats or step.done()):
            continue
        tell("would take back" if dry_run else "taking back", step.what)
        if not dry_run:
            step.undo()
