"""Structured logs: one JSON object a line on standard error, for the journal.

No names of people, card numbers, PINs or keys: a station is named, a key by its fingerprint.
"""

import logging
import sys

import structlog
from structlog.typing import FilteringBoundLogger


def json_log() -> FilteringBoundLogger:
    """The service's log."""
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=structlog.WriteLoggerFactory(file=sys.stderr),
    )
    log: FilteringBoundLogger = structlog.get_logger()
    return log


def kind_of(problem: BaseException) -> str:
    """The kind of an error and of its cause; the text of a database error may hold card numbers."""
    cause = getattr(problem, "orig", None)
    return type(problem).__name__ + (f" ({type(cause).__name__})" if cause else "")
