"""The bench as a process: hands through its socket, drivers through its links."""

import json
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from drivers.barcode_serial.driver import BarcodeSettings, SerialBarcodeScanner
from drivers.errors import DeviceLost, TagLeft
from drivers.facts import Code
from drivers.feig_obid.driver import FeigReader, FeigSettings
from drivers.simulators.bench_client import BenchClient, BenchGone, BenchRefused
from drivers.simulators.bench_protocol import (
    Add,
    BenchItem,
    ClearFaults,
    Event,
    FrameSeen,
    ItemMoved,
    Lay,
    Lift,
    PlanFault,
    Plug,
    Quit,
    Scan,
    Subscribe,
    TagWritten,
    Unplug,
    line_of,
)
from drivers.simulators.faults import PlannedFault, TakeAway
from drivers.simulators.virtual_tags import TagMemory
from drivers.uid import Uid
from tests.bench.feig_pad import BOOK, LIBRARY_OF_OSLO, OTHER_BOOK
from tests.bench.pad_bench import within

SHELF = (
    BenchItem(name="TK.00003", tag=TagMemory(uid=BOOK, blocks=LIBRARY_OF_OSLO.hex(), afi=7)),
    BenchItem(name="TK.00004", tag=TagMemory(uid=OTHER_BOOK, afi=7)),
    BenchItem(name="TK.00005", title="Sách không có nhãn", barcode="TK.00005"),
    BenchItem(name="0427", kind="card", barcode="04271936"),
)


