"""Barcode scanners that send plain lines over a serial line."""
