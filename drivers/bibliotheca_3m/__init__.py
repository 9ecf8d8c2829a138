"""3M and Bibliotheca pads (810, 210, 895) on a serial line."""
