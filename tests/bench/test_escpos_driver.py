"""A receipt printer on a pseudo-terminal, on USB's plain device and on TCP."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import product
from pathlib import Path

import pytest
from PIL import Image

from drivers.deadline import Deadline
from drivers.errors import (
    Cancelled,
    DeviceLost,
    DeviceRefused,
    DeviceSilent,
    DriverError,
    PortMissing,
)
from drivers.escpos_printer.driver import EscposPrinter
from drivers.escpos_printer.picture import draw
from drivers.escpos_printer.rendering import rendered
from drivers.escpos_printer.settings import PrinterSettings
from drivers.escpos_printer.simulator import EscposSimulator, EscposSimulatorSettings
from drivers.frame_trace import Direction, FrameTrace
from drivers.interfaces import Paper, PrinterStatus
from drivers.simulators.faults import (
    AnswerStatus,
    AnyFault,
    Cut,
    Delay,
    Double,
    Echo,
    Flip,
    Hang,
    Late,
    Lose,
    Noise,
    PlannedFault,
    Split,
    Unplug,
)
from drivers.simulators.pty_host import PtyHost
from drivers.simulators.tcp_host import TcpHost
from tests.waiting import eventually

RECEIPT = ("      Thư viện tỉnh Lào Cai", "", "Bạn đọc: V. A. MẪU", "Mùa mận trên bản Cao")
OTHER_RECEIPT = ("Sông Chảy mùa lũ", "  TK.00004              hạn trả 02/12/2026")
DOTS = 384
READY = PrinterStatus(Paper.GOOD, cover_open=False, offline=False)


def within(seconds: float = 5.0) -> Deadline:
    return Deadline.after(seconds)


@dataclass
class Desk:
    simulator: EscposSimulator
    host: PtyHost | TcpHost
    printer: EscposPrinter
    trace: FrameTrace

    def plan(self, fault: AnyFault, command: str | None = None, times: int | None = 1) -> None:
        self.simulator.faults.plan(PlannedFault(fault=fault, command=command, times=times))

    def receipts(self) -> list[bytes]:
        """What can be seen on each receipt that was cut off, without the margin below."""
        return [rendered(receipt, DOTS).tobytes() for receipt in self.simulator.printed()]

    def came_out(self, count: int) -> list[bytes]:
        eventually(lambda: len(self.simulator.printed()) >= count, 5, f"{count} receipts")
        return self.receipts()


def on_paper(*lines: str) -> bytes:
    """The picture and the margin of six empty lines below it."""
    picture = draw(lines, DOTS)
    return bytes(picture.tobytes()) + b"\xff" * (6 * 30 * DOTS // 8)


@contextmanager
def desk(
    folder: Path, device: EscposSimulatorSettings | None = None, **settings: object
) -> Iterator[Desk]:
    simulator, trace = EscposSimulator(device), FrameTrace()
    on_tcp = simulator.settings.line == "tcp"
    with TcpHost(simulator) if on_tcp else PtyHost(simulator, folder / "printer") as host:
        hurried = {
            "answer_seconds": 0.1,
            "quiet_seconds": 0.02,
            "settle_seconds": 0.02,
            "dots": DOTS,
        }
        printer = EscposPrinter(
            PrinterSettings(path=host.address, **(hurried | settings)),  # type: ignore[arg-type]
            trace,
        )
        printer.open(within())
        try:
            yield Desk(simulator, host, printer, trace)
        finally:
            printer.close()


LINES: dict[str, Callable[[Path], object]] = {
    "serial": desk,
    "serial with hardware flow control": lambda folder: desk(folder, flow="hardware"),
    "usb": lambda folder: desk(folder, line="usb"),
    "network": lambda folder: desk(folder, EscposSimulatorSettings(line="tcp")),
}


@pytest.fixture(params=LINES)
def any_desk(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Desk]:
    with LINES[request.param](tmp_path) as made:  # type: ignore[attr-defined]
        yield made


@pytest.fixture
def one(tmp_path: Path) -> Iterator[Desk]:
    with desk(tmp_path) as made:
        yield made


# --- on every line ---


def test_receipts_come_out_as_they_were_drawn(any_desk: Desk) -> None:
    assert any_desk.printer.print_lines(RECEIPT, within()) == READY
    assert any_desk.printer.print_lines(OTHER_RECEIPT, within()) == READY
    assert any_desk.came_out(2) == [on_paper(*RECEIPT), on_paper(*OTHER_RECEIPT)]


def test_unplugged_and_plugged_in_again(any_desk: Desk) -> None:
    any_desk.host.unplug()
    with pytest.raises(DeviceLost):
        any_desk.printer.status(within())
    with pytest.raises(PortMissing):
        any_desk.printer.open(within())
    any_desk.host.plug()
    any_desk.printer.open(within())
    any_desk.printer.print_lines(RECEIPT, within())
    assert any_desk.came_out(1) == [on_paper(*RECEIPT)]


def test_cancel_ends_the_wait_for_an_answer(any_desk: Desk) -> None:
    any_desk.simulator.answers = False
    any_desk.printer.cancel()
    with pytest.raises(Cancelled):
        any_desk.printer.status(within())
    assert any_desk.printer.status(within()) == PrinterStatus()


# --- paper and cover ---


@pytest.mark.parametrize(
    ("trouble", "status", "words"),
    [
        ({"paper": "out"}, 0x72, "new roll"),
        ({"cover_open": True}, 0x1A, "close it"),
        ({"error": 0x08}, 0x1A, "cutter"),
    ],
)
def test_what_cannot_print_is_refused_and_nothing_is_printed(
    tmp_path: Path, trouble: dict[str, object], status: int, words: str
) -> None:
    device = EscposSimulatorSettings(**trouble)  # type: ignore[arg-type]
    with desk(tmp_path, device) as broken:
        with pytest.raises(DeviceRefused, match=words) as refused:
            broken.printer.print_lines(RECEIPT, within())
        assert refused.value.status == status
        broken.simulator.paper, broken.simulator.cover_open = "good", False
        assert broken.simulator.printed() == ()


def test_paper_near_its_end_prints_and_tells(one: Desk) -> None:
    one.simulator.paper = "near end"
    assert one.printer.print_lines(RECEIPT, within()).paper is Paper.NEAR_END
    assert one.came_out(1) == [on_paper(*RECEIPT)]


def test_paper_that_ends_in_the_middle_is_told_after(tmp_path: Path) -> None:
    with desk(tmp_path, EscposSimulatorSettings(dots_left=50)) as short:
        assert short.printer.print_lines(RECEIPT * 3, within()).paper is Paper.OUT
        assert short.simulator.printed() == ()
        with pytest.raises(DeviceRefused):
            short.printer.print_lines(OTHER_RECEIPT, within())
        short.simulator.paper = "good"
        assert short.printer.print_lines(OTHER_RECEIPT, within()).paper is Paper.GOOD
        assert short.came_out(2) == [on_paper(*RECEIPT * 3), on_paper(*OTHER_RECEIPT)]


# --- printers that do not answer ---


def test_a_printer_that_never_answers_is_unknown_and_prints(tmp_path: Path) -> None:
    with desk(tmp_path, EscposSimulatorSettings(answers=False)) as mute:
        assert mute.printer.status(within()) == PrinterStatus()
        assert mute.printer.print_lines(RECEIPT, within()) == PrinterStatus()
        assert mute.came_out(1) == [on_paper(*RECEIPT)]


def test_one_that_must_answer_is_none_when_it_does_not(tmp_path: Path) -> None:
    mute = EscposSimulatorSettings(answers=False)
    with pytest.raises(DeviceSilent), desk(tmp_path, mute, must_answer=True):
        pass


def test_a_printer_that_does_not_know_every_question_is_believed_in_the_others(one: Desk) -> None:
    one.plan(Lose(), "status 4", times=None)
    assert one.printer.status(within()) == PrinterStatus(Paper.UNKNOWN, False, offline=False)
    assert one.printer.print_lines(RECEIPT, within()).paper is Paper.UNKNOWN
    assert one.came_out(1) == [on_paper(*RECEIPT)]


# --- faults ---

SIDE_BY_SIDE = 16  # these tests wait more than they work

FAULTS: tuple[AnyFault, ...] = (
    Lose(side="request"),
    Lose(),
    Flip(bit=0),
    Flip(bit=1),
    Cut(keep=0),
    Split(keep=0),
    Double(),
    Double(seconds=0.01),
    Echo(),
    Noise(data="FF0042"),
    Noise(data="FF0042", place="after"),
    Delay(seconds=0.05),
    Delay(seconds=0.25),
    Late(),
    Hang(seconds=0.05),
    Unplug(side="request"),
    Unplug(),
)


NO_PAPER = EscposSimulatorSettings(paper="out")  # each question then has another answer
NO_PAPER_STATUS = PrinterStatus(Paper.OUT, cover_open=False, offline=True)


def test_a_fault_in_the_status_never_gives_a_wrong_one(tmp_path: Path) -> None:
    def strike(case: tuple[int, tuple[AnyFault, int]]) -> None:
        number, (fault, question) = case
        folder = tmp_path / str(number)
        folder.mkdir()
        check_one_fault(folder, fault, f"status {question}")

    with ThreadPoolExecutor(SIDE_BY_SIDE) as pool:
        list(pool.map(strike, enumerate(product(FAULTS, range(1, 5)))))


def check_one_fault(folder: Path, fault: AnyFault, command: str) -> None:
    with desk(folder, NO_PAPER, answer_seconds=0.2, quiet_seconds=0.05) as struck:
        struck.plan(fault, command)
        try:
            assert struck.printer.status(within()) == NO_PAPER_STATUS, (fault, command)
        except DriverError:
            struck.host.plug()
            struck.printer.open(within())
        assert struck.simulator.faults.struck == 1
        assert struck.printer.status(within()) == NO_PAPER_STATUS, (fault, command)


def test_the_rig_sees_a_driver_that_takes_the_first_answer(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The planted fault for the test above: a doubled answer is taken for the next one's."""

    def first_heard(printer: EscposPrinter, limit: Deadline) -> set[int]:
        return set(printer._line.read_some(limit)[:1]) if limit.remaining() > 0.1 else set()

    monkeypatch.setattr(EscposPrinter, "_heard", first_heard)
    with pytest.raises(AssertionError, match="status 4"):
        check_one_fault(tmp_path, Double(seconds=0.01), "status 4")


