"""What a gate or a book-drop needs of its wires, wherever they end.

Inputs and outputs are called by what they do there ("alarm", "shutter"); the settings say on which
pin each of them is.
"""

from dataclasses import dataclass
from typing import Protocol

from drivers.deadline import Deadline
from drivers.interfaces import DeviceIdentity

Names = frozenset[str]
REST: Names = frozenset()


@dataclass(frozen=True, slots=True)
class Sample:
    """The inputs that were closed at the monotonic second `at`, not debounced."""

    at: float
    closed: Names


class DigitalLines(Protocol):
    """Inputs that are looked at, and outputs that fall back by themselves.

    Owner: the thread that calls `open`; others may call `cancel` only.
    """

    def open(self, deadline: Deadline) -> DeviceIdentity:
        """As TagReader.open. All outputs are at rest afterwards."""

    def close(self) -> None:
        """Outputs at rest, then give the lines back; harmless a second time."""

    def sample(self, deadline: Deadline) -> Sample:
        """The inputs now."""

    def next_sample(self, until: float, deadline: Deadline) -> Sample | None:
        """The inputs after their next change, or None when nothing changed before the monotonic
        second `until`, or before `deadline`. Looks once even when `until` is over.
        """

    def hold(self, outputs: Names, seconds: float, deadline: Deadline) -> None:
        """These outputs on and all others off; after `seconds` all are at rest by themselves."""

    def cancel(self) -> None:
        """Called from another thread: make a blocked call return soon."""
