"""`make demo`: the whole of muontra on one machine, with simulated hardware."""
