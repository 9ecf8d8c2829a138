"""`muontra-service run` and `key`."""

from typing import Annotated

import typer
import zmq

from service.commands.place import (
    DEFAULT_STATE,
    Database,
    Place,
    State,
    console,
    fail,
    plain_errors,
)
from service.database.engine import describe, known_faults, open_reading_engine
from service.logs import json_log
from service.protocol.keys import fingerprint
from service.running import Parts
from service.running import run as serve
from service.service_key import service_key

DEFAULT_LISTEN = "tcp://*:7411"

RUN_EXAMPLE = "Example: muontra-service run --listen tcp://10.0.0.5:7411"
KEY_EXAMPLE = "Example: muontra-service key"


def run(
    listen: Annotated[
        str,
        typer.Option(
            help="Where stations connect.", envvar="MUONTRA_SERVICE_LISTEN", metavar="ENDPOINT"
        ),
    ] = DEFAULT_LISTEN,
    state: State = DEFAULT_STATE,
    database: Database = None,
) -> None:
    """Serve the stations until SIGTERM. Waits first while another service owns the database."""
    place = Place.of(state, database)
    log = json_log()
    with plain_errors():
        engine = place.engine()
        log.info("database", library=describe(engine), known_faults=known_faults(engine))
        key = service_key(place.state)
        try:
            serve(Parts(listen, place.state, key, engine, open_reading_engine(place.url)), log)
        except zmq.ZMQError as problem:
            fail(f"{listen} cannot be listened on: {problem.strerror}.")


def key(state: State = DEFAULT_STATE) -> None:
    """The service's public key, for `muontra enrol`. It is made at the first call."""
    with plain_errors():
        public = service_key(state).public
    console.print(f"Service key:          {public}\nService fingerprint:  {fingerprint(public)}")
