"""Contacts and switched outputs: on GPIO pins, or on the inputs and outputs of an RFID reader."""
