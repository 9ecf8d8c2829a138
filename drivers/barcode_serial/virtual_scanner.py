"""The settings of simulated scanners on a serial line, whatever they speak."""

from msgspec import Struct

from drivers.barcode_serial.dialects import DialectName
from drivers.barcodes.symbologies import identifier_of
from drivers.facts import Symbology

BITS_A_CHARACTER = 10


class BarcodeSimulatorSettings(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`code_end` is what the scanner sends behind a code. `refuses`: names of commands that it
    does not take. Of `zebra_ssi` alone: `ack_seconds` is how long it waits before it repeats,
    `sleeps` makes it lose the first byte after a pause, `sends_packets` is its factory setting.
    """

    code_end: str = "\r"
    baud: int = 9600
    keeps_wire_time: bool = False
    dialect: DialectName = "none"
    aim_identifiers: bool = False
    refuses: tuple[str, ...] = ()
    ack_seconds: float = 2.0
    sleeps: bool = True
    sends_packets: bool = False

    @property
    def character_seconds(self) -> float:
        """How long one character takes on the wire; 0 keeps no wire time."""
        return BITS_A_CHARACTER / self.baud if self.keeps_wire_time else 0.0

    def printed(self, text: str, symbology: Symbology) -> bytes:
        """What is sent for a code, without its end."""
        return ((identifier_of(symbology) if self.aim_identifiers else "") + text).encode()
