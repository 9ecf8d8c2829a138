"""Receipts: text for a strip of paper, a file or the screen."""
