"""No thread and no descriptor outlives a driver that was closed."""

import gc
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import enumerate as running_threads

from drivers.conformance.rig import Rig, becomes_true, expect
from drivers.conformance.trial import Trial
from drivers.errors import DriverError
from drivers.simulators.faults import Lose

SHORT_SECONDS = 0.3
SOON_SECONDS = 1.0
ROUNDS = 2


def leave_nothing_behind(trial: Trial) -> None:
    with trial.rig() as rig:
        _use_and_close(rig)
        for _ in range(ROUNDS):
            with _nothing_left("open, one call and close"):
                _use_and_close(rig)
        with _nothing_left("an open that the device does not answer"):
            rig.plan(Lose(), times=None)
            _call(rig, 0)
            rig.driver.close()
        rig.faults.clear()
        rig.host.unplug()
        with _nothing_left("a device that is unplugged while it is open"):
            rig.put_right()
            rig.host.unplug()
            _call(rig, -1)
            rig.driver.close()


def _call(rig: Rig, number: int) -> None:
    with suppress(DriverError):
        rig.make(rig.calls()[number], 0, SHORT_SECONDS)


def _use_and_close(rig: Rig) -> None:
    rig.connect()
    rig.expect_well(rig.calls()[-1])
    rig.driver.close()


@contextmanager
def _nothing_left(after: str) -> Iterator[None]:
    gc.collect()
    threads, files = set(running_threads()), _open_files()
    yield
    gc.collect()
    _expect_gone(lambda: {t.name for t in running_threads() if t not in threads}, after, "threads")
    _expect_gone(lambda: _open_files() - files, after, "file descriptors")


def _open_files() -> set[str]:
    return {f"{file.name} → {target}" for file, target in _descriptors()}


def _descriptors() -> Iterator[tuple[Path, Path]]:
    """The folder names its own descriptor too, which is closed when that is looked at."""
    for file in Path("/proc/self/fd").iterdir():
        with suppress(OSError):
            yield file, file.readlink()


def _expect_gone(left: Callable[[], set[str]], after: str, what: str) -> None:
    """A thread that was told to end may need a moment."""
    becomes_true(lambda: not left(), SOON_SECONDS)
    remaining = ", ".join(sorted(left()))
    expect(not remaining, f"after {after} these {what} are left: {remaining}")
