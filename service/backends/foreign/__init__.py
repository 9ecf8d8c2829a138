"""A library system of somebody else: slow, one call at a time, without keys of its own."""
