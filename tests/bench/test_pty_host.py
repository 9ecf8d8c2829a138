from itertools import pairwise
from pathlib import Path
from threading import Thread
from time import monotonic

import pytest
import serial

from drivers.feig_obid.simulator import FeigSimulator
from drivers.simulators.device import Say, VanishFromLine
from drivers.simulators.pty_host import PtyHost
from tests.unit.drivers.feig_obid import golden
from tests.waiting import eventually

ASK_VERSION = bytes.fromhex("05 FF 65 E5 CB")


def host_of(folder: Path) -> PtyHost:
    return PtyHost(FeigSimulator(), folder / "pad")


def test_a_device_is_there_at_once_and_gone_at_once(tmp_path: Path) -> None:
    started = monotonic()
    for _ in range(20):
        with host_of(tmp_path) as host:
            assert host.plugged
            assert host.link.exists()
        assert not host.link.exists()
    assert (monotonic() - started) / 20 < 0.05


def test_it_answers_through_the_link(tmp_path: Path) -> None:
    with host_of(tmp_path) as host, serial.Serial(str(host.link), timeout=2) as port:
        port.write(ASK_VERSION)
        assert port.read(13) == bytes.fromhex(golden.VERSION)


def test_every_plug_gives_another_node(tmp_path: Path) -> None:
    with host_of(tmp_path) as host:
        nodes = [host.link.readlink()]
        for _ in range(5):
            host.unplug()
            assert not host.link.is_symlink()
            host.plug()
            nodes.append(host.link.readlink())
        assert all(one != next_one for one, next_one in pairwise(nodes))


def test_plugging_twice_and_closing_twice_is_harmless(tmp_path: Path) -> None:
    host = host_of(tmp_path)
    node = host.link.readlink()
    host.plug()
    assert host.link.readlink() == node
    host.unplug()
    host.unplug()
    host.close()
    host.close()


def test_a_host_that_ends_in_the_middle_of_a_long_answer_ends_soon(tmp_path: Path) -> None:
    host = host_of(tmp_path)
    speaker = Thread(target=host.say, args=([Say(b"abc", after=30.0)],))
    speaker.start()
    started = monotonic()
    host.unplug()
    host.plug()
    assert host.plugged
    host.close()
    speaker.join()
    assert monotonic() - started < 5


def test_a_device_that_vanishes_says_nothing_more(tmp_path: Path) -> None:
    with host_of(tmp_path) as host, serial.Serial(str(host.link), timeout=2) as port:
        host.say([Say(b"ab"), VanishFromLine(), Say(b"cd")])
        assert not host.plugged
        with pytest.raises(serial.SerialException):
            port.read(4)


def test_bytes_that_nobody_reads_never_stop_the_device(tmp_path: Path) -> None:
    with host_of(tmp_path) as host:
        for _ in range(20):
            host.say([Say(bytes(4096))])
        with serial.Serial(str(host.link), timeout=2) as port:
            port.write(ASK_VERSION)
            eventually(lambda: port.in_waiting >= 13, 2, "answer")
