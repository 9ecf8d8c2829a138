"""Reads may be repeated, writes never: the one place of a driver where it asks again."""

from collections.abc import Callable
from typing import TypeVar

from drivers.deadline import Deadline
from drivers.errors import DeviceSilent, FrameDamaged, TagDisturbed, TagLeft

T = TypeVar("T")

READ_TRIES = 3


def repeated(read: Callable[[], T], deadline: Deadline) -> T:
    """Up to three times, for what may pass by itself; the last error is raised."""
    for _ in range(READ_TRIES - 1):
        try:
            return read()
        except (DeviceSilent, FrameDamaged, TagLeft, TagDisturbed):
            if deadline.expired():
                raise
    return read()
