"""When a touch counts."""

SETTLE_SECONDS = 0.25
"""A screen takes no touch so soon: the second tap of a double tap was meant for the one before."""
