"""The service's loop: one thread owns all sockets and never waits for anything but them.

Questions, PINs and the ledger have threads of their own (service/errands.py). A measured choice:
see docs/administration.md, "Threads".
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from time import monotonic

import zmq

from service.batches import Batches
from service.control import ControlSocket
from service.door import Door
from service.enquiries import Enquiries
from service.errands import Errands
from service.ledger_thread import LedgerThread
from service.reception import Reception
from service.station_link import StationLink

TURN_MS = 1000
MESSAGES_A_TURN = 256

PATIENCE_SECONDS = 0.004
"""While a batch is written, what arrives is collected and taken together: waking for each message
would take the interpreter from the ledger's thread (a fifth of the throughput, measured)."""


@dataclass
class Server:
    """Owner: the thread that calls `serve`."""

    link: StationLink
    door: Door
    control: ControlSocket
    reception: Reception
    enquiries: Enquiries
    batches: Batches
    ledger: LedgerThread
    errands: Errands
    each_turn: Callable[[], None]
    _stopping: bool = field(default=False, init=False)

    def serve(self) -> None:
        """Until `stop`; what stations were promised is answered before it returns."""
        poller = zmq.Poller()
        turns = {
            self.door.socket: self._answer_door,
            self.errands.wake: self.errands.finish,
            self.link.socket: self._take_messages,
            self.control.socket: self.control.take,
        }
        for source in turns:
            poller.register(source, zmq.POLLIN)
        while not self._stopping:
            ready = dict(poller.poll(TURN_MS))
            for source, turn in turns.items():
                if source in ready:
                    turn()
            self.batches.start()
            if self.batches.out:
                self.errands.wait(PATIENCE_SECONDS)
            self.each_turn()

    def stop(self) -> None:
        """May be called by any thread and by signal handlers."""
        self._stopping = True
        self.errands.rouse()

    def close(self) -> None:
        """Finish what was begun, answer it, then close every socket."""
        self.batches.stop()
        self.ledger.close()
        self.enquiries.close()
        self.errands.finish()
        self.control.close()
        self.link.close()
        self.door.close()
        self.errands.close()

    def _answer_door(self) -> None:
        turned_away = self.door.answer()
        if turned_away is not None:
            self.reception.turned_away(turned_away)

    def _take_messages(self) -> None:
        now = monotonic()
        for envelope in self.link.waiting(MESSAGES_A_TURN):
            self.reception.take(envelope, now)
