"""A day of one device: each minute something goes wrong, is put right, and must be overcome.

The real driver and the station's real worker, on a pseudo-terminal with the simulated device. Time
is virtual where nothing happens: the minutes between two events, and the worker's pauses.
"""

import gc
import threading
import tracemalloc
from argparse import Namespace
from collections import Counter
from collections.abc import Callable, Iterator, MutableMapping
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from threading import Event
from typing import Any, ClassVar

import msgspec
import structlog

from drivers.facts import GateTold
from drivers.frame_trace import FrameTrace
from drivers.registry import Driver, installed_drivers
from drivers.simulators.faults import FaultPlan, PlannedFault
from drivers.simulators.simulation import simulation_of
from drivers.tags.security import LibraryProfile
from kiosk import device_worker, printer_worker
from kiosk.device_news import DeviceDown
from kiosk.device_supervisor import WORKERS
from kiosk.device_worker import LONGEST_PAUSE_SECONDS, DeviceWorker
from kiosk.gate_worker import GateWorker
from kiosk.pad_worker import PadWorker
from tests.soak.activities import ACTIVITIES, Activity
from tests.soak.lived import Lived
from tests.soak.troubles import TROUBLES
from tests.soak.virtual_time import REAL, VirtualTime

MINUTE = 60.0
WARM_MINUTES = 20
"""Caches, traces and buffers have their size by then."""

POLL_SECONDS = 0.02
STRUCK_SECONDS = 0.15
ONCE_MORE_SECONDS = 0.3
LOOK_SECONDS = 0.002
REAL_SECONDS = 15.0
"""An hour of tries to open a device takes less."""

_NEVER = Event()


class SkippedPauses(Event):
    """The worker's pauses are over at once, and have taken their time."""

    def __init__(self, time: VirtualTime) -> None:
        super().__init__()
        self._time = time

    def wait(self, timeout: float | None = None) -> bool:
        self._time.skip(timeout or 0.0)
        return super().wait(0.001)


class Logged:
    """Counts the lines of a log, and keeps what no driver should say."""

    def __init__(self) -> None:
        self.lines = 0
        self.strange: list[str] = []

    def __call__(
        self, _logger: object, method: str, event: MutableMapping[str, Any]
    ) -> MutableMapping[str, Any]:
        self.lines += 1
        if event.get("exc_info") or method in {"error", "exception"}:
            self.strange.append(f"{event.get('kind')}: {event.get('reason')}"[:200])
        raise structlog.DropEvent


def live_all(time: VirtualTime, options: Namespace) -> Iterator[str]:
    """Each driver's day as a line of JSON."""
    tracemalloc.start()
    logged = Logged()
    structlog.configure(processors=[logged])
    printer_worker.LOOK_SECONDS = 2 * POLL_SECONDS
    for name, status in installed_drivers().items():
        if status.driver is not None and name in (options.drivers or [name]):
            with TemporaryDirectory(prefix="life-") as folder:
                life = Life(status.driver, Path(folder), time, logged, options)
                yield msgspec.json.encode(life.live()).decode()


