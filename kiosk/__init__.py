"""A station without its screen: self-check kiosk, desk, gate or bus."""
