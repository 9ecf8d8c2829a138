"""The devices of a station that is stepped or played by hand."""

from collections.abc import Callable

from drivers.facts import GateTold
from drivers.interfaces import ChuteOrder
from kiosk.config import DeviceSection
from kiosk.local.desk import DeskFacts
from kiosk.pad_orders import PadOrder
from kiosk.printer_orders import PrintReceipt

FACTS = DeskFacts(
    station="kiosk-1",
    role="kiosk",
    software="muontra test",
    endpoint="tcp://127.0.0.1:7411",
    low_water_bytes=0,
    devices=(DeviceSection(kind="pad", driver="feig_obid", settings={"path": "/dev/muontra/pad"}),),
)


class PlayedDevices:
    """Takes orders to `order`; remembers what was paused and unmasked."""

    def __init__(self, order: Callable[[tuple[PadOrder, ...]], None]) -> None:
        self.order = order
        self.listening = False
        self.paused: dict[str, float] = {}
        self.unmasked_for: dict[str, float] = {}
        self.receipts: list[PrintReceipt] = []
        self.gates_kept: list[tuple[GateTold, bool]] = []
        self.chute_orders: list[ChuteOrder] = []

    def listen(self, *, wanted: bool) -> None:
        self.listening = wanted

    def check(self) -> None:
        """Nothing ever gets stuck here."""

    def print(self, receipt: PrintReceipt) -> None:
        self.receipts.append(receipt)

    def gate_kept(self, told: GateTold, *, on_disk: bool) -> None:
        self.gates_kept.append((told, on_disk))

    def order_chute(self, order: ChuteOrder) -> None:
        self.chute_orders.append(order)

    def pause(self, device: str, seconds: float, holder: object) -> bool:
        self.paused[device] = seconds
        return True

    def resume(self, device: str, holder: object) -> bool:
        self.paused.pop(device, None)
        return True

    def unmask(self, device: str, seconds: float) -> bool:
        self.unmasked_for[device] = seconds
        return device == "pad"

    def unmasked(self) -> bool:
        return any(self.unmasked_for.values())
