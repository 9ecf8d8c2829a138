"""A whole small library on one machine: service, kiosks with pads and virtual tags, the lines."""

import shutil
from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, Self

from drivers.feig_obid.simulator import FeigSimulator
from drivers.feig_obid.virtual_reader import FeigSimulatorSettings
from drivers.frame_trace import TracedFrame
from drivers.simulators.pty_host import PtyHost
from drivers.simulators.virtual_tags import VirtualTag
from drivers.tags.elements import elements_named
from drivers.tags.iso28560_3 import encode_iso28560_3
from drivers.uid import Uid
from kiosk.enrolment import PinnedService, enrol, pinned_service, station_key
from service.administration import AddStation, carry_out
from service.clock import now_ms
from service.database.engine import open_engine
from service.service_key import service_key
from tests.service_process import sample_database
from tests.system.go_between import GoBetween
from tests.system.processes import ServiceProcess, StationProcess, free_port
from tests.system.promises import (
    RELEASED,
    SECURED,
    Ledger,
    People,
    broken_promises,
    read_ledger,
    rows,
)
from tests.system.relay import Relay
from tests.waiting import eventually

__all__ = ["RELEASED", "SECURED", "STATION", "Kiosk", "Rig", "Template", "states", "tag_of"]

OWNER = "VN-SK"
STATION, SECOND_STATION = "kiosk-1", "kiosk-2"
LOOK = "system information "
POINT = "TV"
NOBODY = {"StartView", "OutOfServiceView"}
"""Screens while nobody is there; without its pad this kiosk can see no item."""
COPIES = 200

LOANS_OF_ITEM = """
SELECT loans.state, patrons.short_name,
    (SELECT count(*) FROM claims WHERE loan = loans.id AND cancelled_at_ms IS NULL)
FROM loans JOIN items ON items.id = loans.item JOIN patrons ON patrons.id = loans.patron
WHERE items.number = ? ORDER BY loans.opened_at_ms, loans.id
"""

CONFIG = """
[station]
name = "Máy 1"
library = "Thư viện tỉnh Sơn Khê"
state_folder = "{state}"
isil = "{owner}"

[[device]]

kind = "pad"
driver = "feig_obid"
poll_seconds = 0.02
settings = {{ path = "{pad}", baud = {baud} }}

[policy]
patron_idle_seconds = 60
farewell_seconds = 2

[storage]
ballast_mib = 1
low_water_mib = 1

[link]
beat_seconds = 1.0
answer_seconds = {answer}
silent_in_session_seconds = {silent}
silent_seconds = {silent}
online_again_seconds = 0.2
"""


@dataclass(frozen=True)
class Template:
    """A sample library with enrolled stations, made once and copied for each rig."""

    folder: Path
    port: int
    stations: tuple[str, ...]

    @classmethod
    def make(cls, folder: Path, stations: tuple[str, ...] = (STATION,)) -> "Template":
        state = folder / "service"
        state.mkdir(parents=True)
        shutil.copyfile(sample_database(COPIES), state / "service.db")
        port = free_port()
        service = PinnedService(f"tcp://127.0.0.1:{port}", service_key(state).public)
        engine = open_engine(f"sqlite:///{state / 'service.db'}")
        for name in stations:
            key = enrol(folder / name, service).public
            carry_out(engine, AddStation(name, POINT, key, "test"), now_ms())
        engine.dispose()
        return cls(folder, port, stations)


def tag_of(item: str, number: int, part: int = 1, parts: int = 1, afi: int = SECURED) -> VirtualTag:
    """A tag as the library writes it."""
    elements = elements_named(
        {
            "primary_item_identifier": item,
            "owner_institution": OWNER,
            "set_information": {"parts": parts, "part": part},
            "type_of_usage": "10",
        }
    )
    memory = bytearray(encode_iso28560_3(elements, 112))
    return VirtualTag(Uid(f"E0040150{number:08X}"), memory=memory, afi=afi, dsfid=0x3E)


