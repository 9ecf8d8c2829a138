"""Gates and people counters that only open and close contacts."""
