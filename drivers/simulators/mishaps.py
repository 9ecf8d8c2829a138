"""What befalls a question and its answer on a simulated pad, by the plan of its faults."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from drivers.simulators.device import Act, Say, VanishFromLine
from drivers.simulators.faults import (
    AnswerStatus,
    AnyFault,
    Echo,
    FaultPlan,
    Hang,
    Late,
    TakeAway,
    Unplug,
    prevents,
    spoil,
)
from drivers.simulators.virtual_tags import PadField
from drivers.uid import Uid

Reply = TypeVar("Reply")
BeforeBlock = Callable[[int], None]


@dataclass(frozen=True, slots=True)
class Question(Generic[Reply]):
    """What reached the device. `obey(before_block)` does it, calling that when n blocks are done;
    `refuse(status, data)` is a planned answer instead; `say` makes the answer's frame.
    """

    name: str
    raw: bytes
    uid: Uid | None
    obey: Callable[[BeforeBlock], Reply]
    refuse: Callable[[int, bytes], Reply]
    say: Callable[[Reply], Say]


class Mishaps:
    """Owner: the thread of the simulator's host. `deaf_until`: it hangs until that moment."""

    def __init__(self, plan: FaultPlan, pad: PadField) -> None:
        self.deaf_until = 0.0
        self._plan = plan
        self._pad = pad
        self._held: list[Act] = []

    def befall(self, question: Question[Reply], at: float) -> list[Act]:
        """What the device does about a question that reached it at `at`."""
        earlier, self._held = self._held, []
        struck = self._plan.due(question.name)
        if any(prevents(fault) for fault in struck):
            return earlier + self._prevented(struck, at)
        acts: list[Act] = [question.say(self._obey(question, struck))]
        for fault in struck:
            acts = [spoilt for act in acts for spoilt in self._spoil(fault, act, at)]
        echoes = [Say(question.raw) for fault in struck if isinstance(fault, Echo)]
        return [*earlier, *echoes, *acts]

    def _obey(self, question: Question[Reply], struck: Sequence[AnyFault]) -> Reply:
        for fault in struck:
            if isinstance(fault, AnswerStatus):
                return question.refuse(fault.status, bytes.fromhex(fault.data))
        hands = [fault for fault in struck if isinstance(fault, TakeAway)]

        def take_away(done: int) -> None:
            for hand in hands:
                if hand.side == "request" and done >= hand.blocks:
                    self._lift(hand, question.uid)

        reply = question.obey(take_away)
        for hand in hands:
            self._lift(hand, question.uid)
        return reply

    def _lift(self, hand: TakeAway, addressed: Uid | None) -> None:
        uid = hand.uid or addressed
        if uid is not None:
            self._pad.lift(uid)

    def _prevented(self, struck: Sequence[AnyFault], at: float) -> list[Act]:
        for fault in struck:
            self._perhaps_hang(fault, at)
        return [VanishFromLine() for fault in struck if isinstance(fault, Unplug)]

    def _spoil(self, fault: AnyFault, act: Act, at: float) -> list[Act]:
        if not isinstance(act, Say):
            return [act]
        self._perhaps_hang(fault, at)
        if isinstance(fault, Late):
            self._held.append(Say(act.data))
            return []
        return spoil(fault, act)

    def _perhaps_hang(self, fault: AnyFault, at: float) -> None:
        if isinstance(fault, Hang):
            self.deaf_until = at + fault.seconds