def test_half_a_pair_of_bits_is_asked_again(one: Desk) -> None:
    one.plan(AnswerStatus(status=0x32), "status 4")
    assert one.printer.status(within()) == READY


def test_questions_inside_a_picture_are_answered_and_nobody_listens(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """This picture says `10 04 04` to the printer all the time, also when it has been sent."""

    def talkative(lines: tuple[str, ...], dots: int) -> Image.Image:
        size = draw(lines, dots).size
        rows = bytes.fromhex("EFFBFB") * (size[0] * size[1] // 24)  # white is 1 in a picture
        return Image.frombytes("1", size, rows)

    monkeypatch.setattr("drivers.escpos_printer.job.draw", talkative)
    with desk(tmp_path, EscposSimulatorSettings(paper="near end"), settle_seconds=0.2) as one:
        told = one.printer.print_lines(RECEIPT, within())
        assert told == PrinterStatus(Paper.NEAR_END, cover_open=False, offline=False)
        assert any(frame.direction is Direction.DROPPED for frame in one.trace.frames())


def test_a_receipt_that_was_broken_off_does_not_swallow_the_next_one(
    one: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The printer still waits for the rest of a picture: white dots fill it up."""
    cancelled = EscposPrinter._drop_what_comes

    def cancel_in_the_middle(printer: EscposPrinter, limit: Deadline) -> None:
        if one.trace.frames()[-1].raw == b"":
            monkeypatch.setattr(EscposPrinter, "_drop_what_comes", cancelled)
            raise Cancelled("the station stops")
        cancelled(printer, limit)

    monkeypatch.setattr(EscposPrinter, "_drop_what_comes", cancel_in_the_middle)
    with pytest.raises(Cancelled):
        one.printer.print_lines(RECEIPT, within())
    one.printer.print_lines(OTHER_RECEIPT, within())
    (paper,) = one.came_out(1)
    assert paper.endswith(on_paper(*OTHER_RECEIPT))


def test_a_printer_that_takes_no_bytes_is_told_before_the_deadline_is_long_over(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with desk(tmp_path) as stuck:
        monkeypatch.setattr(EscposPrinter, "_expect_ready", lambda *_: None)
        with pytest.raises(DeviceSilent, match="too long"):
            stuck.printer.print_lines(RECEIPT, within(0))
        assert stuck.simulator.printed() == ()


# --- privacy ---


def test_the_trace_never_holds_what_stands_on_a_receipt(tmp_path: Path) -> None:
    with desk(tmp_path, mode="plain") as plain:
        plain.printer.print_lines(["Ban doc: V. A. MAU"], within())
        plain.came_out(1)
        assert b"MAU" in plain.simulator.printed()[0]
        for frame in plain.trace.frames() + plain.simulator.trace.frames():
            assert b"MAU" not in frame.raw
            assert "MAU" not in frame.sentence
