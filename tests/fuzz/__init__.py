"""Hostile bytes for everything that takes bytes from a wire, a tag, a file or a person."""
