"""What becomes of each message: the rules of the link (docs/protocols/link.md, "Rules").

A message reaches the ledger only from the newest connection that said Hello with its key, in the
epoch of this database. Everything else is answered at once and stored nowhere.
"""

from collections.abc import Callable

from structlog.typing import FilteringBoundLogger

from service import ingest
from service.arrived import Arrived
from service.enquiries import Enquiries
from service.folded_log import FoldedLog
from service.in_tray import InTray, Waiting
from service.ingest import Caller, Message
from service.protocol.codec import ProtocolError
from service.protocol.identifiers import NO_MESSAGE
from service.protocol.keys import fingerprint
from service.protocol.operations import CheckIn, Operation
from service.protocol.questions import AskItem, AskPatron, Heartbeat, Hello, Question, ReofferDone
from service.protocol.replies import (
    Alive,
    HelloFirst,
    ProtocolMismatch,
    SecondInstance,
    TryLater,
    Welcome,
)
from service.reply_sender import ReplySender
from service.station_link import Envelope
from service.station_registry import Connection, Station, StationRegistry

PROBLEM_LENGTH = 400
"""As ShortText: a hostile field name must not make the answer unreadable."""

MEMORY_TOO_OLD = (
    "this station's memory is older than what it has confirmed: its disk was replaced or restored;"
    " give it a new key"
)


class Reception:
    """Owner: the link thread."""

    def __init__(
        self,
        registry: StationRegistry,
        sender: ReplySender,
        enquiries: Enquiries,
        reoffered: Callable[[Station], None],
        log: FilteringBoundLogger,
    ) -> None:
        self.tray = InTray()
        self._registry = registry
        self._sender = sender
        self._enquiries = enquiries
        self._reoffered = reoffered
        self._log = log
        self._folded = FoldedLog(log)
        self._confirmed: dict[int, int] = {}

    def take(self, envelope: Envelope, now: float) -> None:
        """Answer it, or lay it where it will be answered."""
        station = self._registry.station_of(envelope.key)
        if station is None:
            self._folded.say("message of a revoked key dropped", fingerprint(envelope.key))
            return
        try:
            message = ingest.read(envelope.frames)
        except ProtocolError as problem:
            self._cannot_read(station, envelope, str(problem)[:PROBLEM_LENGTH])
            return
        caller = Caller(station, envelope.identity, message.header, now)
        if isinstance(message.content, Hello):
            self._greet(caller, message.content)
        else:
            self._take_from_known(caller, message)

    def turned_away(self, key: str) -> None:
        """The door let a key not in."""
        self._folded.say("unknown key turned away", fingerprint(key))

    def take_confirmed(self) -> dict[int, int]:
        """What stations have confirmed since the last call: to be stored with the next batch."""
        confirmed, self._confirmed = self._confirmed, {}
        return confirmed

    @property
    def has_work(self) -> bool:
        return bool(self.tray or self._confirmed)

    def _cannot_read(self, station: Station, envelope: Envelope, problem: str) -> None:
        self._folded.say("message cannot be read", station.name, problem=problem)
        message = ingest.message_id(envelope.frames)
        reply = ProtocolMismatch(problem=problem)
        self._sender.send(station.number, envelope.identity, message, reply)

    def _greet(self, caller: Caller, hello: Hello) -> None:
        if self._has_rival(caller, hello):
            self._sender.reply(caller, SecondInstance())
        elif hello.last_sequence < self._registry.confirmed_through(caller.station):
            self._folded.say("station with an older memory refused", caller.station.name)
            self._sender.reply(caller, ProtocolMismatch(problem=MEMORY_TOO_OLD))
        else:
            self._welcome(caller, hello)

    def _has_rival(self, caller: Caller, hello: Hello) -> bool:
        """The other is told once of each; a connection that takes no message is there no more."""
        station = caller.station
        rival = self._registry.rival(station, hello.instance, caller.at)
        if rival is None:
            return False
        news = SecondInstance() if rival.refused_instance != hello.instance else Alive()
        rival.refused_instance = hello.instance
        if not self._sender.send(station.number, rival.identity, NO_MESSAGE, news):
            return False
        self._folded.say("second instance of a key refused", station.name)
        return True

    def _welcome(self, caller: Caller, hello: Hello) -> None:
        station, epoch = caller.station, caller.header.epoch
        reoffer = station.reoffer_awaited or epoch not in (None, self._sender.epoch)
        connection = Connection(caller.identity, hello.instance, hello.software, caller.at, reoffer)
        connection.hear(caller.at, caller.header.monotonic_ms)
        self._registry.greet(station, connection)
        if epoch == self._sender.epoch:
            self._note_confirmed(caller, connection)
        welcome = Welcome(station=station.name, point=station.point_name, reoffer=reoffer)
        self._sender.reply(caller, welcome)
        self._log.info("station is here", station=station.name, reoffer=reoffer, keeps=hello.keeps)

    def _take_from_known(self, caller: Caller, message: Message) -> None:
        connection = self._current_connection(caller)
        if connection is None:
            self._sender.reply(caller, HelloFirst())
            return
        connection.hear(caller.at, caller.header.monotonic_ms)
        self._note_confirmed(caller, connection)
        if isinstance(message.content, Operation):
            self._lay_in_tray(caller, connection, message, message.content)
        else:
            self._answer(caller, connection, message.content)

    def _lay_in_tray(
        self, caller: Caller, connection: Connection, message: Message, operation: Operation
    ) -> None:
        header, given = message.header, message.given
        born = self._born_ms(caller, connection, message, operation)
        arrived = Arrived(caller.station.number, operation, message.body, given, born)
        live = given is None and ingest.is_live(header, operation)
        if not self.tray.put(Waiting(caller, arrived, live)):
            self._sender.reply(caller, TryLater())

    def _born_ms(
        self, caller: Caller, connection: Connection, message: Message, operation: Operation
    ) -> int | None:
        """None for what is decided as of now."""
        now_ms = self._sender.now_ms()
        if message.given is not None:
            born = ingest.born_ms(message.header, operation, now_ms)
            connection.reoffered_until_ms = max(connection.reoffered_until_ms, born)
            return connection.reoffered_until_ms
        if not isinstance(operation.act, CheckIn) or message.header.boot != operation.boot:
            return None
        age_ms = connection.age_ms(caller.at, operation.monotonic_ms)
        return max(0, now_ms - age_ms) if age_ms > ingest.LATE_RETURN_MS else None

    def _current_connection(self, caller: Caller) -> Connection | None:
        connection = self._registry.connection_of(caller.station)
        if connection is None or connection.identity != caller.identity:
            return None
        return connection if caller.header.epoch == self._sender.epoch else None

    def _note_confirmed(self, caller: Caller, connection: Connection) -> None:
        """Not while it re-offers: what it confirmed then was not applied by this database."""
        through = caller.header.confirmed
        if not connection.reoffers and self._registry.confirm(caller.station, through):
            self._confirmed[caller.station.number] = through

    def _answer(self, caller: Caller, connection: Connection, question: Question) -> None:
        match question:
            case Heartbeat(waiting, broken):
                connection.waiting, connection.broken = waiting, broken
                self._sender.reply(caller, Alive())
            case ReofferDone():
                connection.reoffers = False
                self._reoffered(caller.station)
                self._sender.reply(caller, Alive())
            case AskPatron() | AskItem():
                self._enquiries.ask(caller, question)
            case Hello():
                pass  # was greeted before
