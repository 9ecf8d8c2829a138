"""Receipt printers: nothing is printed twice, nothing without paper, and silence is no error."""

from collections.abc import Sequence

from drivers.conformance.every_kind import CHECKS as EVERY_KIND
from drivers.conformance.line_faults import fault_checks
from drivers.conformance.rig import Broken, Call, Rig, becomes_true, expect
from drivers.conformance.trial import Check, Trial, rig_of
from drivers.deadline import Deadline
from drivers.errors import DeviceRefused
from drivers.interfaces import Paper, PrinterStatus

PRINT_SECONDS = 0.5
SETTLE_SECONDS = 0.05
LINES = ("THƯ VIỆN", "Dế Mèn phiêu lưu ký", "Hạn trả: 14/03", "-" * 42)


class PrinterRig(Rig):
    """A printer with paper. What it cut off is counted."""

    call_seconds = 3.0

    def prepare(self) -> None:
        self.ordered = 0

    def secrets(self) -> Sequence[str]:
        return (LINES[1], LINES[1].encode().hex())

    def calls(self) -> Sequence[Call]:
        return (
            Call("open", self.open, patient=True),
            Call("status", self._status, patient=True),
            Call("print_lines", self._print_lines, patient=True),
        )

    def status(self) -> PrinterStatus:
        """Ask now."""
        with self.watched("status", self.call_seconds) as deadline:
            status: PrinterStatus = self.driver.status(deadline)
        return status

    def print(self) -> PrinterStatus:
        """Print a receipt."""
        self.ordered += 1
        with self.watched("print_lines", self.call_seconds) as deadline:
            status: PrinterStatus = self.driver.print_lines(LINES, deadline)
        return status

    def wait_for(self, receipts: int) -> bool:
        """True when so many receipts came out and no more; bytes may still be on the line."""

        def more_than(number: int) -> bool:
            return len(self.device.printed()) > number

        came = becomes_true(lambda: more_than(receipts - 1), PRINT_SECONDS)
        return came and not becomes_true(lambda: more_than(receipts), SETTLE_SECONDS)

    def _status(self, _turn: int, deadline: Deadline) -> bool:
        status = self.driver.status(deadline)
        self._expect_true(status)
        return status.paper is Paper.GOOD

    def _print_lines(self, _turn: int, deadline: Deadline) -> bool:
        before = len(self.device.printed())
        self.ordered += 1
        self._expect_true(self.driver.print_lines(LINES, deadline))
        came = self.wait_for(before + 1)
        self._expect_nothing_twice()
        return came

    def _expect_true(self, status: PrinterStatus) -> None:
        expect(
            status.paper in {Paper.GOOD, Paper.UNKNOWN}
            and not status.cover_open
            and not status.offline,
            f"the printer is well, and the driver said {status}",
        )

    def _expect_nothing_twice(self) -> None:
        printed = len(self.device.printed())
        expect(
            printed <= self.ordered,
            f"{printed} receipts came out, and {self.ordered} were ordered: "
            "a driver must never print again by itself",
        )


def print_each_receipt_once(trial: Trial) -> None:
    with rig_of(trial, PrinterRig) as rig:
        rig.connect()
        for number in range(1, 4):
            rig.print()
            expect(rig.wait_for(number), f"{len(rig.device.printed())} receipts for {number}")


def refuse_without_paper(trial: Trial) -> None:
    with rig_of(trial, PrinterRig) as rig:
        rig.connect()
        rig.device.paper = "out"
        expect(rig.status().paper is Paper.OUT, f"paper is out, and the driver said {rig.status()}")
        _expect_refused(rig, "the paper is out")
        rig.device.paper = "near end"
        expect(rig.status().paper is Paper.NEAR_END, f"the end is near: {rig.status()}")
        rig.print()
        expect(rig.wait_for(1), "the paper is near its end, and nothing was printed")


def refuse_with_an_open_cover(trial: Trial) -> None:
    with rig_of(trial, PrinterRig) as rig:
        rig.connect()
        rig.device.cover_open = True
        expect(bool(rig.status().cover_open), f"the cover is open: {rig.status()}")
        _expect_refused(rig, "the cover is open")
        rig.device.cover_open = False
        rig.print()
        expect(rig.wait_for(1), "the cover was shut again, and nothing was printed")


def _expect_refused(rig: PrinterRig, why: str) -> None:
    try:
        rig.print()
    except DeviceRefused:
        rig.ordered -= 1
        expect(not rig.device.printed(), f"{why}; print_lines was refused and printed all the same")
        return
    raise Broken(f"{why}, and print_lines raised nothing; DeviceRefused is required")


def print_without_being_answered(trial: Trial) -> None:
    with rig_of(trial, PrinterRig) as rig:
        rig.device.answers = False
        rig.connect()
        status = rig.status()
        expect(
            status.paper is Paper.UNKNOWN and status.cover_open is None,
            f"the printer said nothing, and the driver said {status}",
        )
        rig.print()
        expect(
            rig.wait_for(1),
            f"a printer that never answers printed {len(rig.device.printed())} receipts for 1",
        )


CHECKS = (
    *EVERY_KIND,
    Check("once", "each receipt comes out once", print_each_receipt_once),
    Check("no-paper", "without paper nothing is printed, and it is told", refuse_without_paper),
    Check("open-cover", "with an open cover nothing is printed", refuse_with_an_open_cover),
    Check("no-answer", "a printer that never answers is used", print_without_being_answered),
    *fault_checks(("lost", "doubled", "echo", "delayed", "late", "hung", "unplugged")),
)
