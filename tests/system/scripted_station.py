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
from tests.system.planted_faults import plant
from tests.waiting import eventually


class Order(msgspec.Struct):
    """One intent by its class name, with its fields."""

    do: str
    fields: dict[str, str] = {}


def drain(station: Station) -> None:
    """Wait until the service has answered everything."""
    counters = station._controller._client.counters
    eventually(lambda: counters.waiting == 0, 20, "empty outbox")


def main() -> None:
    configure_logs()
    plant(sys.argv[2:])
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
        if order.do == "drain":
            drain(station)
            break
        station.submit(getattr(intents, order.do)(**order.fields))
    station.stop()


if __name__ == "__main__":
    main()
