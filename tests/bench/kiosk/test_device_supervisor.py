"""Workers that hang, drivers that do not load, settings that are wrong: the station goes on."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from inspect import currentframe
from pathlib import Path
from threading import Event, Thread
from time import monotonic

import pytest
from msgspec import Struct

from drivers.deadline import Deadline
from drivers.facts import InventoryRound, TagSeen
from drivers.frame_trace import FrameTrace
from drivers.interfaces import DeviceIdentity, SystemInformation, TagBlocks
from drivers.registry import Driver, DriverStatus, installed_drivers
from drivers.tags.security import SecurityState
from drivers.uid import Uid
from kiosk.config import StationConfig, parse_config
from kiosk.device_news import DeviceDown, DeviceUp
from kiosk.device_supervisor import ABANDONED_AT_MOST, DeviceSupervisor
from kiosk.pad_orders import ContentRead, ReadContent, SecuritySet, SetSecurity
from kiosk.session.events import WriteFailure
from tests.bench.kiosk.heard import Heard
from tests.waiting import eventually

BOOK = Uid("E0040150338607AE")


class NoSettings(Struct, frozen=True, forbid_unknown_fields=True):
    """A driver without settings."""


class Stubborn:
    """A pad that hangs in the system at the calls named in `hangs`, until it is let go."""

    def __init__(self, hangs: str = "") -> None:
        self.hangs = hangs
        self.let_go = Event()
        self.calls: list[str] = []

    def _enter(self, call: str) -> None:
        self.calls.append(call)
        if call == self.hangs:
            self.let_go.wait(60)

    def open(self, deadline: Deadline) -> DeviceIdentity:
        self._enter("open")
        return DeviceIdentity("nobody", "stubborn", "1")

    def close(self) -> None: ...

    def cancel(self) -> None: ...

    def inventory(self, deadline: Deadline) -> tuple[TagSeen, ...]:
        self._enter("inventory")
        return (TagSeen(BOOK, 0),)

    def read_blocks(self, uid: Uid, first: int, count: int, deadline: Deadline) -> TagBlocks:
        raise NotImplementedError

    def system_information(self, uid: Uid, deadline: Deadline) -> SystemInformation:
        self._enter("system information")
        return SystemInformation(uid, 0, 0x07, 4, 28, 1)

    def write_blocks(self, uid: Uid, first: int, data: bytes, deadline: Deadline) -> None: ...

    def write_afi(self, uid: Uid, afi: int, deadline: Deadline) -> None:
        self._enter("write AFI")

    def write_dsfid(self, uid: Uid, dsfid: int, deadline: Deadline) -> None: ...


def driver_of(*pads: Stubborn) -> DriverStatus:
    """Gives these pads one after the other."""
    left = list(pads)
    record = Driver("stubborn", "pad", "", NoSettings, lambda _settings, _trace: left.pop(0))
    return DriverStatus("stubborn", record)


def release(uid: Uid = BOOK) -> SetSecurity:
    return SetSecurity(uid, "TK.00001", SecurityState.RELEASED, None, "0" * 32, check_first=False)


def config(devices: str) -> StationConfig:
    return parse_config(
        f'[station]\nname = "k"\nlibrary = "l"\nstate_folder = "/var/lib/muontra"\n{devices}'
    )


STUBBORN = '[[device]]\nkind = "pad"\ndriver = "stubborn"\npoll_seconds = 0.01\n'


@contextmanager
def supervised(
    devices: str, drivers: Mapping[str, DriverStatus], monkeypatch: pytest.MonkeyPatch
) -> Iterator[tuple[DeviceSupervisor, Heard]]:
    known = dict(installed_drivers()) | dict(drivers)
    monkeypatch.setattr("kiosk.device_supervisor.installed_drivers", lambda: known)
    monkeypatch.setattr("kiosk.device_supervisor.STUCK_SECONDS", 0.1)
    heard = Heard()
    supervisor = DeviceSupervisor(config(devices), heard.tell, lambda _: FrameTrace())
    supervisor.start()
    try:
        yield supervisor, heard
    finally:
        supervisor.stop()


def until_stuck(supervisor: DeviceSupervisor, heard: Heard, times: int = 1) -> None:
    def stuck() -> bool:
        supervisor.check()
        return sum(down.error == "DeviceStuck" for down in heard.every(DeviceDown)) >= times

    eventually(stuck, 5, f"stuck driver, {times} times")


def test_a_stuck_driver_is_replaced_and_the_next_one_serves(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    stuck, good = Stubborn(hangs="inventory"), Stubborn()
    with supervised(STUBBORN, {"stubborn": driver_of(stuck, good)}, monkeypatch) as (boss, heard):
        until_stuck(boss, heard)
        heard.first(InventoryRound)
        kinds = [type(news) for news in heard.news[:4]]
        assert kinds == [DeviceUp, DeviceDown, DeviceUp, InventoryRound]
        stuck.let_go.set()


def test_the_order_that_a_stuck_driver_never_finished_has_failed_and_so_have_those_behind_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A line that still waits for its write keeps the session open for ever."""
    stuck, good = Stubborn(hangs="write AFI"), Stubborn()
    other = release(Uid("E004010011223344"))
    with supervised(STUBBORN, {"stubborn": driver_of(stuck, good)}, monkeypatch) as (boss, heard):
        heard.first(InventoryRound)
        boss.order((release(), other))
        until_stuck(boss, heard)
        lost = [SecuritySet(order, WriteFailure.PAD_LOST) for order in (release(), other)]
        assert heard.every(SecuritySet) == lost
        stuck.let_go.set()
        eventually(lambda: threads_of(boss) == 1, 5, "end of the stuck thread")
        assert heard.every(SecuritySet) == lost
        assert stuck.calls[-1] == "write AFI"


