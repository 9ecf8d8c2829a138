"""What befalls a question and its answer on a simulated device, by the plan of its faults."""

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
    spoilt,
)
from drivers.uid import Uid

Reply = TypeVar("Reply")
BeforeBlock = Callable[[int], None]


@dataclass(frozen=True, slots=True)
class Question(Generic[Reply]):
    """What reached the device, perhaps about the tag `uid`. `obey(before_block)` does it, calling
    that when n blocks are done; `refuse(status, data)` is a planned answer instead; `say` makes the
    answer's frame.
    """

    name: str
    raw: bytes
    obey: Callable[[BeforeBlock], Reply]
    refuse: Callable[[int, bytes], Reply]
    say: Callable[[Reply], Say]
    uid: Uid | None = None


class Mishaps:
    """Owner: the thread of the simulator's host. `deaf_until`: it hangs until that moment.

    `take_away(uid)` takes that tag out of the field, None = what there is without a UID.
    """

    def __init__(self, plan: FaultPlan, take_away: Callable[[Uid | None], object]) -> None:
        self.deaf_until = 0.0
        self._plan = plan
        self._take_away = take_away
        self._held: list[Act] = []

    def befall(self, question: Question[Reply], at: float) -> list[Act]:
        """What the device does about a question that reached it at `at`."""
        earlier, self._held = self._held, []
        struck = self._plan.due(question.name)
        if any(prevents(fault) for fault in struck):
            return earlier + self._prevented(struck, at)
        acts: list[Act] = [question.say(self._obey(question, struck))]
        for fault in struck:
            acts = self._spoilt(fault, acts, at)
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
                    self._take_away(hand.uid or question.uid)

        reply = question.obey(take_away)
        for hand in hands:
            self._take_away(hand.uid or question.uid)
        return reply

    def _prevented(self, struck: Sequence[AnyFault], at: float) -> list[Act]:
        for fault in struck:
            self._perhaps_hang(fault, at)
        return [VanishFromLine() for fault in struck if isinstance(fault, Unplug)]

    def _spoilt(self, fault: AnyFault, acts: Sequence[Act], at: float) -> list[Act]:
        self._perhaps_hang(fault, at)
        if not isinstance(fault, Late):
            return spoilt(acts, [fault])
        self._held += [Say(act.data) for act in acts if isinstance(act, Say)]
        return [act for act in acts if not isinstance(act, Say)]

    def _perhaps_hang(self, fault: AnyFault, at: float) -> None:
        if isinstance(fault, Hang):
            self.deaf_until = at + fault.seconds
