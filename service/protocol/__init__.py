"""The wire contract between stations and the service (docs/protocols/link.md).

A message is a few ZeroMQ frames: `MAGIC`, a header made anew at each sending, and an immutable
body; a re-offered operation carries the reply it was once given as a fourth frame.
This package uses msgspec and the standard library only, so that every side can carry it.
"""
