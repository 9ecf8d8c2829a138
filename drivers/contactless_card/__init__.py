"""Patrons' contactless cards through nfcpy; never item tags."""