class Kiosk:
    """One station with its pad; both may be killed, unplugged and brought back."""

    def __init__(
        self,
        folder: Path,
        name: str,
        people: People,
        answer_seconds: float = 2.0,
        device: FeigSimulatorSettings | None = None,
    ) -> None:
        device = device or FeigSimulatorSettings()
        self.state = folder / name
        self.database = self.state / "station.db"
        self.simulator = FeigSimulator(settings=device)
        self.host = PtyHost(self.simulator, folder / f"pad of {name}")
        self.looked_at: set[str] = set()
        self._rounds = 0
        self.simulator.trace.listener = self._watch
        config = folder / f"{name}.toml"
        text = CONFIG.format(
            state=self.state,
            owner=OWNER,
            pad=self.host.link,
            answer=answer_seconds,
            silent=max(2.0, answer_seconds),
            baud=device.baud,
        )
        config.write_text(text, encoding="utf-8")
        self.station = StationProcess(config, partial(people.hear, name))

    def close(self) -> None:
        """Kill what runs; harmless a second time."""
        self.station.kill()
        self.host.close()

    def _watch(self, frame: TracedFrame) -> None:
        """Whose security state the station asks the pad for, and how often it looks around."""
        if frame.sentence.startswith(LOOK):
            self.looked_at.add(frame.sentence.removeprefix(LOOK))
        elif frame.sentence.startswith("inventory"):
            self._rounds += 1

    def connect_to(self, port: int) -> None:
        """Where the station finds its service from its next start on."""
        key = pinned_service(self.state).key
        enrol(self.state, PinnedService(f"tcp://127.0.0.1:{port}", key))

    def lay(self, *tags: VirtualTag) -> None:
        for tag in tags:
            self.simulator.pad.lay(tag)

    def lift(self, *tags: VirtualTag) -> None:
        for tag in tags:
            self.simulator.pad.lift(tag.uid)

    def carry_away(self, *tags: VirtualTag) -> None:
        """Lift them for as long as a hand does: the pad looks around and does not find them."""
        self.lift(*tags)
        enough = self._rounds + 8
        eventually(lambda: self._is_blind or self._rounds >= enough, 10, "looks at the pad")

    @property
    def _is_blind(self) -> bool:
        return self.station.died or not self.host.plugged

    def empty_pad(self) -> None:
        self.lift(*self.simulator.pad.tags())

    def start(self, crash_at: str | None = None) -> None:
        """Returns when the station can lend, or died before."""
        self.station.start(crash_at)
        self.online()

    def online(self) -> bool:
        """Wait until the station can lend; False when it died before."""
        return self.station.until(lambda view: bool(view["online"]), 20, "station online")

    def show_card(self, card: str) -> bool:
        """Type a card number on the start screen, wait for the borrow screen."""
        self.station.do("ChooseBorrow")
        self.station.do("ChooseTyping")
        self.station.do("NumberTyped", number=card)
        return self.station.until(lambda view: view["kind"] == "BorrowView", 15, "card known")

    def choose_return(self) -> bool:
        """Touch *Trả sách*, wait for its screen."""
        self.station.do("ChooseReturn")
        return self.station.until(lambda view: view["kind"] == "ReturnView", 15, "return screen")

    def shows(self, item: str, *wanted: str, seconds: float = 10.0) -> bool:
        """Wait until this item's line is in one of these states; False when the station died."""

        def so(view: dict[str, object]) -> bool:
            return states(view).get(item) in wanted

        return self.station.until(so, seconds, f"{item} {' or '.join(wanted)}")

    def lacks(self, item: str) -> bool:
        """Wait until the pad does not feel this item any more."""

        def gone(view: dict[str, Any]) -> bool:
            lines = view.get("lines") or ()
            return not any(line["on_pad"] for line in lines if line["accession"] == item)

        return self.station.until(gone, 10, f"pad without {item}")

    def finish(self) -> bool:
        """*Xong*, and past the farewell."""
        self.station.do("Finish")
        self.station.until(lambda view: view["kind"] in {"FarewellView", *NOBODY}, 10, "farewell")
        self.station.do("Finish")
        return self.at_start()

    def leave(self) -> bool:
        """*Thoát*, and past the farewell."""
        self.station.do("Leave")
        self.station.until(lambda view: view["kind"] in {"FarewellView", *NOBODY}, 10, "farewell")
        self.station.do("Finish")
        return self.at_start()

    def at_start(self) -> bool:
        return self.station.until(lambda view: view["kind"] in NOBODY, 10, "start screen")


