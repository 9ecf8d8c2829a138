"""Measurements as ratios to a stated baseline of the same run (`make bench`)."""
