"""Faults of a line, a device and a hand, as data with counted triggers.

A `PlannedFault` strikes at the n-th frame of a command, counted from when it was planned. Where a
fault has a `side`, "request" means before the command took effect and "answer" after it: to the
host both look alike, to the tag they do not.
"""

from collections.abc import Iterable
from threading import Lock
from typing import Annotated, Literal

from msgspec import Meta, Struct

from drivers.simulators.device import Act, Say, VanishFromLine
from drivers.uid import Uid

Side = Literal["request", "answer"]


class Fault(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag_field="kind"):
    """One way to go wrong."""


class Lose(Fault, frozen=True, tag="lose"):
    """The frame never arrives."""

    side: Side = "answer"


class Flip(Fault, frozen=True, tag="flip"):
    """One bit of the frame arrives turned; bits are counted over the frame and wrap round."""

    bit: Annotated[int, Meta(ge=0)] = 0
    side: Side = "answer"


class Cut(Fault, frozen=True, tag="cut"):
    """Only the first bytes of the answer arrive."""

    keep: Annotated[int, Meta(ge=0)] = 1


class Split(Fault, frozen=True, tag="split"):
    """The answer arrives in two pieces with a pause between."""

    keep: Annotated[int, Meta(ge=0)] = 1
    seconds: float = 0.02


class Double(Fault, frozen=True, tag="double"):
    """The answer arrives twice."""

    seconds: float = 0.0


class Echo(Fault, frozen=True, tag="echo"):
    """The line gives the request back before the answer, as a two-wire bus does."""


class Noise(Fault, frozen=True, tag="noise"):
    """Bytes that nobody sent come before the answer or, between two frames, after it."""

    data: str = "FF0042"
    place: Literal["before", "after"] = "before"


class Delay(Fault, frozen=True, tag="delay"):
    """The answer comes later."""

    seconds: float = 0.2


class Late(Fault, frozen=True, tag="late"):
    """The answer is held back until the next request has been heard."""


class Hang(Fault, frozen=True, tag="hang"):
    """The device hears and says nothing for a while."""

    seconds: float = 1.0
    side: Side = "request"


class Unplug(Fault, frozen=True, tag="unplug"):
    """The plug is pulled; on the answer's side, after its first `keep` bytes."""

    side: Side = "answer"
    keep: Annotated[int, Meta(ge=0)] = 0


class TakeAway(Fault, frozen=True, tag="take_away"):
    """A tag leaves the field: the addressed one, or the one named.

    On the request's side a write of blocks still gets `blocks` of them done.
    """

    uid: Uid | None = None
    side: Side = "request"
    blocks: Annotated[int, Meta(ge=0)] = 0


class AnswerStatus(Fault, frozen=True, tag="status"):
    """The device does nothing and answers with a status byte, then `data`."""

    status: Annotated[int, Meta(ge=0, le=255)]
    data: str = ""


AnyFault = (
    Lose
    | Flip
    | Cut
    | Split
    | Double
    | Echo
    | Noise
    | Delay
    | Late
    | Hang
    | Unplug
    | TakeAway
    | AnswerStatus
)


class PlannedFault(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`command`: the name of the frames that count, None for all. `times`: for how many of them,
    from the `at`-th on; None for ever.
    """

    fault: AnyFault
    command: str | None = None
    at: Annotated[int, Meta(ge=1)] = 1
    times: Annotated[int, Meta(ge=1)] | None = 1

    def strikes(self, count: int) -> bool:
        """True at the `count`-th frame."""
        return self.at <= count and (self.times is None or count < self.at + self.times)


class FaultPlan:
    """The faults that wait for their moment. Any thread may plan; the device's thread counts."""

    def __init__(self, *planned: PlannedFault) -> None:
        self._lock = Lock()
        self._counted = [(fault, 0) for fault in planned]
        self._struck = 0

    @property
    def struck(self) -> int:
        """How many times a fault truly struck since the beginning."""
        return self._struck

    def plan(self, planned: PlannedFault) -> None:
        """Its count begins now."""
        with self._lock:
            self._counted.append((planned, 0))

    def clear(self) -> None:
        """Nothing goes wrong any more."""
        with self._lock:
            self._counted.clear()

    def due(self, command: str) -> tuple[AnyFault, ...]:
        """Count one frame of `command` and tell what strikes it."""
        with self._lock:
            self._counted = [
                (planned, count + (planned.command in {None, command}))
                for planned, count in self._counted
            ]
            striking = tuple(
                planned.fault
                for planned, count in self._counted
                if planned.command in {None, command} and planned.strikes(count)
            )
            self._struck += len(striking)
            return striking


def prevents(fault: AnyFault) -> bool:
    """True when the device never gets, or never obeys, the request."""
    match fault:
        case Lose(side="request") | Flip(side="request"):
            return True
        case Hang(side="request") | Unplug(side="request"):
            return True
        case _:
            return False


def spoil(fault: AnyFault, said: Say) -> list[Act]:
    """What becomes of an answer on its way, for the faults of the line."""
    data, after = said.data, said.after
    match fault:
        case Lose() | Hang():
            return []
        case Flip():
            return [Say(flipped(data, fault.bit), after)]
        case Cut():
            return [Say(data[: fault.keep], after)]
        case Split():
            return [Say(data[: fault.keep], after), Say(data[fault.keep :], fault.seconds)]
        case Double():
            return [said, Say(data, fault.seconds)]
        case Noise(place="before"):
            return [Say(bytes.fromhex(fault.data), after), Say(data)]
        case Noise():
            return [said, Say(bytes.fromhex(fault.data))]
        case Delay():
            return [Say(data, after + fault.seconds)]
        case Unplug():
            return [Say(data[: fault.keep], after), VanishFromLine()]
        case _:
            return [said]


def spoilt(acts: Iterable[Act], struck: Iterable[AnyFault]) -> list[Act]:
    """What becomes of all that a device does; only what it says can be spoilt."""
    done = list(acts)
    for fault in struck:
        done = [
            after
            for act in done
            for after in (spoil(fault, act) if isinstance(act, Say) else [act])
        ]
    return done


def flipped(data: bytes, bit: int) -> bytes:
    """`data` with one bit turned; nothing has no bit."""
    spoilt = bytearray(data)
    if spoilt:
        at = bit % (len(data) * 8)
        spoilt[at // 8] ^= 1 << at % 8
    return bytes(spoilt)
