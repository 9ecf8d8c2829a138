"""What can go wrong in a minute of a device's life."""

from collections.abc import Callable
from random import Random
from typing import Any

from drivers.simulators.device import Say
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

HOUR = 3600.0

Trouble = Callable[[Any, Random], None]


def _nothing(life: Any, _random: Random) -> None:  # noqa: ANN401 - tests.soak.life.Life
    life.act()


def _disturbed(life: Any, random: Random) -> None:  # noqa: ANN401
    """A fault of the line strikes one to four frames."""
    life.plan(_fault(random), at=random.randint(1, 6), times=random.randint(1, 4))
    life.act()
    life.act()


def _fault(random: Random) -> AnyFault:
    noise = random.randbytes(random.randint(1, 40)).hex()
    return random.choice(
        (
            Lose(side=random.choice(("request", "answer"))),
            Flip(bit=random.randrange(200), side=random.choice(("request", "answer"))),
            Cut(keep=random.randint(0, 12)),
            Split(keep=random.randint(0, 12), seconds=random.choice((0.01, 0.15))),
            Double(),
            Echo(),
            Noise(data=noise, place=random.choice(("before", "after"))),
            Delay(seconds=random.choice((0.02, 0.3))),
            Late(),
            Hang(seconds=random.choice((0.1, 20.0))),
            Unplug(side=random.choice(("request", "answer")), keep=random.randint(0, 8)),
        )
    )


def _silent(life: Any, _random: Random) -> None:  # noqa: ANN401
    """It answers nothing any more, until somebody switches it off and on."""
    life.plan(Lose(), times=None)
    life.act()
    life.act()


def _noisy(life: Any, random: Random) -> None:  # noqa: ANN401
    """Somebody's welding machine."""
    for _ in range(random.randint(1, 5)):
        life.host.say([Say(random.randbytes(random.randint(1, 500)))])
    life.act()


def _unplugged(life: Any, random: Random) -> None:  # noqa: ANN401
    """A foot in the cable."""
    life.act()
    life.host.unplug()
    life.pass_unplugged(random.uniform(0.01, 60.0))


def _unplugged_for_an_hour(life: Any, _random: Random) -> None:  # noqa: ANN401
    life.host.unplug()
    life.pass_unplugged(HOUR)


TROUBLES: tuple[tuple[str, Trouble], ...] = (
    *(("nothing", _nothing),) * 6,
    *(("disturbed", _disturbed),) * 6,
    *(("noisy", _noisy),) * 2,
    *(("unplugged", _unplugged),) * 3,
    ("silent", _silent),
    ("unplugged for an hour", _unplugged_for_an_hour),
)
"""Each as often as it comes up."""
