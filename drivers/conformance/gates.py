"""Security gates: no alarm is lost before it was taken, none is invented, none comes after it."""

from collections.abc import Iterable, Sequence

from drivers.conformance.every_kind import CHECKS as EVERY_KIND
from drivers.conformance.line_faults import fault_checks
from drivers.conformance.pad_rig import book
from drivers.conformance.rig import Broken, Call, Rig, expect
from drivers.conformance.trial import Check, Trial, rig_of
from drivers.deadline import Deadline
from drivers.errors import DeviceRefused
from drivers.facts import GateEvent, TagAlarm
from drivers.interfaces import GateSignal
from drivers.simulators.virtual_tags import VirtualTag
from drivers.uid import Uid

QUIET_SECONDS = 0.3
LAST_LOOK_SECONDS = 0.1
"""With less time left a gate is not asked any more."""


class GateRig(Rig):
    """A gate, and people who carry secured books through it."""

    call_seconds = 1.5

    def prepare(self) -> None:
        self.carried: list[VirtualTag] = []
        self.told: set[Uid] = set()

    def judge(self) -> None:
        """A gate that names tags keeps their alarms; a contact is seen only while one looks."""
        lost = {tag.uid for tag in self.carried} - self.told
        expect(
            not (self.told and lost),
            f"the alarms of {', '.join(lost)} were never told, and no fault undoes what a gate saw",
        )

    def calls(self) -> Sequence[Call]:
        return (
            Call("open", self.open),
            Call("events", self._events, patient=True),
        )

    def walk(self) -> VirtualTag:
        """Somebody carries a book out that no one has carried before."""
        self.carried.append(book(len(self.carried) + 1))
        self.host.say(self.device.walk(self.carried[-1:], inwards=False))
        return self.carried[-1]

    def alarms(self, seconds: float) -> Sequence[TagAlarm]:
        """The alarms among the events. Raises Broken for one of a tag that nobody carried."""
        with self.watched("events", seconds) as deadline:
            return self._checked(self.driver.events(deadline))

    def until_alarm(self, carried: VirtualTag, deadline: Deadline) -> bool:
        """Ask until the alarm of this book is told."""
        while deadline.remaining() > LAST_LOOK_SECONDS:
            if _told(self._checked(self.driver.events(deadline)), carried):
                return True
        return False

    def take(self) -> None:
        """What was given is kept."""
        with self.watched("taken", self.call_seconds) as deadline:
            self.driver.taken(deadline)

    def _events(self, _turn: int, deadline: Deadline) -> bool:
        if not self.until_alarm(self.walk(), deadline):
            return False
        self.driver.taken(deadline)
        return True

    def _checked(self, events: Iterable[GateEvent]) -> Sequence[TagAlarm]:
        alarms = [event for event in events if isinstance(event, TagAlarm)]
        true = {None, *(tag.uid for tag in self.carried)}
        invented = {alarm.uid for alarm in alarms} - true
        expect(not invented, f"events told an alarm of {invented}, which nobody carried")
        expect(len(alarms) <= 2 * len(self.carried), "events told more alarms than people passed")
        self.told |= {alarm.uid for alarm in alarms if alarm.uid}
        return alarms


def _told(alarms: Iterable[TagAlarm], carried: VirtualTag) -> bool:
    """A gate with contacts only cannot say which tag it was."""
    return any(alarm.uid in {None, carried.uid} for alarm in alarms)


def give_until_taken(trial: Trial) -> None:
    with rig_of(trial, GateRig) as rig:
        rig.connect()
        carried = rig.walk()
        for _ in range(2):
            _expect_alarm(rig, carried, "an alarm was not told again, and nobody had taken it")
        rig.take()
        expect(not rig.alarms(QUIET_SECONDS), "an alarm was told again after it had been taken")


def lose_nothing_between_giving_and_taking(trial: Trial) -> None:
    with rig_of(trial, GateRig) as rig:
        rig.connect()
        _expect_alarm(rig, rig.walk(), "the alarm of a book was not told")
        later = rig.walk()
        rig.take()
        _expect_alarm(rig, later, "an alarm between events and taken was lost")


def _expect_alarm(rig: GateRig, carried: VirtualTag, otherwise: str) -> None:
    with rig.watched("events", rig.call_seconds) as deadline:
        told = rig.until_alarm(carried, deadline)
    expect(told, otherwise)


def light_its_lamp_or_refuse(trial: Trial) -> None:
    with rig_of(trial, GateRig) as rig:
        rig.connect()
        try:
            with rig.watched("signal", rig.call_seconds) as deadline:
                rig.driver.signal(GateSignal.LAMP, 5.0, deadline)
        except DeviceRefused:
            return
        if not rig.device.lamp:
            raise Broken("signal lit no lamp; DeviceRefused is required of a gate without one")
        with rig.watched("signal", rig.call_seconds) as deadline:
            rig.driver.signal(GateSignal.OFF, 0.0, deadline)
        expect(not rig.device.lamp, "signal OFF left the lamp lit")


CHECKS = (
    *EVERY_KIND,
    Check("until-taken", "events come again until they are taken", give_until_taken),
    Check(
        "nothing-lost",
        "what happens between events and taken is told afterwards",
        lose_nothing_between_giving_and_taking,
    ),
    Check("signal", "a lamp is lit, or the gate has none and says so", light_its_lamp_or_refuse),
    *fault_checks(),
)
