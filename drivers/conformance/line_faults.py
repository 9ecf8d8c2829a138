"""Faults of the line at every frame of every call: the right value or a typed error, never a wrong
value, and a device that works again.

Each call is made about one subject while the fault strikes; before and after it about another one,
whose answer could be taken for its own; and once more when the fault is over.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

from drivers.conformance.rig import Broken, Rig, expect
from drivers.conformance.trial import Check, Trial
from drivers.simulators.faults import (
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
    Split,
    Unplug,
)


@dataclass(frozen=True, slots=True)
class Rehearsal:
    """What one call does undisturbed: the frames it asks and how long their answers are."""

    number: int
    call: str
    frames: tuple[str, ...]
    longest: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Case:
    """`fault` strikes `times` frames of a call from its `at`-th on."""

    rehearsal: Rehearsal
    fault: AnyFault
    at: int
    times: int

    def __str__(self) -> str:
        frame = self.rehearsal.frames[self.at - 1]
        often = f", {self.times} times" if self.times > 1 else ""
        return f"{self.rehearsal.call}, {self.fault} at frame {self.at} ({frame}){often}"


Faults = Callable[[int], Sequence[AnyFault]]
"""The faults of a family for answers of so many bytes."""

SPLIT_SECONDS = 0.015

FAMILIES: Mapping[str, tuple[str, tuple[int, ...], Faults]] = {
    "lost": (
        "a frame that never arrives",
        (1, 3),
        lambda _: (Lose(side="request"), Lose()),
    ),
    "flipped": (
        "a turned bit",
        (1, 3),
        lambda longest: (
            Flip(bit=2, side="request"),
            *(Flip(bit=bit) for bit in range(1, longest * 8, max(1, longest))),
        ),
    ),
    "cut": (
        "an answer of which only the beginning arrives",
        (1, 3),
        lambda longest: [Cut(keep=keep) for keep in sorted({0, 1, longest // 2, longest - 1})],
    ),
    "split": (
        "an answer in two pieces, split at every byte",
        (1,),
        lambda longest: [Split(keep=keep, seconds=SPLIT_SECONDS) for keep in range(1, longest)],
    ),
    "doubled": (
        "an answer that arrives twice",
        (1, 3),
        lambda _: (Double(), Double(seconds=0.01)),
    ),
    "echo": (
        "a line that gives each request back",
        (1, 3),
        lambda _: (Echo(),),
    ),
    "noise": (
        "bytes that nobody sent",
        (1, 3),
        lambda _: (
            Noise(data="FF0042"),
            Noise(data="30"),
            Noise(data="02FFFF"),
            Noise(data="0D0A"),
            Noise(data="FF0042", place="after"),
            Noise(data="0600", place="after"),
        ),
    ),
    "delayed": (
        "an answer that comes later",
        (1, 3),
        lambda _: (Delay(seconds=0.03), Delay(seconds=0.2)),
    ),
    "late": (
        "an answer that comes after the next request",
        (1, 3),
        lambda _: (Late(),),
    ),
    "hung": (
        "a device that hears and says nothing for a while",
        (1,),
        lambda _: (Hang(seconds=0.1), Hang(seconds=0.1, side="answer")),
    ),
    "unplugged": (
        "a plug that is pulled in the middle",
        (1,),
        lambda _: (Unplug(side="request"), Unplug(), Unplug(keep=3)),
    ),
}


def fault_checks(families: Sequence[str] = tuple(FAMILIES)) -> Iterator[Check]:
    """One check a family."""
    for name in families:
        sentence = f"{FAMILIES[name][0]}: the right value or a typed error, and it works again"
        yield Check(name, sentence, partial(strike, families=(name,)))


def strike(trial: Trial, families: Sequence[str]) -> None:
    """Let the faults of some families strike the frames of every call; of each family a sample."""
    with trial.rig() as rig:
        rehearsals = [_rehearse(rig, number) for number in range(len(rig.calls()))]
        possible = partial(_is_possible, rig)
    cases = [
        case
        for family in families
        for case in trial.some([case for case in _cases(rehearsals, family) if possible(case)])
    ]
    trial.each(cases, lambda case: _strike(trial, case))


def _is_possible(rig: Rig, case: Case) -> bool:
    """Without checksums nobody can tell a turned bit; who is never asked never loses a question."""
    if isinstance(case.fault, Flip | Noise) and not rig.simulation.frames_are_checked:
        return False
    return not (rig.self_acting and getattr(case.fault, "side", "answer") == "request")


def _rehearse(rig: Rig, number: int) -> Rehearsal:
    call = rig.calls()[number]
    if number == 0:
        rig.connect()
    rig.expect_well(call)  # a driver may ask more the first time
    heard = len(rig.faults.asked)
    rig.expect_well(call)
    frames = tuple(rig.faults.asked[heard:])
    return Rehearsal(number, call.name, frames, rig.device_trace.longest)


def _cases(rehearsals: Sequence[Rehearsal], family: str) -> Iterator[Case]:
    _, often, faults = FAMILIES[family]
    for rehearsal in rehearsals:
        for at in _places(rehearsal.frames):
            for fault in faults(rehearsal.longest.get(rehearsal.frames[at - 1], 1)):
                yield from (Case(rehearsal, fault, at, times) for times in often)


def _places(frames: Sequence[str]) -> Sequence[int]:
    """The first and the last frame of each command, counted from 1."""
    first = {name: at for at, name in reversed(list(enumerate(frames, 1)))}
    last = {name: at for at, name in enumerate(frames, 1)}
    return sorted({*first.values(), *last.values()})


def _strike(trial: Trial, case: Case) -> None:
    try:
        with trial.rig() as rig:
            _strike_one(rig, case)
    except Broken as problem:
        raise Broken(f"{case}: {problem}") from problem


def _strike_one(rig: Rig, case: Case) -> None:
    rig.connect()
    call = rig.calls()[case.rehearsal.number]
    rig.tried(call, 1)
    rig.plan(case.fault, case.at, case.times)
    rig.tried(call, 0)
    rig.put_right()
    rig.tried(call, 1)
    expect(rig.faults.struck > 0, "the fault never struck: the simulated device does not count it")
    rig.faults.clear()
    rig.put_right()
    rig.expect_well(call)
    rig.judge()
