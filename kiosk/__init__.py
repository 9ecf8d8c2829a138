"""A station without its screen: self-check kiosk, desk, gate or bus."""

__version__ = "0.1.0"
