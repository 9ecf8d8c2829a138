"""The `muontra` command, for technicians; it never starts a screen."""