class Bench:
    """Starts and ends benches on one folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.socket = folder / "bench.sock"
        (folder / "books.jsonl").write_bytes(
            b"".join(json.dumps(_plain(item)).encode() + b"\n" for item in SHELF)
        )
        self.process = self.start()

    def start(self) -> "subprocess.Popen[str]":
        command = [sys.executable, "-m", "drivers.simulators.bench"]
        command += ["--state", str(self.folder), "--socket", str(self.socket)]
        command += ["--books", str(self.folder / "books.jsonl")]
        self.process = subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )
        assert self.process.stdout is not None
        self.first_words = self.process.stdout.readline()
        return self.process

    def kill(self) -> None:
        self.process.kill()
        self.process.communicate()

    def reader(self) -> FeigReader:
        reader = FeigReader(FeigSettings(path=str(self.folder / "pad")))
        reader.open(within())
        return reader


def _plain(item: BenchItem) -> dict[str, object]:
    return {**json.loads(line_of(Add(item=item)))["item"]}


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    started = Bench(tmp_path)
    yield started
    started.kill()


@pytest.fixture
def hand(bench: Bench) -> Iterator[BenchClient]:
    with BenchClient(bench.socket) as client:
        yield client


def seen(reader: FeigReader) -> set[Uid]:
    return {tag.uid for tag in reader.inventory(within())}


def event(client: BenchClient, wanted: Callable[[Event], bool]) -> Event:
    deadline = within()
    while not deadline.expired():
        got = client.next_event(0.5)
        if got is not None and wanted(got):
            return got
    raise AssertionError("the event did not come")


def test_books_laid_down_and_lifted_are_seen_by_the_driver(bench: Bench, hand: BenchClient) -> None:
    reader = bench.reader()
    hand.ask(Lay(items=("TK.00003", "TK.00004", "TK.00005")))
    assert seen(reader) == {BOOK, OTHER_BOOK}
    hand.ask(Lift(items=("TK.00003",)))
    assert seen(reader) == {OTHER_BOOK}
    lies = {state.item.name: state.pad for state in hand.state().items}
    assert lies == {"TK.00003": None, "TK.00004": "pad", "TK.00005": "pad", "0427": None}


def test_a_code_held_before_the_scanner_reaches_its_driver(bench: Bench, hand: BenchClient) -> None:
    scanner = SerialBarcodeScanner(BarcodeSettings(path=str(bench.folder / "scanner")))
    scanner.open(within())
    scanner.listen(within(), wanted=True)
    hand.ask(Scan(text="04271936"))
    assert scanner.next_code(within()) == Code("04271936")
    scanner.close()


def test_a_killed_bench_loses_no_tag_write_and_no_book_on_the_pad(
    bench: Bench, hand: BenchClient
) -> None:
    hand.ask(Lay(items=("TK.00003",)))
    reader = bench.reader()
    reader.write_afi(BOOK, 0xC2, within())
    reader.write_blocks(BOOK, 20, b"kept", within())
    bench.kill()
    with pytest.raises(DeviceLost):
        reader.inventory(within())
    bench.start()
    reader.open(within())
    assert seen(reader) == {BOOK}
    with BenchClient(bench.socket) as again:
        kept = again.tags()["TK.00003"]
    assert kept.pad == "pad"
    assert kept.memory.afi == 0xC2
    assert bytes.fromhex(kept.memory.blocks)[80:84] == b"kept"


def test_a_journal_cut_in_the_middle_of_a_line_is_read_to_the_last_whole_one(
    bench: Bench, hand: BenchClient
) -> None:
    hand.ask(Lay(items=("TK.00003",)))
    bench.kill()
    with (bench.folder / "items.jsonl").open("ab") as journal:
        journal.write(b'{"item":{"name":"TK.0000')
    bench.start()
    with BenchClient(bench.socket) as again:
        assert again.tags()["TK.00003"].pad == "pad"


def test_unplug_and_plug(bench: Bench, hand: BenchClient) -> None:
    reader = bench.reader()
    hand.ask(Unplug(device="pad"))
    with pytest.raises(DeviceLost):
        reader.inventory(within())
    assert [device.plugged for device in hand.state().devices] == [False, True]
    hand.ask(Plug(device="pad"))
    reader.open(within())


def test_a_fault_is_planned_and_cleared(bench: Bench, hand: BenchClient) -> None:
    hand.ask(Lay(items=("TK.00003",)))
    hand.ask(PlanFault(device="pad", planned=PlannedFault(fault=TakeAway(), command="write AFI")))
    reader = bench.reader()
    with pytest.raises(TagLeft):
        reader.write_afi(BOOK, 0xC2, within())
    assert hand.tags()["TK.00003"].pad is None
    hand.ask(PlanFault(device="pad", planned=PlannedFault(fault=TakeAway(), times=None)))
    hand.ask(ClearFaults(device="pad"))
    hand.ask(Lay(items=("TK.00003",)))
    reader.write_afi(BOOK, 0xC2, within())
    assert hand.tags()["TK.00003"].memory.afi == 0xC2


def test_subscribers_hear_tag_writes_movements_and_frames(bench: Bench, hand: BenchClient) -> None:
    with BenchClient(bench.socket) as calm, BenchClient(bench.socket) as curious:
        calm.ask(Subscribe())
        curious.ask(Subscribe(frames=True))
        hand.ask(Lay(items=("TK.00003",)))
        bench.reader().write_afi(BOOK, 0xC2, within())
        moved = event(calm, lambda one: isinstance(one, ItemMoved))
        assert moved == ItemMoved(item="TK.00003", pad="pad")
        written = event(calm, lambda one: not isinstance(one, ItemMoved))
        assert isinstance(written, TagWritten)
        assert written.memory.afi == 0xC2
        frame = event(curious, lambda one: isinstance(one, FrameSeen))
        assert isinstance(frame, FrameSeen)
        assert frame.hex == "05 FF 65 E5 CB"


@pytest.mark.parametrize(
    ("command", "reason"),
    [
        (Lay(items=("TK.00003", "TK.99999")), "TK.99999"),
        (Lay(items=("TK.00003",), pad="shelf"), "no pad shelf"),
        (Lift(items=("nothing",)), "nothing"),
        (Scan(text="1", scanner="pad"), "no scanner pad"),
        (Unplug(device="printer"), "there are pad, scanner"),
        (Add(item=BenchItem(name="x", tag=TagMemory(uid=BOOK, chip="papyrus"))), "papyrus"),
        (Add(item=BenchItem(name="x", tag=TagMemory(uid=BOOK, blocks="00" * 200))), "do not fit"),
    ],
)
def test_an_impossible_command_is_refused_with_its_reason_and_does_nothing(
    bench: Bench, hand: BenchClient, command: Lay, reason: str
) -> None:
    with pytest.raises(BenchRefused, match=reason):
        hand.ask(command)
    assert all(state.pad is None for state in hand.state().items)
    assert len(hand.state().items) == len(SHELF)


def test_an_item_that_lies_on_a_pad_is_not_replaced(bench: Bench, hand: BenchClient) -> None:
    hand.ask(Lay(items=("TK.00003",)))
    with pytest.raises(BenchRefused, match="lift it first"):
        hand.ask(Add(item=SHELF[0]))


def test_garbage_on_the_socket_is_answered_and_hurts_nobody(
    bench: Bench, hand: BenchClient
) -> None:
    with socket.socket(socket.AF_UNIX) as raw:
        raw.settimeout(5)
        raw.connect(str(bench.socket))
        for line in (b"\xff\xfe\n", b"{}\n", b'{"command":"dance"}\n', b'{"command":"lay"}\n'):
            raw.sendall(line)
            assert json.loads(raw.recv(1 << 16))["says"] == "trouble"
        raw.sendall(b"x" * 10)
    assert len(hand.state().items) == len(SHELF)


def test_a_client_that_breaks_off_hurts_nobody(bench: Bench, hand: BenchClient) -> None:
    for _ in range(20):
        client = BenchClient(bench.socket)
        client.ask(Subscribe(frames=True))
        client.close()
    hand.ask(Lay(items=("TK.00003",)))
    assert seen(bench.reader()) == {BOOK}


def test_a_second_bench_on_the_same_folder_is_refused(bench: Bench, hand: BenchClient) -> None:
    first = bench.process
    second = bench.start()
    _, words = second.communicate(timeout=10)
    bench.process = first
    assert second.returncode == 1
    assert "another bench" in words
    assert hand.state().items


@pytest.mark.parametrize("way", ["quit", "signal"])
def test_the_bench_ends_clean(bench: Bench, hand: BenchClient, way: str) -> None:
    if way == "quit":
        hand.ask(Quit())
    else:
        bench.process.send_signal(signal.SIGTERM)
    assert bench.process.wait(10) == 0
    left = sorted(path.name for path in bench.folder.iterdir())
    assert left == ["books.jsonl", "items.jsonl", "lock"]
    with pytest.raises(BenchGone):
        hand.ask(Quit())
    with pytest.raises(BenchGone, match="start it first"):
        BenchClient(bench.socket)


def test_a_broken_books_file_is_named(bench: Bench) -> None:
    bench.kill()
    (bench.folder / "books.jsonl").write_text('{"name": "x", "pages": 3}\n')
    _, words = bench.start().communicate(timeout=10)
    assert bench.process.returncode == 1
    assert "pages" in words


def test_only_the_owner_may_use_the_socket(bench: Bench) -> None:
    assert bench.socket.stat().st_mode & 0o077 == 0
