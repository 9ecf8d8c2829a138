"""Simulated devices: they ship with the product for training, demonstration and tests."""