class Life:
    """Owner: the main thread. `heard` is set by the worker's."""

    def __init__(
        self, driver: Driver, folder: Path, time: VirtualTime, logged: Logged, options: Namespace
    ) -> None:
        self._time, self._logged, self._minutes = time, logged, options.minutes
        self._planted = options.plant
        self._random = Random(f"{options.seed} {driver.name}")
        self._lived = Lived(driver=driver.name)
        self._counts = Counter[str]()
        simulation = simulation_of(driver)
        self.faults = FaultPlan()
        self.device = simulation.make({}, self.faults, FrameTrace())
        self.host = simulation.host(self.device, folder / "device")
        settings = {**simulation.settings(self.host.address)}
        self._driver = driver.make(msgspec.convert(settings, driver.settings), FrameTrace())
        self.activity: Activity = ACTIVITIES[driver.kind]()
        self._heard = Event()
        self.worker = self._hired(driver)

    def live(self) -> Lived:
        """All minutes, and what was left of them."""
        self.worker.start()
        try:
            self._overcome("start")
            for minute in range(self._minutes):
                if minute == min(WARM_MINUTES, self._minutes // 2):
                    self._weigh(-1)
                self._live_a_minute()
            self._weigh(1)
        finally:
            self.worker.stop()
            self.worker.join(5.0)
            self.host.close()
        return self._summed_up()

    def _live_a_minute(self) -> None:
        name, trouble = self._random.choice(TROUBLES)
        lines = self._logged.lines
        self._lived.minutes += 1
        self._counts[name] += 1
        self._heard.clear()
        trouble(self, self._random)
        self._overcome(name)
        told = self._logged.lines - lines
        self._lived.most_lines_a_minute = max(self._lived.most_lines_a_minute, told)
        self._time.idle_for(MINUTE)

    def act(self) -> None:
        """Something happens at the device, whatever state it is in."""
        self.activity.act(self)
        self._heard.wait(STRUCK_SECONDS)

    def plan(self, fault: Any, at: int = 1, times: int | None = 1) -> None:  # noqa: ANN401
        """Let a fault strike from the `at`-th frame from now on."""
        self.faults.plan(PlannedFault(fault=fault, at=at, times=times))

    def pass_unplugged(self, seconds: float) -> None:
        """The worker tries in vain for so long."""
        until, given_up = self._time.now() + seconds, REAL() + REAL_SECONDS
        while self._time.now() < until and REAL() < given_up:
            _NEVER.wait(LOOK_SECONDS)

    def _overcome(self, trouble: str) -> None:
        """All is put right: what happens now must be told, at the latest after the longest pause.

        A device that is open and idle is looked at within STABLE_SECONDS.
        """
        self.faults.clear()
        self.host.plug()
        given_up = REAL() + REAL_SECONDS
        began, idle = self._time.now(), self._time.idle
        self._heard.clear()
        while not self._heard.is_set() and REAL() < given_up:
            self.activity.act(self)
            self._heard.wait(ONCE_MORE_SECONDS)
        took = self._time.now() - began - (self._time.idle - idle)
        self._lived.slowest_seconds = max(self._lived.slowest_seconds, round(took, 1))
        if not self._heard.is_set() or took > LONGEST_PAUSE_SECONDS + device_worker.STABLE_SECONDS:
            self._lived.missed.append(f"{trouble}: not overcome after {took:.0f} s")

    def _weigh(self, sign: int) -> None:
        """What there is now counts against what there was when all was warm."""
        gc.collect()
        self._lived.threads += sign * threading.active_count()
        self._lived.descriptors += sign * len(list(Path("/proc/self/fd").iterdir()))
        self._lived.grown_bytes += sign * tracemalloc.get_traced_memory()[0]

    def _summed_up(self) -> Lived:
        self._lived.troubles = dict(self._counts)
        self._lived.struck = self.faults.struck
        self._lived.log_lines = self._logged.lines
        self._lived.strange = sorted(set(self._logged.strange))[:5]
        self._logged.lines, self._logged.strange = 0, []
        return self._lived

    def _tell(self, news: object) -> None:
        if isinstance(news, DeviceDown):
            self._lived.went_down += 1
        if isinstance(self.worker, GateWorker) and isinstance(news, GateTold):
            self.worker.kept(news, on_disk=True)
        if self.activity.is_told_by(news):
            if self._planted:
                PLANTED[self._planted]()
            self._heard.set()

    def _hired(self, driver: Driver) -> DeviceWorker:
        """The worker of this kind, to whom time passes between two calls."""
        time = self._time
        base: Any = PadWorker if driver.kind == "pad" else WORKERS[driver.kind]

        class Hastened(base):  # type: ignore[misc] # one of several
            kind: ClassVar[Any] = driver.kind

            def _call(self, seconds: float = device_worker.CALL_SECONDS) -> Any:  # noqa: ANN401
                time.between_calls()
                return super()._call(seconds)

        extra = (LibraryProfile(0x07, 0xC2), POLL_SECONDS) if driver.kind == "pad" else ()
        worker: DeviceWorker = Hastened(driver.name, self._driver, *extra, self._tell)
        worker._stopping = SkippedPauses(time)
        return worker


PLANTED: dict[str, Callable[[], object]] = {
    "descriptor": lambda: _KEPT.append(Path("/dev/null").open()),  # noqa: SIM115 - it leaks
    "log": lambda: [structlog.get_logger().warning("again") for _ in range(50)],
}
_KEPT: list[object] = []
