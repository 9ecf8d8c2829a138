"""Barcode scanners that are keyboards to the system."""
