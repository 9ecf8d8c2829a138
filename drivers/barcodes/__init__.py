"""What a scanned code is, and which codes are taken. Pure but for `listener`."""
