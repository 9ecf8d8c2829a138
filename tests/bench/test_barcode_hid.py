"""Keyboard scanners: a node that gives the kernel's events, the tree under /sys, and, where the
system has it, a keyboard made with uinput.
"""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from errno import EACCES, EBUSY, ENODEV
from fcntl import ioctl
from pathlib import Path
from struct import pack
from threading import Thread

import pytest
import structlog

from drivers.barcode_hid import input_node
from drivers.barcode_hid.driver import HidBarcodeScanner, HidSettings
from drivers.barcode_hid.finding import node_of
from drivers.barcode_hid.keys import KEYS, LETTERS_AND_ENTER
from drivers.barcode_hid.simulator import HidSimulator, HidSimulatorSettings
from drivers.deadline import Deadline
from drivers.errors import Cancelled, DeviceLost, PortBusy, PortMissing, WrongDevice
from drivers.facts import Code
from drivers.frame_trace import FrameTrace
from drivers.simulators.faults import Cut, Noise, PlannedFault, Split
from drivers.simulators.pty_host import PtyHost
from tests.waiting import eventually


@pytest.fixture(autouse=True)
def _in_a_hurry(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("drivers.barcode_hid.driver.DEAF_SECONDS", 0.03)
    monkeypatch.setattr("drivers.barcode_hid.driver.FRAGMENT_SECONDS", 0.08)


def within(seconds: float = 2.0) -> Deadline:
    return Deadline.after(seconds)


@dataclass
class Desk:
    simulator: HidSimulator
    host: PtyHost
    scanner: HidBarcodeScanner
    trace: FrameTrace

    def switch_on(self) -> None:
        self.scanner.open(within())
        self.scanner.listen(within(), wanted=True)

    def scan(self, text: str) -> None:
        self.host.say(self.simulator.scan(text))


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    simulator, trace = HidSimulator(), FrameTrace()
    with PtyHost(simulator, tmp_path / "scanner") as host:
        scanner = HidBarcodeScanner(HidSettings(path=host.address, grab=False), trace)
        desk = Desk(simulator, host, scanner, trace)
        desk.switch_on()
        yield desk
        scanner.close()


def test_codes_come_one_by_one_and_none_is_lost(desk: Desk) -> None:
    desk.scan("TV0123456")
    desk.scan("tk_00003|x")
    assert desk.scanner.next_code(within()) == Code("TV0123456")
    assert desk.scanner.next_code(within()) == Code("tk_00003|x")
    assert desk.scanner.next_code(within(0.02)) is None


def test_a_code_in_two_pieces_is_one_code(desk: Desk) -> None:
    desk.simulator.faults.plan(PlannedFault(fault=Split(keep=100, seconds=0.02)))
    desk.scan("TK.00003")
    assert desk.scanner.next_code(within()) == Code("TK.00003")


@pytest.mark.parametrize("fault", [Cut(keep=24 * 15), Cut(keep=100), Noise(), Noise(place="after")])
def test_a_fragment_is_never_joined_with_the_next_code(desk: Desk, fault: Cut | Noise) -> None:
    desk.simulator.faults.plan(PlannedFault(fault=fault))
    desk.scan("04271936")
    assert desk.scanner.next_code(within(0.12)) in {None, Code("04271936")}
    assert desk.scanner.next_code(within(0.12)) is None
    desk.scan("0815")
    assert desk.scanner.next_code(within()) == Code("0815")


def test_what_is_scanned_while_nobody_wants_a_code_is_dropped(desk: Desk) -> None:
    desk.scanner.listen(within(), wanted=False)
    desk.scan("04271936")
    desk.scanner.listen(within(), wanted=True)
    assert desk.scanner.next_code(within(0.05)) is None
    desk.scan("TK.00003")
    assert desk.scanner.next_code(within()) == Code("TK.00003")


def test_a_citizen_card_is_refused_with_the_remedy_and_its_number_is_in_no_log(desk: Desk) -> None:
    with structlog.testing.capture_logs() as logs:
        card = "010212999001||Vàng A Mẫu|15082012|Nam|Tỉnh Lào Cai|01072024||||"
        scanning = Thread(target=desk.scan, args=(card,))
        scanning.start()
        assert desk.scanner.next_code(within(0.3)) is None
        scanning.join()
    assert "virtual COM port" in logs[0]["reason"]
    kept = str(logs) + " ".join(map(str, desk.trace.frames() + desk.simulator.trace.frames()))
    assert "0102" not in kept


def test_unplugged_while_waiting_and_plugged_in_again(desk: Desk) -> None:
    Thread(target=desk.host.unplug).start()
    with pytest.raises(DeviceLost):
        desk.scanner.next_code(within())
    with pytest.raises(PortMissing):
        desk.scanner.open(within())
    desk.host.plug()
    desk.switch_on()
    desk.scan("TK.00003")
    assert desk.scanner.next_code(within()) == Code("TK.00003")


def test_the_error_of_a_pulled_usb_plug_is_a_lost_device(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A real node fails with ENODEV, a pseudo-terminal ends."""
    node, read = desk.scanner._node._fd, os.read

    def gone(fd: int, count: int) -> bytes:
        if fd == node:
            raise OSError(ENODEV, "No such device")
        return read(fd, count)

    desk.scan("TK.00003")
    monkeypatch.setattr("drivers.barcode_hid.input_node.os.read", gone)
    with pytest.raises(DeviceLost, match="plug it in again"):
        desk.scanner.next_code(within())


def test_cancel_ends_the_wait(desk: Desk) -> None:
    Thread(target=desk.scanner.cancel).start()
    with pytest.raises(Cancelled):
        desk.scanner.next_code(within())


def test_a_second_program_does_not_get_the_keys(desk: Desk) -> None:
    second = HidBarcodeScanner(HidSettings(path=desk.host.address, grab=False))
    with pytest.raises(PortBusy):
        second.open(within())


def test_what_is_no_input_device_is_told_and_left_open_for_others(
    tmp_path: Path, desk: Desk
) -> None:
    with pytest.raises(WrongDevice, match="no input device"):
        HidBarcodeScanner(HidSettings(path=desk.host.address)).open(within())


class Node:
    """What a node answers to the calls of the input system. `keys`: the codes it has."""

    def __init__(self, keys: frozenset[int], grab_error: int = 0, leds: int = 0) -> None:
        self.keys = keys
        self.grab_error = grab_error
        self.leds = leds
        self.asked: list[int] = []

    def ioctl(self, fd: int, request: int, argument: bytes | int) -> bytes | int:
        self.asked.append(request)
        if request == input_node._KEYS:
            return sum(1 << code for code in self.keys).to_bytes(96, "little")
        if request == input_node._LEDS:
            return bytes((self.leds,)).ljust(8, b"\0")
        if self.grab_error:
            raise OSError(self.grab_error, os.strerror(self.grab_error))
        return 0


@pytest.mark.parametrize(
    ("node", "error"),
    [
        (Node(frozenset(range(113, 120))), WrongDevice),
        (Node(LETTERS_AND_ENTER - {28}), WrongDevice),
        (Node(LETTERS_AND_ENTER, grab_error=EBUSY), PortBusy),
        (Node(LETTERS_AND_ENTER, grab_error=ENODEV), PortMissing),
    ],
)
def test_only_a_keyboard_that_is_ours_alone_is_taken(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, node: Node, error: type[Exception]
) -> None:
    monkeypatch.setattr(input_node, "ioctl", node.ioctl)
    with pytest.raises(error):
        HidBarcodeScanner(HidSettings(path=desk.host.address)).open(within())


def test_a_keyboard_is_grabbed_with_its_caps_lock(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    node = Node(LETTERS_AND_ENTER, leds=0b10)
    monkeypatch.setattr(input_node, "ioctl", node.ioctl)
    desk.scanner.close()
    scanner = HidBarcodeScanner(HidSettings(path=desk.host.address))
    scanner.open(within())
    assert input_node._GRAB in node.asked
    scanner.listen(within(), wanted=True)
    desk.scan("tk.00003")
    assert scanner.next_code(within()) == Code("TK.00003")
    scanner.close()


def test_a_user_without_rights_is_told_the_group_and_the_rule(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def forbidden(path: str, flags: int) -> int:
        raise OSError(EACCES, "Permission denied", path)

    monkeypatch.setattr("drivers.barcode_hid.input_node.os.open", forbidden)
    with pytest.raises(WrongDevice, match=r"group input.*udev rule"):
        HidBarcodeScanner(HidSettings(path="/dev/input/event3")).open(within())


WITH_LETTERS = "1000000000007 ff9f207ac14057ff febeffdfffefffff fffffffffffffffe"
BUTTONS = "3000 0 0 0"


def told_by_the_kernel(root: Path, node: str, usb: str, keys: str) -> None:
    device = root / node / "device"
    (device / "id").mkdir(parents=True)
    (device / "capabilities").mkdir()
    vendor, product, serial = usb.split(":")
    (device / "id/vendor").write_text(f"{vendor}\n")
    (device / "id/product").write_text(f"{product}\n")
    (device / "uniq").write_text(f"{serial}\n")
    (device / "capabilities/key").write_text(f"{keys}\n")


def test_a_composite_scanner_is_found_by_its_letters(tmp_path: Path) -> None:
    told_by_the_kernel(tmp_path, "event2", "0c2e:0b61:", BUTTONS)
    told_by_the_kernel(tmp_path, "event3", "0c2e:0b61:", WITH_LETTERS)
    told_by_the_kernel(tmp_path, "event4", "046d:c31c:", WITH_LETTERS)
    (tmp_path / "event5/device").mkdir(parents=True)
    assert node_of("0C2E:0B61", tmp_path) == "/dev/input/event3"


def test_two_equal_scanners_are_told_apart_by_serial_number_or_by_place(tmp_path: Path) -> None:
    told_by_the_kernel(tmp_path, "event3", "0c2e:0b61:A1", WITH_LETTERS)
    told_by_the_kernel(tmp_path, "event7", "0c2e:0b61:A2", WITH_LETTERS)
    assert node_of("0c2e:0b61:a2", tmp_path) == "/dev/input/event7"
    with pytest.raises(WrongDevice, match="by-path"):
        node_of("0c2e:0b61", tmp_path)
    with pytest.raises(PortMissing):
        node_of("0c2e:0b61:A3", tmp_path)


UINPUT = Path("/dev/uinput")


@pytest.mark.skipif(not os.access(UINPUT, os.W_OK), reason="this machine has no uinput")
def test_a_keyboard_of_the_kernel_is_grabbed_and_read() -> None:
    fd = os.open(UINPUT, os.O_WRONLY)
    ioctl(fd, 0x40045564, 1)
    for code in {*KEYS, *LETTERS_AND_ENTER, 42, 56}:
        ioctl(fd, 0x40045565, code)
    ioctl(fd, 0x405C5503, pack("HHHH80sI", 3, 0xFFF0, 0x0001, 1, b"muontra test scanner", 0))
    ioctl(fd, 0x5501)
    scanner = HidBarcodeScanner(HidSettings(usb="fff0:0001"))
    try:
        eventually(lambda: opened(scanner), 5.0, "node of the keyboard")
        scanner.listen(within(), wanted=True)
        simulator = HidSimulator(HidSimulatorSettings())
        os.write(fd, b"".join(simulator._typed("TK.00003")))
        assert scanner.next_code(within()) == Code("TK.00003")
        ioctl(fd, 0x5502)
        with pytest.raises(DeviceLost):
            scanner.next_code(within())
    finally:
        scanner.close()
        os.close(fd)


def opened(scanner: HidBarcodeScanner) -> bool:
    try:
        scanner.open(within())
    except (PortMissing, WrongDevice):
        return False
    return True
