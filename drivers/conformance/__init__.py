"""The public conformance suite: what a driver must do, tried on its own simulated device.

`checks_for(kind)` (drivers/conformance/suite.py) lists the checks of a kind of device, `run` tries
them one by one; `muontra driver check NAME` shows how it went.
"""
