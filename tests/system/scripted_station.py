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
    """Wait until every mark is written and the service has answered everything."""
    controller = station._controller

    def quiet() -> bool:
        marks_wait = controller._telling.next_deadline() is not None
        return not marks_wait and all(record.answered for record in tuple(controller._outbox))

    def quiet_twice() -> bool:
        """Between two looks, a mark may have become an operation."""
        looks.append(quiet())
        return looks[-2:] == [True, True]

    looks: list[bool] = []
    eventually(quiet_twice, 20, "empty outbox")


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
