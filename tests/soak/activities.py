"""What people do at a device of each kind, and by what its worker tells it."""

from typing import Any, Protocol

from drivers.facts import (
    BarcodeScanned,
    CardPresented,
    ChuteChanged,
    GateTold,
    InventoryRound,
    TagAlarm,
)
from drivers.registry import DeviceKind
from drivers.simulators.device import VirtualCard
from drivers.simulators.virtual_tags import VirtualTag
from kiosk.device_worker import ScannerWorker
from kiosk.printer_orders import PrintReceipt, ReceiptNotPrinted, ReceiptPrinted
from kiosk.printer_worker import PrinterWorker
from tests.system.rig import tag_of


class Activity(Protocol):
    """Owner: the main thread, but for `is_told_by`, which the worker's thread asks."""

    def act(self, life: Any) -> None:  # noqa: ANN401 - tests.soak.life.Life, which needs this
        """It happens once more, to something that has not been there before."""

    def is_told_by(self, news: object) -> bool:
        """True when `news` tell the newest of it."""


class Books:
    """One after the other is laid on a pad."""

    def __init__(self) -> None:
        self._count = 0
        self._tag: VirtualTag | None = None

    def act(self, life: Any) -> None:  # noqa: ANN401
        field = life.device.pad
        for tag in field.tags():
            field.lift(tag.uid)
        self._count += 1
        self._tag = tag_of("VV.00417", self._count % 250 + 1)
        field.lay(self._tag)

    def is_told_by(self, news: object) -> bool:
        tag = self._tag
        return isinstance(news, InventoryRound) and tag is not None and news.uids == {tag.uid}


class Codes:
    """Barcodes are held before a scanner that is on."""

    def __init__(self) -> None:
        self._count = 0

    @property
    def _text(self) -> str:
        return f"VV.{self._count:05}"

    def act(self, life: Any) -> None:  # noqa: ANN401
        assert isinstance(life.worker, ScannerWorker)
        life.worker.listen(wanted=True)
        self._count += 1
        life.host.say(life.device.scan(self._text))

    def is_told_by(self, news: object) -> bool:
        return isinstance(news, BarcodeScanned) and news.text == self._text


class Cards:
    """People show their cards, and put them away."""

    def __init__(self) -> None:
        self._count = 0

    def act(self, life: Any) -> None:  # noqa: ANN401
        self._count += 1
        life.host.say(life.device.remove())
        uid = b"\x04" + self._count.to_bytes(6, "big")
        life.host.say(life.device.present(VirtualCard(uid)))

    def is_told_by(self, news: object) -> bool:
        newest = f"04{self._count:012X}"
        return isinstance(news, CardPresented) and news.card.number.upper() == newest


class Thefts:
    """Somebody carries a secured book out."""

    def __init__(self) -> None:
        self._count = 0

    def act(self, life: Any) -> None:  # noqa: ANN401
        self._count += 1
        tag = tag_of("VV.00417", self._count % 250 + 1)
        life.host.say(life.device.walk([tag], inwards=False))

    def is_told_by(self, news: object) -> bool:
        return isinstance(news, GateTold) and any(isinstance(e, TagAlarm) for e in news.events)


class Receipts:
    """Receipts, one after the other. What came out is taken away, so that no paper piles up."""

    def __init__(self) -> None:
        self._count = 0
        self._asked = False

    def act(self, life: Any) -> None:  # noqa: ANN401
        assert isinstance(life.worker, PrinterWorker)
        life.device._receipts.clear()
        if self._asked:
            return
        self._asked = True
        self._count += 1
        life.worker.print(PrintReceipt(f"{self._count}", (f"VV.{self._count:05}",)))

    def is_told_by(self, news: object) -> bool:
        self._asked = self._asked and not isinstance(news, ReceiptPrinted | ReceiptNotPrinted)
        return isinstance(news, ReceiptPrinted)


class Returns:
    """Books are laid into the mouth of a book-drop, and taken out again."""

    def __init__(self) -> None:
        self._there = False

    def act(self, life: Any) -> None:  # noqa: ANN401
        self._there = not self._there
        device = life.device
        life.host.say(device.put_in() if self._there else device.take_out())

    def is_told_by(self, news: object) -> bool:
        return isinstance(news, ChuteChanged) and news.state.item_in_mouth is self._there


ACTIVITIES: dict[DeviceKind, type[Activity]] = {
    "pad": Books,
    "scanner": Codes,
    "card": Cards,
    "gate": Thefts,
    "printer": Receipts,
    "drop": Returns,
}
