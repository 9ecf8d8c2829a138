"""The station's local socket against clients that are rude, and places that are wrong."""

import os
import socket
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from drivers.frame_trace import Direction, FrameTrace, TracedFrame
from kiosk.device_news import DeviceUp
from kiosk.local.bulletin import Bulletin
from kiosk.local.client import StationClient
from kiosk.local.protocol import (
    LONGEST_LINE,
    AskFrames,
    Done,
    Frames,
    Message,
    Ping,
    Resume,
    SendNow,
    Told,
    Trouble,
    Watch,
    line_of,
    message_from,
)
from kiosk.local.server import MOST_CLIENTS, LocalAsk, LocalServer
from tests.waiting import eventually


class CountedTrace(FrameTrace):
    """Knows how often it was looked at."""

    looked_at = 0

    def frames(self) -> tuple[TracedFrame, ...]:
        self.looked_at += 1
        return super().frames()


def is_full(line: socket.socket) -> bool:
    """Ask until nothing goes into the line any more."""
    try:
        while True:
            line.send(line_of(AskFrames(device="pad")) * 1000)
    except BlockingIOError:
        return True


class Station:
    """Answers at once, and remembers what it was asked."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / "socket"
        self.asked: list[LocalAsk] = []
        self.trace = CountedTrace()
        self.bulletin = Bulletin()
        self.server = LocalServer(self.path, self.take, {"pad": self.trace}, self.bulletin)

    def take(self, ask: LocalAsk) -> None:
        self.asked.append(ask)
        ask.answer(Done())


@contextmanager
def running(folder: Path) -> Iterator[Station]:
    station = Station(folder)
    station.server.start()
    try:
        yield station
    finally:
        station.server.stop()


@pytest.fixture
def station(tmp_path: Path) -> Iterator[Station]:
    with running(tmp_path) as running_station:
        yield running_station


@contextmanager
def connected(station: Station) -> Iterator[socket.socket]:
    with socket.socket(socket.AF_UNIX) as line:
        line.settimeout(10)
        line.connect(str(station.path))
        yield line


def answered(line: socket.socket) -> Message | None:
    """The next answer, None at the end of the connection."""
    with line.makefile("rb") as answers:
        told = answers.readline()
    return message_from(told) if told else None


def test_a_line_of_a_megabyte_gets_one_answer_and_the_conversation_goes_on(
    station: Station,
) -> None:
    """Its pieces are no requests of their own, whatever stands in them."""
    with connected(station) as line:
        line.sendall(b"x" * LONGEST_LINE * 16 + line_of(SendNow()))
        answer = answered(line)
        assert isinstance(answer, Trouble)
        assert "longer than" in answer.reason
        assert station.asked == []
        line.sendall(line_of(Ping()))
        assert answered(line) == Done()


def test_a_client_that_asks_and_never_reads_is_asked_to_wait_and_costs_no_memory(
    station: Station,
) -> None:
    for number in range(500):
        station.trace.record(Direction.SENT, bytes(2000), f"frame {number}")
    with connected(station) as line:
        line.setblocking(False)
        assert is_full(line)
        with StationClient(station.path) as other:
            answers = [other.ask(AskFrames(device="pad")) for _ in range(20)]
        assert all(isinstance(answer, Frames) for answer in answers)
        assert station.trace.looked_at <= len(answers) + 2


def test_who_watches_and_never_reads_loses_events_and_no_worker_waits(station: Station) -> None:
    with connected(station) as line:
        line.sendall(line_of(Watch()))
        assert answered(line) == Done()
        for number in range(20_000):
            station.bulletin.notice(DeviceUp(f"pad {number}", "pad", "m" * 100))


def test_an_answer_comes_even_when_thousands_of_events_wait(station: Station) -> None:
    with StationClient(station.path) as client:
        client.ask(Watch())
        for number in range(5_000):
            station.bulletin.notice(DeviceUp(f"pad {number}", "pad"))
        assert client.ask(Ping()) == Done()
        assert isinstance(client.next_event(1), Told)


def test_one_connection_too_many_is_told_so_and_those_that_stand_are_served(
    station: Station,
) -> None:
    first = [StationClient(station.path) for _ in range(MOST_CLIENTS)]
    try:
        assert [client.ask(Ping()) for client in first] == [Done()] * MOST_CLIENTS
        with connected(station) as line:
            answer = answered(line)
            assert isinstance(answer, Trouble)
            assert "too many" in answer.reason
        first.pop().close()

        def free_again() -> bool:
            with connected(station) as line:
                line.sendall(line_of(Ping()))
                return answered(line) == Done()

        eventually(free_again, 5, "place for another one")
    finally:
        for client in first:
            client.close()


def test_a_client_that_ends_in_the_middle_of_a_request_has_asked_nothing(station: Station) -> None:
    with connected(station) as line:
        line.sendall(line_of(Resume(device="pad"))[:-1])
        line.shutdown(socket.SHUT_WR)
        assert line.recv(1) == b""
    assert station.asked == []


def test_a_socket_left_over_by_a_power_cut_is_no_obstacle(tmp_path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as dead:
        dead.bind(str(tmp_path / "socket"))
    with running(tmp_path) as station, StationClient(station.path) as client:
        assert client.ask(Ping()) == Done()


def test_the_socket_of_another_station_that_runs_is_left_to_it(tmp_path: Path) -> None:
    """Two files name one socket: technicians would pause the wrong station's devices."""
    with running(tmp_path) as first:
        with pytest.raises(OSError, match="another station"):
            Station(tmp_path)
        with StationClient(first.path) as client:
            assert client.ask(Ping()) == Done()


def test_a_file_that_is_no_socket_is_never_removed(tmp_path: Path) -> None:
    """A slip in the configuration must not cost a station its store."""
    (tmp_path / "socket").write_text("precious", encoding="utf-8")
    with pytest.raises(OSError, match="in use"):
        Station(tmp_path)
    assert (tmp_path / "socket").read_text(encoding="utf-8") == "precious"


def test_a_socket_path_that_is_too_long_is_an_error_that_the_station_survives(
    tmp_path: Path,
) -> None:
    with pytest.raises(OSError, match="too long"):
        Station(tmp_path / ("x" * 200))


def test_nobody_outside_the_group_can_connect_at_any_moment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    modes = []
    listen = socket.socket.listen

    def look(line: socket.socket, backlog: int = 5) -> None:
        modes.append(stat.S_IMODE((tmp_path / "socket").stat().st_mode))
        listen(line, backlog)

    monkeypatch.setattr(socket.socket, "listen", look)
    before = os.umask(0)
    try:
        with running(tmp_path):
            assert modes == [0o660]
    finally:
        os.umask(before)