def threads_of(supervisor: DeviceSupervisor) -> int:
    workers = [*supervisor._workers.values(), *supervisor._abandoned["pad"]]
    return sum(worker.is_alive() for worker in workers)


def test_what_a_stuck_driver_says_when_it_comes_back_is_not_believed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    stuck, good = Stubborn(hangs="inventory"), Stubborn(hangs="inventory")
    with supervised(STUBBORN, {"stubborn": driver_of(stuck, good)}, monkeypatch) as (boss, heard):
        until_stuck(boss, heard)
        stuck.let_go.set()
        eventually(lambda: threads_of(boss) == 1, 5, "end of the stuck thread")
        assert heard.every(InventoryRound) == []
        good.let_go.set()


def test_a_system_that_hangs_at_every_opening_costs_two_threads_and_not_one_every_few_seconds(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    pads = [Stubborn(hangs="open") for _ in range(3)]
    with supervised(STUBBORN, {"stubborn": driver_of(*pads)}, monkeypatch) as (boss, heard):
        until_stuck(boss, heard, times=ABANDONED_AT_MOST)
        for _ in range(20):
            boss.check()
        assert pads[2].calls == []
        assert threads_of(boss) == ABANDONED_AT_MOST
        boss.order((release(),))
        assert heard.first(SecuritySet).failure is WriteFailure.PAD_LOST
        pads[2].hangs = ""
        pads[0].let_go.set()

        def served() -> list[InventoryRound]:
            boss.check()
            return heard.every(InventoryRound)

        eventually(served, 5, "pad that serves again")
        pads[1].let_go.set()


def test_a_pad_that_is_not_plugged_in_is_missing_and_not_stuck(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Between two tries to open it, half a minute may pass."""
    path = tmp_path / "pad"
    missing = f'[[device]]\nkind = "pad"\ndriver = "feig_obid"\nsettings = {{ path = "{path}" }}\n'
    with supervised(missing, {}, monkeypatch) as (boss, heard):
        assert heard.first(DeviceDown).error == "PortMissing"
        eventually(lambda: boss._workers["pad"].busy_since is None, 5, "pause")
        monkeypatch.setattr("kiosk.device_supervisor.monotonic", lambda: monotonic() + 20)
        boss.check()
        assert [down.error for down in heard.every(DeviceDown)] == ["PortMissing"]


@pytest.mark.parametrize(
    ("section", "reason"),
    [
        ('driver = "fieg_obid"', "'fieg_obid' is not installed; there are"),
        ('driver = "broken"', "'broken' does not load: ImportError: no libusb"),
        ('driver = "stubborn"\nsettings = { path = "/dev/pad" }', "unknown field `path`"),
        ('driver = "feig_obid"', "missing required field `path`"),
        ('driver = "feig_obid"\nsettings = { path = "/dev/pad", baud = "fast" }', "baud"),
        ('driver = "barcode_serial"\nsettings = { path = "/dev/pad" }', "drives a scanner"),
        ('driver = "bad"', "a driver's own mistake"),
    ],
)
def test_a_driver_that_does_not_work_is_out_of_service_with_its_reason(
    section: str, reason: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def breaks(*_: object) -> None:
        raise KeyError("a driver's own mistake")

    drivers = {
        "stubborn": driver_of(Stubborn()),
        "broken": DriverStatus("broken", None, "ImportError: no libusb"),
        "bad": DriverStatus("bad", Driver("bad", "pad", "", NoSettings, breaks)),
    }
    with supervised(f'[[device]]\nkind = "pad"\n{section}\n', drivers, monkeypatch) as (
        boss,
        heard,
    ):
        down = heard.first(DeviceDown)
        assert down.error == "WrongDevice"
        assert reason in down.reason
        boss.check()
        boss.order((ReadContent(BOOK),))
        assert len(heard.every(DeviceDown)) == 1


def test_a_broken_scanner_does_not_keep_the_pad_from_starting(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    both = f'{STUBBORN}[[device]]\nkind = "scanner"\ndriver = "none"\n'
    with supervised(both, {"stubborn": driver_of(Stubborn())}, monkeypatch) as (_, heard):
        heard.first(InventoryRound)
        assert heard.first(DeviceDown).error == "WrongDevice"


ONE, OTHER = "one technician", "another"


def test_orders_under_way_when_a_technician_takes_the_pad_have_failed_once(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    slow, good = Stubborn(hangs="write AFI"), Stubborn()
    other = release(Uid("E004010011223344"))
    with supervised(STUBBORN, {"stubborn": driver_of(slow, good)}, monkeypatch) as (boss, heard):
        heard.first(InventoryRound)
        boss.order((release(), other))
        eventually(lambda: slow.calls[-1] == "write AFI", 5, "write under way")
        assert boss.pause("pad", 60, ONE)
        boss.order((ReadContent(BOOK),))
        lost = [SecuritySet(order, WriteFailure.PAD_LOST) for order in (release(), other)]
        assert heard.every(SecuritySet) == lost
        assert heard.every(ContentRead) == [ContentRead(BOOK, None)]
        slow.let_go.set()
        eventually(lambda: threads_of(boss) == 0, 5, "end of the thread")
        heard.mark()
        assert boss.resume("pad", ONE)
        heard.first(InventoryRound)
        assert heard.every(SecuritySet) == []


def test_a_device_that_one_technician_uses_is_neither_given_to_another_nor_taken_back_by_one(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The station would open the pad in the middle of a tag that is being written."""
    pads = driver_of(Stubborn(), Stubborn(), Stubborn())
    with supervised(STUBBORN, {"stubborn": pads}, monkeypatch) as (boss, heard):
        heard.first(InventoryRound)
        assert boss.pause("pad", 60, ONE)
        assert not boss.pause("pad", 1, OTHER)
        assert not boss.resume("pad", OTHER)
        assert threads_of(boss) <= 1
        assert boss.pause("pad", 60, ONE)
        heard.mark()
        assert boss.resume("pad", ONE)
        assert boss.resume("pad", ONE)
        assert boss.resume("pad", OTHER)
        heard.first(InventoryRound)
        assert len(heard.every(DeviceUp)) == 1
        assert boss.pause("pad", 60, OTHER)


def test_a_pad_that_is_paused_in_the_moment_in_which_it_opens_is_last_told_as_paused(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Else the start screen offers a pad that a technician has for ten minutes."""
    pausing: list[Thread] = []
    bosses: list[DeviceSupervisor] = []
    start = DeviceSupervisor.start

    def start_known(boss: DeviceSupervisor) -> None:
        """The worker may speak before `start` has returned."""
        bosses.append(boss)
        start(boss)

    class Watched(Event):
        """Lets the pause come between the worker's question whether it is told to stop, and what
        it says then.
        """

        def is_set(self) -> bool:
            answer = super().is_set()
            if not pausing and currentframe().f_back.f_code.co_name == "_say":  # type: ignore[union-attr]
                pause = Thread(target=lambda: bosses[0].pause("pad", 60, ONE))
                pause.start()
                pausing.append(pause)
                pause.join(0.2)
            return answer

    monkeypatch.setattr(DeviceSupervisor, "start", start_known)
    monkeypatch.setattr("kiosk.device_worker.Event", Watched)
    with supervised(STUBBORN, {"stubborn": driver_of(Stubborn())}, monkeypatch) as (boss, heard):
        eventually(lambda: pausing and not pausing[0].is_alive(), 5, "pause")
        eventually(lambda: threads_of(boss) == 0, 5, "end of the worker")
        told = [news for news in heard.news if isinstance(news, DeviceUp | DeviceDown)]
        assert isinstance(told[-1], DeviceDown)


def test_a_pause_that_is_over_gives_the_device_back(monkeypatch: pytest.MonkeyPatch) -> None:
    with supervised(STUBBORN, {"stubborn": driver_of(Stubborn(), Stubborn())}, monkeypatch) as (
        boss,
        heard,
    ):
        heard.first(InventoryRound)
        assert boss.pause("pad", 60, ONE)
        heard.mark()
        monkeypatch.setattr("kiosk.device_supervisor.monotonic", lambda: monotonic() + 61)
        boss.check()
        heard.first(DeviceUp)
        assert boss.pause("pad", 60, OTHER)


def test_pausing_a_stuck_device_again_and_again_costs_no_thread_each(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    pads = [Stubborn(hangs="open") for _ in range(5)]
    with supervised(STUBBORN, {"stubborn": driver_of(*pads)}, monkeypatch) as (boss, _):
        for _ in range(5):
            boss.pause("pad", 60, ONE)
            boss.resume("pad", ONE)
            boss.check()
        assert threads_of(boss) <= ABANDONED_AT_MOST
        for pad in pads:
            pad.let_go.set()
