"""Puts the running service together: the only place that knows all its parts."""

import gc
import resource
import signal
from dataclasses import dataclass
from pathlib import Path
from time import monotonic

import zmq
from sqlalchemy import Engine
from structlog.typing import FilteringBoundLogger

from service.administrator import Administrator
from service.answers import Answers
from service.batches import Batches
from service.clock import now_ms
from service.control import ControlSocket
from service.door import Door
from service.enquiries import Enquiries
from service.errands import Errands
from service.ledger import Ledger
from service.ledger_thread import LedgerThread
from service.reception import Reception
from service.reply_sender import ReplySender
from service.server import Server
from service.service_key import ServiceKey
from service.station_link import StationLink
from service.station_registry import StationRegistry
from service.stations import all_stations
from service.systemd_notify import SystemdNotify

COLLECT_AFTER = 20_000
"""New objects before Python looks for garbage in cycles: a batch makes thousands of values and no
cycle, and the usual 700 cost the ledger's thread a tenth of its time (measured)."""


@dataclass(frozen=True, slots=True)
class Parts:
    """What differs between installations."""

    listen: str
    state: Path
    key: ServiceKey
    engine: Engine
    reading_engine: Engine


def build(parts: Parts, log: FilteringBoundLogger, systemd: SystemdNotify) -> Server:
    """All sockets bound, all threads waiting. Raises zmq.ZMQError when the port is taken."""
    context: zmq.Context[zmq.Socket[bytes]] = zmq.Context()
    errands = Errands()
    ledger = LedgerThread(lambda: Ledger(parts.engine, log), errands)
    registry = StationRegistry(all_stations(parts.engine))
    door = Door(context, registry.knows)
    link = StationLink(context, parts.listen, parts.key.secret)
    sender = ReplySender(link.send, ledger.epoch, now_ms)
    administrator = Administrator(parts.engine, ledger, registry, now_ms, log)
    enquiries = Enquiries(Answers(parts.reading_engine), errands, sender, monotonic, log)
    reception = Reception(registry, sender, enquiries, administrator.note_reoffered, log)

    def each_turn() -> None:
        systemd.feed_watchdog()
        administrator.note_seen()

    return Server(
        link=link,
        door=door,
        control=ControlSocket(context, parts.state, administrator.carry_out),
        reception=reception,
        enquiries=enquiries,
        batches=Batches(reception, ledger, sender, log),
        ledger=ledger,
        errands=errands,
        each_turn=each_turn,
    )


def run(parts: Parts, log: FilteringBoundLogger) -> None:
    """Serve until SIGTERM or SIGINT."""
    _allow_many_connections()
    systemd = SystemdNotify()
    server = build(parts, log, systemd)
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda _number, _frame: server.stop())
    gc.freeze()  # what was loaded until now stays
    gc.set_threshold(COLLECT_AFTER)
    log.info("listening", endpoint=server.link.endpoint)
    systemd.ready()
    try:
        server.serve()
    finally:
        systemd.stopping()
        server.close()
        log.info("stopped", operations=server.batches.written)


def _allow_many_connections() -> None:
    """Each station is a file descriptor; the usual soft limit of 1,024 is for other programs."""
    _soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
