"""A device over TCP: the serial line's errors, each by its name, on real sockets."""

import socket
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from threading import Thread

import pytest

from drivers.deadline import Deadline
from drivers.errors import (
    Cancelled,
    DeviceLost,
    DeviceSilent,
    DriverError,
    PortMissing,
    WrongDevice,
)
from drivers.port import port_at
from drivers.serial_port import SerialPort
from drivers.simulators.device import Act, Say
from drivers.simulators.tcp_host import TcpHost
from drivers.tcp_port import TcpPort, tcp_place
from tests.waiting import eventually


class Parrot:
    """A device that says again what it hears."""

    character_seconds = 0.0

    def receive(self, data: bytes, at: float) -> Sequence[Act]:
        return [Say(data)]


@dataclass
class Line:
    host: TcpHost
    port: TcpPort


@pytest.fixture
def line() -> Iterator[Line]:
    with TcpHost(Parrot()) as host:
        port = TcpPort(host.address)
        port.open(within())
        try:
            yield Line(host, port)
        finally:
            port.close()


def within(seconds: float = 2.0) -> Deadline:
    return Deadline.after(seconds)


def test_a_read_gives_all_that_came_and_nothing_at_the_deadline(line: Line) -> None:
    line.port.write(b"ab")
    assert eventually(lambda: line.port.waiting() == 2, 2, "both bytes to come in")
    assert line.port.read_some(within()) == b"ab"
    assert line.port.read_some(within(0.02)) == b""


@pytest.mark.parametrize("way", ["unplug", "drop", "half_close"])
def test_a_connection_that_ends_is_lost(line: Line, way: str) -> None:
    line.port.write(b"a")
    assert line.port.read_some(within()) == b"a"
    getattr(line.host, way)()
    with pytest.raises(DeviceLost, match="tcp://"):
        line.port.read_some(within())


def test_a_question_to_a_lost_device_is_lost_too(line: Line) -> None:
    line.host.unplug()

    def ask() -> bool:
        try:
            line.port.write(b"a")
        except DeviceLost:
            return True
        return False

    assert eventually(ask, 2, "a lost write")


def test_the_same_address_is_refused_while_unplugged_and_serves_again(line: Line) -> None:
    line.host.unplug()
    assert not line.host.plugged
    with pytest.raises(PortMissing, match="takes no connection"):
        line.port.open(within())
    line.host.plug()
    line.port.open(within())
    line.port.write(b"a")
    assert line.port.read_some(within()) == b"a"


def test_after_a_drop_the_next_connection_is_served(line: Line) -> None:
    line.host.drop()
    line.port.open(within())
    line.port.write(b"a")
    assert line.port.read_some(within()) == b"a"


def test_a_second_program_is_sent_away_and_the_first_one_stays(line: Line) -> None:
    second = TcpPort(line.host.address)
    second.open(within())
    with pytest.raises(DeviceLost, match="no other program"):
        second.read_some(within())
    second.close()
    line.port.write(b"a")
    assert line.port.read_some(within()) == b"a"


def test_cancel_ends_the_waiting_read_once(line: Line) -> None:
    Thread(target=line.port.cancel).start()
    with pytest.raises(Cancelled):
        line.port.read_some(within())
    line.port.write(b"a")
    assert line.port.read_some(within()) == b"a"


def full_of_strangers() -> tuple[socket.socket, list[socket.socket]]:
    """A listener whose queue is full: the next connection is neither taken nor refused."""
    listener = socket.socket()
    listener.bind(("127.0.0.1", 0))
    listener.listen(0)
    strangers = []
    for _ in range(3):
        stranger = socket.socket()
        stranger.setblocking(False)
        stranger.connect_ex(listener.getsockname())
        strangers.append(stranger)
    return listener, strangers


def test_opening_keeps_its_deadline_and_can_be_cancelled() -> None:
    listener, strangers = full_of_strangers()
    port = TcpPort(f"tcp://127.0.0.1:{listener.getsockname()[1]}")
    try:
        limit = within(1.0)
        with pytest.raises(PortMissing, match="no answer in time"):
            port.open(within(0.05))
        assert not limit.expired()
        outcome: list[DriverError] = []

        def open_long() -> None:
            try:
                port.open(within(60))
            except DriverError as problem:
                outcome.append(problem)

        opener = Thread(target=open_long)
        opener.start()

        def ended() -> bool:
            port.cancel()
            return bool(outcome)

        eventually(ended, 5, "the end of the opening")
        opener.join()
        assert isinstance(outcome[0], Cancelled)
    finally:
        for end in (listener, *strangers):
            end.close()


def test_a_peer_that_takes_no_bytes_is_silent(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("drivers.tcp_port._WRITE_SECONDS", 0.1)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = TcpPort(f"tcp://127.0.0.1:{listener.getsockname()[1]}")
        port.open(within())
        with pytest.raises(DeviceSilent):
            port.write(bytes(1 << 24))
        port.close()


def test_a_closed_port_says_so_and_closing_twice_is_harmless(line: Line) -> None:
    line.port.close()
    line.port.close()
    line.port.cancel()
    for call in (lambda: line.port.read_some(within()), line.port.waiting):
        with pytest.raises(DeviceLost, match="not open"):
            call()


@pytest.mark.parametrize(
    "path", ["tcp://reader", "tcp://:10001", "tcp://reader:0", "tcp://reader:65536", "tcp://a:²"]
)
def test_an_address_that_is_not_whole_is_named(path: str) -> None:
    with pytest.raises(WrongDevice, match="tcp://host:port"):
        TcpPort(path).open(within())


def test_host_and_port_of_an_address() -> None:
    assert tcp_place("tcp://gate.local:10001") == ("gate.local", 10001)
    assert tcp_place("tcp://[::1]:10001") == ("::1", 10001)


def test_a_name_that_nobody_knows_is_missing() -> None:
    with pytest.raises(PortMissing, match="name is unknown"):
        TcpPort("tcp://no-such-reader.invalid:10001").open(within())


def test_the_path_tells_the_kind_of_port() -> None:
    assert isinstance(port_at("tcp://10.0.0.7:10001", 38_400), TcpPort)
    assert isinstance(port_at("/dev/muontra/pad", 38_400), SerialPort)
