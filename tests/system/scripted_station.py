"""A real station without a screen: frames go out as JSON, intents come in as JSON.

A frame counts as drawn once it is in the pipe: the reader at the other end is the ledger of what
a person was shown, and it outlives this process.
"""

from multiprocessing.connection import Connection
from pathlib import Path

import msgspec

from kiosk import intents
from kiosk.config import load_config
from kiosk.logs import configure_logs
from kiosk.station import Station
from kiosk.views import Frame
from tests.waiting import eventually


class Order(msgspec.Struct):
    """One intent by its class name, with its fields."""

    do: str
    fields: dict[str, str] = {}


def drain(station: Station) -> None:
    """Wait until the service has answered everything."""
    counters = station._controller._client.counters
    eventually(lambda: counters.waiting == 0, 20, "empty outbox")


def main(config: Path, pipe: "Connection[bytes, bytes]") -> None:
    """Run until told to stop, or until nobody listens any more."""
    configure_logs()
    station = Station(load_config(config))

    def draw(frame: Frame) -> None:
        kind = type(frame.view).__name__
        pipe.send_bytes(msgspec.json.encode({"kind": kind, "frame": frame}))
        station.submit(intents.FrameDrawn(frame.number))

    station.start(draw)
    _obey(station, pipe)
    station.stop()


def _obey(station: Station, pipe: "Connection[bytes, bytes]") -> None:
    decoder = msgspec.json.Decoder(Order)
    while True:
        try:
            order = decoder.decode(pipe.recv_bytes())
        except EOFError:
            return
        if order.do == "stop":
            return
        if order.do == "drain":
            drain(station)
            return
        station.submit(getattr(intents, order.do)(**order.fields))
