"""Many stations in a few processes, over CURVE: always waiting for one answer, or at a pace."""

import select
from collections import deque
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from multiprocessing import get_context
from multiprocessing.connection import Connection
from os import urandom
from time import monotonic

import zmq

from service.protocol.codec import decode_reply, decode_service_header
from service.protocol.headers import MAGIC
from service.protocol.replies import Welcome
from tests.benchmarks.lendings import Lending
from tests.station_client import KeyPair, curve_dealer

HEADER = (
    b'{"message":"%s","kind":"%s","attempt":1,"sent_at_ms":0,"boot":"bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb",'
    b'"monotonic_ms":%d,"confirmed":%d,"epoch":%s}'
)
HELLO = b'{"ask":"hello/1","instance":"%s","software":"bench","last_sequence":0,"keeps":0}'
CHECK_OUT = (
    '{"operation":"%s","sequence":%d,"boot":"bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb","monotonic_ms":%d,'
    '"wall_ms":0,"act":{"act":"check-out/1","item":"%s","patron_card":"%s"}}'
)
LENT = b'{"reply":"lent/1"'
MORE = int(zmq.SNDMORE)


@dataclass(frozen=True, slots=True)
class Job:
    """What one process of stations does. `rate` is of all its stations together; None: no pause."""

    endpoint: str
    service_key: str
    keys: list[KeyPair]
    lendings: list[list[Lending]]
    seconds: float
    rate: float | None


@dataclass(slots=True)
class Result:
    """Seconds from when a check-out was due until its answer, in the order of answers."""

    latencies: list[float] = field(default_factory=list)
    refused: int = 0
    unanswered: int = 0
    seconds: float = 0.0

    def add(self, other: "Result") -> None:
        self.latencies += other.latencies
        self.refused += other.refused
        self.unanswered += other.unanswered
        self.seconds = max(self.seconds, other.seconds)


@dataclass(slots=True)
class _Station:
    """Its frames are made by hand: the processor belongs to the service that is measured."""

    socket: "zmq.Socket[bytes]"
    lendings: deque[Lending]
    epoch: str = ""
    sequence: int = 0
    due: float = 0.0

    def say_hello(self) -> None:
        self._send(b"hello", b"null", HELLO % urandom(16).hex().encode())

    def borrow(self, due: float) -> None:
        """The next of its check-outs; `due` is when it should have been sent."""
        self.due = due
        self.sequence += 1
        item, card = self.lendings.popleft()
        words = (urandom(16).hex(), self.sequence, _now_ms(), item, card)
        self._send(b"operation", b'"%s"' % self.epoch.encode(), (CHECK_OUT % words).encode())

    def _send(self, kind: bytes, epoch: bytes, body: bytes) -> None:
        message, confirmed = urandom(16).hex().encode(), max(0, self.sequence - 1)
        self.socket.send(MAGIC, MORE)
        self.socket.send(HEADER % (message, kind, _now_ms(), confirmed, epoch), MORE)
        self.socket.send(body)

    def answers(self) -> Iterator[tuple[bytes, bytes]]:
        """Header and body of all that has come."""
        receive = self.socket.recv
        with suppress(zmq.Again):
            while True:
                receive(zmq.NOBLOCK)
                yield receive(), receive()


def _now_ms() -> int:
    return int(monotonic() * 1000)


class _Crowd:
    """The stations of one process. Owner: its only thread.

    zmq.Poller looks at every socket each time; with hundreds of them epoll on their signals is what
    leaves the processor to the service. A signal says "look at the socket": it is read until empty.
    """

    def __init__(self, job: Job) -> None:
        self._context: zmq.Context[zmq.Socket[bytes]] = zmq.Context()
        self._context.max_sockets = 2 * len(job.keys) + 100
        self._epoll = select.epoll()
        self._stations: dict[int, _Station] = {}
        for keys, lendings in zip(job.keys, job.lendings, strict=True):
            socket = curve_dealer(self._context, job.service_key, keys)
            socket.connect(job.endpoint)
            signal = socket.get(zmq.FD)
            assert isinstance(signal, int)
            self._epoll.register(signal, select.EPOLLIN)
            self._stations[signal] = _Station(socket, deque(lendings))

    def greet(self) -> None:
        """All are welcomed when it returns."""
        for station in self._stations.values():
            station.say_hello()
        left = len(self._stations)
        while left:
            for station, (header, body) in self._answers(30.0):
                assert isinstance(decode_reply(body), Welcome)
                station.epoch = decode_service_header(header).epoch
                left -= 1

    def without_pause(self, seconds: float) -> Result:
        """Every station always waits for one answer."""
        result, begun = Result(), monotonic()
        for station in self._stations.values():
            station.borrow(monotonic())
        waiting = len(self._stations)
        while waiting:
            for station in self._answered(result, 10.0):
                if monotonic() - begun < seconds and station.lendings:
                    station.borrow(monotonic())
                else:
                    waiting -= 1
        result.seconds = monotonic() - begun
        return result

    def at_pace(self, seconds: float, rate: float) -> Result:
        """A check-out is counted from when it was due, also if its station still waited then."""
        result, begun = Result(), monotonic()
        due = iter([begun + number / rate for number in range(round(seconds * rate))])
        idle, out, late = deque(self._stations.values()), 0, begun + seconds + 10
        upcoming = next(due, None)
        while (upcoming or out) and monotonic() < late:
            while upcoming and idle and upcoming <= monotonic():
                idle.popleft().borrow(upcoming)
                upcoming, out = next(due, None), out + 1
            pause = max(0.0, upcoming - monotonic()) if upcoming and idle else 0.1
            for station in self._answered(result, pause):
                idle.append(station)
                out -= 1
        result.unanswered = out + len(list(due))
        result.seconds = seconds
        return result

    def _answered(self, result: Result, seconds: float) -> list[_Station]:
        stations = []
        for station, (_header, body) in self._answers(seconds):
            result.latencies.append(monotonic() - station.due)
            result.refused += not body.startswith(LENT)
            stations.append(station)
        return stations

    def _answers(self, seconds: float) -> Iterator[tuple[_Station, tuple[bytes, bytes]]]:
        for signal, _ in self._epoll.poll(seconds):
            station = self._stations[signal]
            for answer in station.answers():
                yield station, answer


def _work(job: Job, pipe: "Connection[Result, str]") -> None:
    crowd = _Crowd(job)
    crowd.greet()
    pipe.send(Result())
    pipe.recv()
    if job.rate is None:
        pipe.send(crowd.without_pause(job.seconds))
    else:
        pipe.send(crowd.at_pace(job.seconds, job.rate))


def apply_load(jobs: list[Job]) -> Result:
    """All stations say Hello first; then all processes begin together."""
    context = get_context("spawn")
    pipes = []
    for job in jobs:
        mine, theirs = context.Pipe()
        process = context.Process(target=_work, args=(job, theirs), daemon=True)
        process.start()
        theirs.close()
        pipes.append((mine, process))
    for mine, _ in pipes:
        mine.recv()
    for mine, _ in pipes:
        mine.send("begin")
    total = Result()
    for mine, process in pipes:
        total.add(mine.recv())
        process.join()
    return total