class Rig:
    """Owns all of it; the service may be killed and the stations too, the tags stay."""

    def __init__(
        self,
        template: Template,
        folder: Path,
        *,
        answer_seconds: float = 2.0,
        device: FeigSimulatorSettings | None = None,
    ) -> None:
        shutil.copytree(template.folder, folder)
        self.folder = folder
        self.people = People()
        self.service = ServiceProcess(folder / "service", template.port)
        self.kiosks = [
            Kiosk(folder, name, self.people, answer_seconds, device) for name in template.stations
        ]
        self.tags: list[VirtualTag] = []
        self._lines = ExitStack()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Kill what runs; harmless a second time."""
        for kiosk in self.kiosks:
            kiosk.close()
        self.service.kill()
        self._lines.close()

    @property
    def kiosk(self) -> Kiosk:
        """The first one."""
        return self.kiosks[0]

    @property
    def used_kiosks(self) -> list[Kiosk]:
        """Those that were ever started."""
        return [kiosk for kiosk in self.kiosks if kiosk.station.was_started]

    @property
    def station(self) -> StationProcess:
        return self.kiosk.station

    @property
    def simulator(self) -> FeigSimulator:
        return self.kiosk.simulator

    def lay(self, *tags: VirtualTag) -> None:
        self.kiosk.lay(*tags)

    def lift(self, *tags: VirtualTag) -> None:
        self.kiosk.lift(*tags)

    def online(self) -> bool:
        return self.kiosk.online()

    def show_card(self, card: str) -> bool:
        return self.kiosk.show_card(card)

    def relay(self, kiosk: Kiosk) -> Relay:
        """A line with faults for this kiosk, from its next start on."""
        relay = Relay(self.service.port)
        self._lines.callback(relay.close)
        kiosk.connect_to(relay.port)
        return relay

    def go_between(self, kiosk: Kiosk) -> GoBetween:
        """Somebody who understands this kiosk's messages, from its next start on."""
        service, station = service_key(self.service.state), station_key(kiosk.state)
        between = GoBetween(
            self.service.port, (service.public, service.secret), (station.public, station.secret)
        )
        self._lines.callback(between.close)
        kiosk.connect_to(between.port)
        return between

    def book(self, item: str, parts: int = 1) -> list[VirtualTag]:
        """Tags of one item, not on a pad yet."""
        tags = [
            tag_of(item, 0x1000 + len(self.tags) + part, part, parts)
            for part in range(1, parts + 1)
        ]
        self.tags += tags
        return tags

    def listed(self, item: str) -> set[str]:
        """The kinds of the open lines on the staff's list about this item."""
        return {kind for kind, number, _ in self.ledger().attention if number == item}

    def loans(self, item: str) -> list[tuple[str, str, int]]:
        """All loans of this item, oldest first: state, to whom, claims that stand."""
        return rows(self.service.database, LOANS_OF_ITEM, item)

    def ledger(self, *, with_outboxes: bool = False) -> Ledger:
        """What the service's database says; outboxes can be read only of stations that stopped."""
        outboxes = [kiosk.database for kiosk in self.used_kiosks] if with_outboxes else []
        return read_ledger(self.service.database, outboxes)

    def broken_promises(self, *, at_rest: bool = False, seen: bool = False) -> list[str]:
        """What was promised and is not so now."""
        ledger = self.ledger(with_outboxes=at_rest)
        return broken_promises(ledger, self.tags, self.people, seen=seen)

    def come_to_rest(self) -> list[str]:
        """Let everything that was put off be done, with all tags away from the pads.

        Returns the promises that are not kept then, and leaves the stations stopped.
        """
        self._all_run()
        self._drain()
        return self.broken_promises(at_rest=True)

    def see_all_tags(self, seconds: float = 20.0) -> list[str]:
        """As `come_to_rest`, after the first kiosk's pad has looked at every tag once more."""
        self._all_run()
        self.kiosk.looked_at.clear()
        self.lay(*self.tags)
        try:
            eventually(self._pad_is_content, seconds, "promises kept")
        except AssertionError:
            return self.broken_promises(seen=True) or ["the pad did not look at every tag"]
        self._drain()
        return self.broken_promises(at_rest=True, seen=True)

    def _pad_is_content(self) -> bool:
        seen = self.kiosk.looked_at >= {tag.uid for tag in self.tags}
        return seen and not self.broken_promises(seen=True)

    def _drain(self) -> None:
        for kiosk in self.used_kiosks:
            kiosk.station.drain()

    def _all_run(self) -> None:
        if self.service.died:
            self.service.start()
        for kiosk in self.used_kiosks:
            kiosk.empty_pad()
            if kiosk.station.died:
                kiosk.station.start()
            else:
                kiosk.leave()
        for kiosk in self.used_kiosks:
            kiosk.online()


def states(view: dict[str, object]) -> dict[str, str]:
    """Line states by item."""
    lines = view.get("lines") or ()
    return {line["accession"]: line["state"] for line in lines}  # type: ignore[attr-defined]
