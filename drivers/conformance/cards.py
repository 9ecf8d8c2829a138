"""Readers of patrons' cards: the right number or none, once while it stays, never a random one."""

from collections.abc import Sequence

from drivers.conformance.every_kind import CHECKS as EVERY_KIND
from drivers.conformance.line_faults import fault_checks
from drivers.conformance.rig import Broken, Call, Rig, expect
from drivers.conformance.trial import Check, Trial, rig_of
from drivers.deadline import Deadline
from drivers.facts import CardProblem, CardSeen
from drivers.simulators.device import VirtualCard

STAY_SECONDS = 0.5
RANDOM = VirtualCard(bytes.fromhex("08A1B2C3"))


def card(number: int) -> VirtualCard:
    """A card of its own: 7 bytes, as most cards have."""
    return VirtualCard(bytes.fromhex("04") + (0x5A3C96E1D200 + number * 0x0101).to_bytes(6))


class CardRig(Rig):
    """A reader, and cards that are never the same twice."""

    call_seconds = 1.0

    def prepare(self) -> None:
        self.shown: list[VirtualCard] = []

    def secrets(self) -> Sequence[str]:
        return [form for shown in self.shown for form in _forms(shown.uid)]

    def calls(self) -> Sequence[Call]:
        return (
            Call("open", self.open),
            Call("next_card", self._next_card, patient=True),
        )

    def present(self, shown: VirtualCard) -> None:
        """Bring a card into the field."""
        self.shown.append(shown)
        self.host.say(self.device.present(shown))

    def remove(self) -> None:
        """Take it away."""
        self.host.say(self.device.remove())

    def next_card(self, seconds: float) -> CardSeen | None:
        """The next card. Raises Broken for one that was never there."""
        with self.watched("next_card", seconds) as deadline:
            return self._checked(self.driver.next_card(deadline))

    def _next_card(self, _turn: int, deadline: Deadline) -> bool:
        shown = card(len(self.shown))
        self.present(shown)
        try:
            return self._seen(shown, deadline)
        finally:
            self.remove()

    def _seen(self, shown: VirtualCard, deadline: Deadline) -> bool:
        while (seen := self._checked(self.driver.next_card(deadline))) is not None:
            if seen.number.lower() in _forms(shown.uid):
                return True
        return False

    def _checked(self, seen: CardSeen | None) -> CardSeen | None:
        true = {form for shown in self.shown for form in _forms(shown.uid)}
        expect(
            seen is None or bool(seen.problem) or seen.number.lower() in true,
            "next_card gave a number that no card has that was there",
        )
        expect(
            seen is None or not (seen.problem and seen.number),
            "next_card gave a number together with a problem",
        )
        return seen


def _forms(uid: bytes) -> set[str]:
    """A number as libraries write it: bytes as they are or turned round, in two bases."""
    turned = uid[::-1]
    decimals = (str(int.from_bytes(raw)) for raw in (uid, turned))
    return {uid.hex(), turned.hex(), uid.hex(" "), turned.hex(" "), *decimals}


def tell_a_card_that_stays_once(trial: Trial) -> None:
    with rig_of(trial, CardRig) as rig:
        rig.connect()
        shown = card(0)
        for _ in range(2):
            rig.present(shown)
            _expect_seen(rig)
            again = rig.next_card(STAY_SECONDS)
            expect(again is None, "a card that stayed was told a second time")
            rig.remove()
            gone = rig.next_card(STAY_SECONDS)
            expect(gone is None, "a card was told when it had left")


def _expect_seen(rig: CardRig) -> CardSeen:
    seen = rig.next_card(rig.call_seconds)
    if seen is None:
        raise Broken("next_card gave nothing, and a card lies there that was not there before")
    return seen


def refuse_a_random_number(trial: Trial) -> None:
    with rig_of(trial, CardRig) as rig:
        rig.connect()
        rig.present(RANDOM)
        seen = _expect_seen(rig)
        expect(
            seen.problem is CardProblem.RANDOM_UID,
            "a UID that begins with 08 is drawn anew each time, and was taken for an identity",
        )


CHECKS = (
    *EVERY_KIND,
    Check("stays-once", "a card that stays is told once", tell_a_card_that_stays_once),
    Check("random-uid", "a random UID is no identity", refuse_a_random_number),
    *fault_checks(),
)
