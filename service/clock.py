"""The service's clock."""

from time import time_ns


def now_ms() -> int:
    """UTC milliseconds."""
    return time_ns() // 1_000_000
