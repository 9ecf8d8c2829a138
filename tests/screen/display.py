"""A screen of our own: an X server without hardware, on a number that is free."""

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def x_server(width: int, height: int) -> Iterator[str]:
    """Xvfb with one screen of this size; gives the value of DISPLAY."""
    reading, writing = os.pipe()
    command = ["Xvfb", "-displayfd", str(writing), "-screen", "0", f"{width}x{height}x24"]
    server = subprocess.Popen(
        [*command, "-nolisten", "tcp"], pass_fds=[writing], stderr=subprocess.DEVNULL
    )
    os.close(writing)
    try:
        with os.fdopen(reading) as told:
            number = told.readline().strip()
        if not number:
            raise RuntimeError("Xvfb did not start; is the Debian package xvfb installed?")
        yield f":{number}"
    finally:
        server.terminate()
        server.wait(10)
