"""Scanners that type their codes as a keyboard does, as a `BarcodeScanner`."""

from typing import Annotated

from msgspec import Meta, Struct

from drivers.barcode_hid.finding import node_of
from drivers.barcode_hid.input_node import InputNode
from drivers.barcode_hid.keys import KeySplitter
from drivers.barcodes.listener import DEAF_SECONDS, CodeListener, Habits
from drivers.barcodes.rules import CodeRules
from drivers.deadline import Deadline
from drivers.facts import Code
from drivers.frame_trace import FrameTrace
from drivers.registry import Driver, UsbPlace

FRAGMENT_SECONDS = 0.2
"""Seconds without a key after which a code that began does not go on."""


class HidSettings(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Where the scanner is: `path`, as /dev/input/by-id/…-event-kbd, or `usb`, as "0c2e:0b61" with
    `:serial` behind it where it has one. `grab` is False for a simulated node only: without it
    card numbers are typed into whatever has the focus.
    """

    path: str = ""
    usb: Annotated[str, Meta(pattern="^([0-9a-fA-F]{4}:[0-9a-fA-F]{4}(:.+)?)?$")] = ""
    grab: bool = True
    aim_identifiers: bool = False
    rules: CodeRules = CodeRules()

    def __post_init__(self) -> None:
        if bool(self.path) == bool(self.usb):
            raise ValueError("give either path or usb")
        if self.rules.symbologies and not self.aim_identifiers:
            raise ValueError("rules.symbologies needs a scanner with aim_identifiers = true")


class HidBarcodeScanner:
    """It cannot be turned off: its keys are taken, and dropped while nobody wants a code.

    Owner: the thread of `open`.
    """

    def __init__(self, settings: HidSettings, trace: FrameTrace | None = None) -> None:
        self._settings = settings
        self._trace = trace or FrameTrace()
        self._habits = Habits(FRAGMENT_SECONDS, settings.rules, settings.aim_identifiers)
        self._node = InputNode(settings.path, grab=settings.grab)
        self._listener = self._new_listener()

    def open(self, deadline: Deadline) -> None:
        self.close()
        if self._settings.usb:
            self._node = InputNode(node_of(self._settings.usb), grab=self._settings.grab)
        self._node.open()
        self._listener = self._new_listener()
        self.listen(deadline, wanted=False)

    def close(self) -> None:
        self._node.close()

    def cancel(self) -> None:
        self._node.cancel()

    def listen(self, deadline: Deadline, *, wanted: bool) -> None:
        """When it returns, nothing that was scanned before is left in the node.

        Cut short by `cancel` it is to be called again.
        """
        self._listener.turn(on=False)
        if wanted:
            self._listener.hear_until(deadline.earlier(DEAF_SECONDS))
            self._listener.turn(on=True)

    def next_code(self, deadline: Deadline) -> Code | None:
        return self._listener.next_code(deadline)

    def _new_listener(self) -> CodeListener:
        splitter = KeySplitter(caps_lock=self._node.caps_lock)
        return CodeListener(self._node, splitter, self._habits, self._trace)


DRIVER = Driver(
    name="barcode_hid",
    kind="scanner",
    summary="barcode scanners that are USB keyboards",
    settings=HidSettings,
    make=HidBarcodeScanner,
    simulation="drivers.barcode_hid.simulator:SIMULATION",
    usb=(
        UsbPlace(0x05E0, 0x1200, "Zebra scanner as a keyboard"),
        UsbPlace(0x0C2E, 0x0200, "Honeywell or Metrologic scanner as a keyboard"),
        UsbPlace(0x0C2E, 0x0B61, "Honeywell scanner as a keyboard"),
        UsbPlace(0x05F9, 0x4204, "Datalogic QuickScan as a keyboard"),
        UsbPlace(0x05F9, 0x2206, "Datalogic Gryphon as a keyboard"),
    ),
)
