"""A real station without a screen: frames go out as JSON lines, intents come in as JSON lines.

A frame counts as drawn once its line is in the pipe: the reader at the other end is the ledger of
what a person was shown, and it outlives this process.
"""

import os
import sys
from pathlib import Path

import msgspec

from kiosk import intents
from kiosk.config import load_config
from kiosk.logs import configure_logs
from kiosk.station import Station
from kiosk.views import Frame


class Order(msgspec.Struct):
    """One intent by its class name, with its fields."""

    do: str
    fields: dict[str, str] = {}


def main() -> None:
    configure_logs()
    station = Station(load_config(Path(sys.argv[1])))

    def draw(frame: Frame) -> None:
        kind = type(frame.view).__name__
        line = msgspec.json.encode({"kind": kind, "frame": frame}) + b"\n"
        os.write(sys.stdout.fileno(), line)
        station.submit(intents.FrameDrawn(frame.number))

    station.start(draw)
    decoder = msgspec.json.Decoder(Order)
    for line in sys.stdin:
        order = decoder.decode(line)
        if order.do == "stop":
            break
        station.submit(getattr(intents, order.do)(**order.fields))
    station.stop()


if __name__ == "__main__":
    main()
