"""Codes of a scanner are told as they are only to who asked, and are never kept."""

from pathlib import Path

import pytest

from drivers.barcode_serial.driver import DRIVER
from drivers.facts import BarcodeScanned
from drivers.frame_trace import FrameTrace, TracedFrame
from drivers.simulators.faults import FaultPlan
from drivers.simulators.simulation import simulation_of
from kiosk.config import parse_config
from kiosk.device_news import DeviceUp
from kiosk.device_supervisor import DeviceSupervisor
from tests.bench.kiosk.heard import Heard
from tests.waiting import eventually

pytestmark = pytest.mark.bench
CODES = "20001234", "20001235", "20001236"
CONFIG = """
[station]
name = "k"
library = "l"
state_folder = "/var/lib/muontra"

[[device]]
kind = "scanner"
driver = "barcode_serial"
settings = {{ path = "{path}" }}
"""


def test_a_code_is_shown_unmasked_for_so_long_and_the_ring_keeps_it_masked(tmp_path: Path) -> None:
    simulation = simulation_of(DRIVER)
    scanner = simulation.make({}, FaultPlan(), FrameTrace())
    host = simulation.host(scanner, tmp_path / "scanner")
    told: list[TracedFrame] = []
    trace = FrameTrace(listener=told.append)
    heard = Heard()
    devices = DeviceSupervisor(
        parse_config(CONFIG.format(path=host.address)), heard.tell, lambda _name: trace
    )

    def scan(code: str) -> None:
        """What comes just after it was turned on is dropped: again, until the station hears it."""

        def is_heard() -> bool:
            host.say(scanner.scan(code))
            return any(news.text == code for news in heard.every(BarcodeScanned))

        eventually(is_heard, 5, f"code {code}")

    def shown() -> set[str]:
        return {code for code in CODES if any(code.encode() in frame.raw for frame in told)}

    devices.start()
    try:
        eventually(lambda: heard.every(DeviceUp), 5, "scanner")
        devices.listen(wanted=True)
        eventually(lambda: scanner.listening, 5, "listening")
        scan(CODES[0])
        assert not devices.unmask("scaner", 60)
        assert not shown()
        assert devices.unmask("scanner", 60)
        assert devices.unmasked()
        scan(CODES[1])
        assert CODES[1] in shown()
        assert devices.unmask("scanner", 0)
        assert not devices.unmasked()
        scan(CODES[2])
        assert CODES[2] not in shown()
        assert not any(b"2000123" in frame.raw for frame in trace.frames())
    finally:
        devices.stop()
        host.close()
