"""Barcode scanners: codes come whole or not at all, and off means off."""

from collections.abc import Sequence

from drivers.conformance.every_kind import CHECKS as EVERY_KIND
from drivers.conformance.line_faults import fault_checks
from drivers.conformance.rig import Call, Rig, expect
from drivers.conformance.trial import Check, Trial, rig_of
from drivers.deadline import Deadline

READY_SECONDS = 1.0
A_MOMENT = 0.1
SHOWN = "TK.{:05}"


class ScannerRig(Rig):
    """A scanner that is on, and codes that are never the same twice."""

    self_acting = True
    call_seconds = 0.5

    def prepare(self) -> None:
        self.shown: list[str] = []

    def connect(self) -> None:
        super().connect()
        self.listen(wanted=True)
        self._wait_until_it_reads()

    def secrets(self) -> Sequence[str]:
        return self.shown

    def calls(self) -> Sequence[Call]:
        return (
            Call("open", self._open, patient=True),
            Call("next_code", self._next_code, patient=True),
        )

    def listen(self, *, wanted: bool) -> None:
        """Turn the scanner on or off."""
        with self.watched("listen", self.call_seconds) as deadline:
            self.driver.listen(deadline, wanted=wanted)

    def show(self) -> str:
        """Hold a new code before the scanner."""
        self.shown.append(SHOWN.format(len(self.shown)))
        self.host.say(self.device.scan(self.shown[-1]))
        return self.shown[-1]

    def heard(self, seconds: float) -> str | None:
        """The next code. Raises Broken for one that was never shown."""
        with self.watched("next_code", seconds) as deadline:
            return self._checked(self.driver.next_code(deadline))

    def _open(self, turn: int, deadline: Deadline) -> bool:
        self.open(turn, deadline)
        self.driver.listen(deadline, wanted=True)
        return True

    def _next_code(self, _turn: int, deadline: Deadline) -> bool:
        shown = self.show()
        while (heard := self._checked(self.driver.next_code(deadline))) is not None:
            if heard == shown:
                return True
        return False

    def _checked(self, code: object) -> str | None:
        text = None if code is None else str(getattr(code, "text", code))
        expect(
            text is None or text in self.shown,
            f"next_code gave {text!r}, which is none of the codes that were shown",
        )
        return text

    def _wait_until_it_reads(self) -> None:
        """What comes just after a scanner was turned on may be dropped."""
        deadline = Deadline.after(READY_SECONDS)
        while not deadline.expired():
            shown = self.show()
            while (heard := self.heard(A_MOMENT)) is not None:
                if heard == shown:
                    return


def keep_off_when_off(trial: Trial) -> None:
    with rig_of(trial, ScannerRig) as rig:
        rig.connect()
        rig.listen(wanted=False)
        rig.show()
        expect(rig.heard(A_MOMENT) is None, "next_code gave a code while the scanner was off")
        rig.show()
        rig.listen(wanted=True)
        expect(
            rig.heard(2 * A_MOMENT) is None,
            "next_code gave a code that was shown while the scanner was off",
        )
        rig.expect_well(rig.calls()[1])


def be_off_after_open(trial: Trial) -> None:
    with rig_of(trial, ScannerRig) as rig:
        with rig.watched("open", rig.call_seconds) as deadline:
            rig.driver.open(deadline)
        rig.show()
        expect(rig.heard(2 * A_MOMENT) is None, "next_code gave a code right after open")


def give_codes_in_their_order(trial: Trial) -> None:
    with rig_of(trial, ScannerRig) as rig:
        rig.connect()
        shown = [rig.show() for _ in range(3)]
        heard = [rig.heard(rig.call_seconds) for _ in shown]
        expect(heard == shown, f"{heard} was given, and {shown} was shown")


CHECKS = (
    *EVERY_KIND,
    Check("off-after-open", "a scanner that was opened is off", be_off_after_open),
    Check("off-means-off", "what is shown while it is off is dropped", keep_off_when_off),
    Check("order", "codes come whole and in their order", give_codes_in_their_order),
    *fault_checks(("lost", "cut", "split", "doubled", "delayed", "unplugged")),
)
