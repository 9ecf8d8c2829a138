"""How a device's day went, as its process tells it."""

from msgspec import Struct, field


class Lived(Struct, kw_only=True):
    """Seconds are virtual. Threads, descriptors and bytes: what there is more of than when warm.

    `missed`: what was not overcome; `strange`: what only a bug makes a driver say.
    """

    driver: str
    minutes: int = 0
    troubles: dict[str, int] = field(default_factory=dict)
    struck: int = 0
    went_down: int = 0
    slowest_seconds: float = 0.0
    log_lines: int = 0
    most_lines_a_minute: int = 0
    threads: int = 0
    descriptors: int = 0
    grown_bytes: int = 0
    missed: list[str] = field(default_factory=list)
    strange: list[str] = field(default_factory=list)
