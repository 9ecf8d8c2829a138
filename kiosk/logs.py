"""Structured logs of a station: one JSON object a line on standard error, for the journal.

No names, card numbers, PINs or identity numbers go into a log: events carry keys of operations,
kinds and counts only.
"""

import logging
import sys
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def _absent(name: str) -> Iterator[None]:
    """A library is not to be found for the time of an import."""
    kept = {name: sys.modules[name]} if name in sys.modules else {}
    sys.modules[name] = None  # type: ignore[assignment] # what Python itself looks for
    try:
        yield
    finally:
        del sys.modules[name]
        sys.modules.update(kept)


with _absent("rich"):  # wanted for coloured consoles only, and a tenth of the kiosk's start
    import structlog


def configure_logs() -> None:
    """Called once by each program of a station, before anything else."""
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )
