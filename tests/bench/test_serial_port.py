"""The serial line's failures, each by its name, on real pseudo-terminals."""

import os
import tty
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from threading import Thread

import pytest

from drivers.deadline import Deadline
from drivers.errors import Cancelled, DeviceLost, DeviceSilent, PortMissing, WrongDevice
from drivers.serial_port import SerialPort
from tests.waiting import eventually


@dataclass
class Line:
    """Both ends; `far` is the device's."""

    port: SerialPort
    far: int


@pytest.fixture
def line() -> Iterator[Line]:
    far, near = os.openpty()
    tty.setraw(near)
    port = SerialPort(os.ttyname(near), 38_400, "even")
    port.open()
    try:
        yield Line(port, far)
    finally:
        port.close()
        os.close(near)
        with suppress(OSError):
            os.close(far)


def within(seconds: float = 2.0) -> Deadline:
    return Deadline.after(seconds)


def test_a_read_gives_all_that_came_and_nothing_at_the_deadline(line: Line) -> None:
    os.write(line.far, b"ab")
    assert eventually(lambda: line.port.waiting() == 2, 2, "both bytes to come in")
    assert line.port.read_some(within()) == b"ab"
    assert line.port.read_some(within(0.02)) == b""


def test_a_line_opens_again_and_again_although_it_has_no_parity_bit(line: Line) -> None:
    for _ in range(3):
        line.port.open()
    os.write(line.far, b"a")
    assert line.port.read_some(within()) == b"a"


def test_a_line_that_goes_away_is_lost_in_every_call(line: Line) -> None:
    os.close(line.far)
    for call in (
        lambda: line.port.read_some(within()),
        lambda: line.port.write(b"a"),
        line.port.waiting,
    ):
        with pytest.raises(DeviceLost):
            call()


def test_a_line_that_takes_no_bytes_is_silent(line: Line) -> None:
    with pytest.raises(DeviceSilent):
        line.port.write(bytes(1 << 20))


def test_cancel_ends_the_waiting_read_once(line: Line) -> None:
    Thread(target=line.port.cancel).start()
    with pytest.raises(Cancelled):
        line.port.read_some(within())
    os.write(line.far, b"a")
    assert line.port.read_some(within()) == b"a"


def test_a_cancel_before_the_read_is_not_lost(line: Line) -> None:
    line.port.cancel()
    line.port.cancel()
    with pytest.raises(Cancelled):
        line.port.read_some(within())
    assert line.port.read_some(within(0.01)) == b""


def test_a_closed_port_says_so_and_closing_twice_is_harmless(line: Line) -> None:
    line.port.close()
    line.port.close()
    line.port.cancel()
    for call in (lambda: line.port.read_some(within()), line.port.waiting):
        with pytest.raises(DeviceLost, match="not open"):
            call()


@pytest.mark.parametrize(
    ("path", "error"), [("/dev/no-such-line", PortMissing), ("/dev/null", WrongDevice)]
)
def test_what_is_no_serial_line_is_named(path: str, error: type[Exception]) -> None:
    with pytest.raises(error, match=path):
        SerialPort(path, 9600).open()
