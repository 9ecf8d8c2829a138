"""Drivers of all kinds but pads that each do one thing wrong; all else the real driver does."""

from collections.abc import Sequence
from dataclasses import replace
from threading import Event, Thread
from typing import Any

from drivers.deadline import Deadline
from drivers.errors import DeviceRefused, DeviceSilent
from drivers.facts import CardSeen, ChuteState, GateEvent
from drivers.frame_trace import Direction, FrameTrace
from drivers.interfaces import ChuteOrder, GateSignal, Paper, PrinterStatus
from drivers.registry import Driver


class Wrong:
    """Hands everything to the real driver that it does not do itself."""

    real_driver: Driver

    def __init__(self, settings: object, trace: FrameTrace) -> None:
        self.real = self.real_driver.make(settings, trace)
        self.trace = trace

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - whatever the real one has
        return getattr(self.real, name)


class CutsCodes(Wrong):
    def next_code(self, deadline: Deadline) -> str | None:
        code = self.real.next_code(deadline)
        return str(code.text)[:-1] if code else None


class IsAlwaysOn(Wrong):
    def listen(self, deadline: Deadline, *, wanted: bool) -> None:
        if wanted:
            self.real.listen(deadline, wanted=True)


class IsOnAfterOpen(Wrong):
    def open(self, deadline: Deadline) -> None:
        self.real.open(deadline)
        self.real.listen(deadline, wanted=True)
        while self.real.next_code(Deadline.after(0.15)):
            pass


class TracesCodes(Wrong):
    def next_code(self, deadline: Deadline) -> Any:  # noqa: ANN401
        code = self.real.next_code(deadline)
        if code:
            self.trace.record(Direction.RECEIVED, code.text.encode(), "a code")
        return code


class TellsACardAgain(Wrong):
    last: CardSeen | None = None

    def next_card(self, deadline: Deadline) -> CardSeen | None:
        self.last = self.real.next_card(deadline) or self.last
        return self.last


class TakesRandomNumbers(Wrong):
    def next_card(self, deadline: Deadline) -> CardSeen | None:
        seen: CardSeen | None = self.real.next_card(deadline)
        return replace(seen, problem=None, number="08A1B2C3") if seen else None


class MisreadsCards(Wrong):
    def next_card(self, deadline: Deadline) -> CardSeen | None:
        seen: CardSeen | None = self.real.next_card(deadline)
        return replace(seen, number=seen.number[:-1] + "F") if seen else None


class TakesByItself(Wrong):
    def events(self, deadline: Deadline) -> tuple[GateEvent, ...]:
        events: tuple[GateEvent, ...] = self.real.events(deadline)
        self.real.taken(Deadline.after(1))
        return events


class NeverTakes(Wrong):
    def taken(self, deadline: Deadline) -> None:
        pass


class TakesWhatWasNotGiven(Wrong):
    def taken(self, deadline: Deadline) -> None:
        self.real.taken(deadline)
        self.real.events(Deadline.after(0.2))
        self.real.taken(deadline)


class LightsNothing(Wrong):
    def signal(self, signal: GateSignal, seconds: float, deadline: Deadline) -> None:
        pass


class PrintsTwice(Wrong):
    def print_lines(self, lines: Sequence[str], deadline: Deadline) -> PrinterStatus:
        self.real.print_lines(lines, deadline)
        status: PrinterStatus = self.real.print_lines(lines, deadline)
        return status


class PrintsAgainInDoubt(Wrong):
    def print_lines(self, lines: Sequence[str], deadline: Deadline) -> PrinterStatus:
        status: PrinterStatus = self.real.print_lines(lines, deadline)
        if status.paper is Paper.UNKNOWN:
            status = self.real.print_lines(lines, deadline)
        return status


class HidesThatPaperIsOut(Wrong):
    def print_lines(self, lines: Sequence[str], deadline: Deadline) -> PrinterStatus:
        try:
            status: PrinterStatus = self.real.print_lines(lines, deadline)
        except DeviceRefused:
            return PrinterStatus()
        return status


class WantsAnAnswer(Wrong):
    def status(self, deadline: Deadline) -> PrinterStatus:
        status: PrinterStatus = self.real.status(deadline)
        if status.paper is Paper.UNKNOWN:
            raise DeviceSilent("the printer says nothing")
        return status


class KeepsItselfAlive(Wrong):
    def order(self, order: ChuteOrder, deadline: Deadline) -> None:
        self.real.order(order, deadline)
        self.stop = Event()
        Thread(target=self._live, daemon=True).start()

    def close(self) -> None:
        if hasattr(self, "stop"):
            self.stop.set()
        self.real.close()

    def _live(self) -> None:
        while not self.stop.wait(0.3):
            self.real.keep_alive()


class NeverRests(Wrong):
    """Closed, it only lets go of the line; what was on stays on."""

    def close(self) -> None:
        return


class InventsAJam(Wrong):
    def state(self, deadline: Deadline) -> ChuteState:
        state: ChuteState = self.real.state(deadline)
        return replace(state, jammed=True)


def wrong(real: Driver, kind: type[Wrong]) -> Driver:
    """`real` with one thing done wrong."""
    made = type(kind.__name__, (kind,), {"real_driver": real})
    return replace(real, make=made)
