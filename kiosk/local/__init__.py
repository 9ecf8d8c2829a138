"""The station's local socket: technicians ask a running station through it."""
