"""A whole small library on one machine: service, one pad with virtual tags, one station."""

import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from drivers.feig_obid.simulator import FeigSimulator
from drivers.simulators.pty_host import PtyHost
from drivers.simulators.virtual_tags import VirtualTag
from drivers.tags.elements import elements_named
from drivers.tags.iso28560_3 import encode_iso28560_3
from drivers.uid import Uid
from tests.system.processes import BIN, ServiceProcess, StationProcess, free_port, run

OWNER = "VN-SK"
SECURED, RELEASED = 0x07, 0xC2
STATION = "kiosk-1"
POINT = "TV"

CONFIG = """
[station]
name = "Máy 1"
library = "Thư viện tỉnh Sơn Khê"
state_folder = "{state}"
isil = "{owner}"

[pad]
driver = "feig_obid"
poll_seconds = 0.02
settings = {{ path = "{pad}" }}

[policy]
patron_idle_seconds = 60
farewell_seconds = 2

[storage]
ballast_mib = 1
low_water_mib = 1

[link]
beat_seconds = 1.0
answer_seconds = {answer}
silent_in_session_seconds = 2.0
silent_seconds = 2.0
online_again_seconds = 0.2
"""


@dataclass(frozen=True)
class Template:
    """A sample library with its enrolled station, made once and copied for each rig."""

    folder: Path
    port: int

    @classmethod
    def make(cls, folder: Path, stations: tuple[str, ...] = (STATION,)) -> "Template":
        port = free_port()
        service = folder / "service"
        service.mkdir(parents=True)
        database = f"sqlite:///{service / 'service.db'}"
        command = str(BIN / "muontra-service")
        where = ["--state", str(service), "--database", database]
        run(command, "sample", "--database", database, "--copies", "200", "--as-of", "2026-11-18")
        words = run(command, "key", "--state", str(service))
        key = words.split("Service key:")[1].split()[0]
        for name in stations:
            state = folder / name
            endpoint = f"tcp://127.0.0.1:{port}"
            said = run(
                str(BIN / "muontra"), "enrol", "--state", str(state), "--service", endpoint,
                f"--service-key={key}",
            )  # fmt: skip
            public = said.split("Station key:")[1].split()[0]
            run(command, "station", "add", name, "--point", POINT, f"--key={public}", *where)
        return cls(folder, port)


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


class Rig:
    """Owns all of it; the service may be killed and the station too, the tags stay."""

    def __init__(self, template: Template, folder: Path, *, answer_seconds: float = 2.0) -> None:
        shutil.copytree(template.folder, folder)
        self.folder = folder
        self.simulator = FeigSimulator()
        self.host = PtyHost(self.simulator, folder / "pad")
        self.service = ServiceProcess(folder / "service", template.port)
        config = folder / "station.toml"
        text = CONFIG.format(
            state=folder / STATION, owner=OWNER, pad=folder / "pad", answer=answer_seconds
        )
        config.write_text(text, encoding="utf-8")
        self.station = StationProcess(config)
        self.tags: dict[Uid, VirtualTag] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Kill what runs; harmless a second time."""
        self.station.kill()
        self.service.kill()
        self.host.close()

    def book(self, item: str, parts: int = 1) -> list[VirtualTag]:
        """Tags of one item, not on the pad yet."""
        tags = [
            tag_of(item, 0x1000 + len(self.tags) + part, part, parts)
            for part in range(1, parts + 1)
        ]
        self.tags |= {tag.uid: tag for tag in tags}
        return tags

    def lay(self, *tags: VirtualTag) -> None:
        for tag in tags:
            self.simulator.pad.lay(tag)

    def lift(self, *tags: VirtualTag) -> None:
        for tag in tags:
            self.simulator.pad.lift(tag.uid)

    def online(self) -> bool:
        """Wait until the station can lend; False when it died before."""
        return self.station.until(lambda view: bool(view.get("online")), 20, "station online")

    def show_card(self, card: str) -> bool:
        """Type a card number on the start screen, wait for the borrow screen."""
        self.station.do("ChooseBorrow")
        self.station.do("ChooseTyping")
        self.station.do("NumberTyped", number=card)
        return self.station.until(lambda view: view["kind"] == "BorrowView", 15, "card known")


def states(view: dict[str, object]) -> dict[str, str]:
    """Line states by item."""
    lines = view.get("lines") or ()
    return {line["accession"]: line["state"] for line in lines}  # type: ignore[attr-defined]
