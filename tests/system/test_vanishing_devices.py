"""A whole station: each device in turn vanishes and comes back elsewhere, while visits go on."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from drivers.frame_trace import FrameTrace
from drivers.registry import installed_drivers
from drivers.simulators.faults import FaultPlan
from drivers.simulators.simulation import Host, simulation_of
from kiosk.doctor.results import Mark
from kiosk.local.client import StationClient
from kiosk.local.protocol import AskGate, GateCounts, Status
from kiosk.views import Hindrance
from service.sample.known import ADULT
from tests.system.rig import RELEASED, SECURED, Rig, tag_of
from tests.system.test_doctor_while_running import bad
from tests.system.test_unattended_stations import DEVICE, toml
from tests.waiting import eventually

BOOK, STOLEN = "VV.00417", "VV.00388"
DRIVERS = {
    "scanner": "barcode_serial",
    "card": "contactless_card",
    "printer": "escpos_printer",
    "gate": "feig_gate",
}
HINDRANCES = {
    "pad": Hindrance.PAD,
    "scanner": Hindrance.SCANNER,
    "card": Hindrance.CARD_READER,
    "printer": Hindrance.PRINTER,
    "gate": Hindrance.GATE,
}
SECONDS = 10.0


@dataclass
class Desk:
    """The first kiosk of a rig, with a device of every kind beside its pad."""

    rig: Rig
    hosts: dict[str, Host]
    devices: dict[str, Any]
    stolen: int = 0

    def status(self) -> Status:
        with StationClient(self.rig.kiosk.state / "socket") as client:
            return client.status()

    def alarms(self) -> int:
        with StationClient(self.rig.kiosk.state / "socket") as client:
            counts = client.ask(AskGate())
        assert isinstance(counts, GateCounts)
        return counts.alarms

    def down(self) -> set[str]:
        return {device.kind for device in self.status().devices if not device.up}

    def steal(self) -> None:
        """A secured book is carried through the gate, which must tell it."""
        self.stolen += 1
        tag = tag_of(STOLEN, 0x2000 + self.stolen)
        self.hosts["gate"].say(self.devices["gate"].walk([tag], inwards=False))
        eventually(lambda: self.alarms() == self.stolen, SECONDS, "alarm")

    def show_card(self) -> None:
        """Held before the scanner."""
        station = self.rig.station
        station.do("ChooseBorrow")
        station.until(lambda view: view["kind"] == "WhoView", SECONDS, "question who it is")
        eventually(lambda: self.devices["scanner"].listening, SECONDS, "scanner turned on")
        self.hosts["scanner"].say(self.devices["scanner"].scan(ADULT))
        station.until(lambda view: view["kind"] == "BorrowView", SECONDS, "card known")


@contextmanager
def desk_of(rig: Rig) -> Iterator[Desk]:
    """Its station runs, and all devices answer."""
    desk = Desk(rig, {"pad": rig.kiosk.host}, {"pad": rig.simulator})
    config = rig.kiosk.state.with_suffix(".toml")
    with ExitStack() as stack:
        for kind, name in DRIVERS.items():
            config.write_text(config.read_text() + added(desk, stack, kind, name))
        rig.station.planted = ("printer-watched",)
        rig.kiosk.start()
        eventually((rig.kiosk.state / "socket").exists, SECONDS, "local socket")
        eventually(lambda: not desk.down(), SECONDS, "all devices")
        yield desk


def added(desk: Desk, stack: ExitStack, kind: str, name: str) -> str:
    """A device of this kind is plugged in; its table in the configuration."""
    driver = installed_drivers()[name].driver
    assert driver is not None
    simulation = simulation_of(driver)
    desk.devices[kind] = simulation.make({}, FaultPlan(), FrameTrace())
    desk.hosts[kind] = simulation.host(desk.devices[kind], desk.rig.folder / kind)
    stack.callback(desk.hosts[kind].close)
    settings = toml(dict(simulation.settings(desk.hosts[kind].address)))
    return DEVICE.format(kind=kind, driver=name, settings=settings)


def vanish(desk: Desk, kind: str) -> Path:
    """Pulled out: it alone is missed, by the station and by the doctor. The node that it had."""
    node = Path(desk.hosts[kind].address).resolve()
    desk.hosts[kind].unplug()
    eventually(lambda: desk.down() == {kind}, SECONDS, f"{kind} missed, and nothing else")
    assert desk.status().hindrances == (HINDRANCES[kind],)
    assert bad(desk.rig) == [("devices", kind, Mark.BROKEN)]
    return node


def come_back(desk: Desk, kind: str, node: Path) -> None:
    """Under another name of its node: found again without a hand."""
    desk.hosts[kind].plug()
    assert Path(desk.hosts[kind].address).resolve() != node
    eventually(lambda: not desk.down(), SECONDS, f"{kind} found again")
    assert desk.status().hindrances == ()


def test_each_device_vanishes_in_a_visit_and_the_rest_of_the_station_never_stops(rig: Rig) -> None:
    (tag,) = rig.book(BOOK)
    with desk_of(rig) as desk:
        pid = desk.status().pid
        for kind in HINDRANCES:
            desk.show_card()
            node = vanish(desk, kind)
            if kind != "gate":
                desk.steal()
            if kind != "pad":
                lend(rig, tag)
            come_back(desk, kind, node)
            if kind == "pad":
                lend(rig, tag)
            assert tag.afi == RELEASED
            rig.kiosk.finish()
            rig.kiosk.carry_away(tag)
            take_back(rig, tag)
            assert tag.afi == SECURED
            desk.steal()
        assert desk.status().pid == pid
        assert [state for state, _, _ in rig.loans(BOOK)] == ["returned"] * len(HINDRANCES)
    assert rig.come_to_rest() == []


def lend(rig: Rig, tag: Any) -> None:  # noqa: ANN401
    rig.lay(tag)
    assert rig.kiosk.shows(BOOK, "done")


def take_back(rig: Rig, tag: Any) -> None:  # noqa: ANN401
    rig.kiosk.choose_return()
    rig.lay(tag)
    assert rig.kiosk.shows(BOOK, "done")
    rig.kiosk.finish()
    rig.kiosk.carry_away(tag)
