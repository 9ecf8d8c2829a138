"""How scanners of several makers are turned on and off: one table, a new make is a new entry.

Where a fact is from, and how sure it is: docs/protocols/scanners.md, "Turning a scanner on and
off". A make whose codes come in frames brings a splitter as well (drivers/barcode_serial/ssi.py).
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from math import inf
from types import MappingProxyType
from typing import Literal

from drivers.barcode_serial.frames import CodeEnd, LineSplitter
from drivers.barcode_serial.ssi import (
    NO_BEEP,
    PACKETS_FOR_CODES,
    PARAMETERS,
    REPEATED,
    SCAN_DISABLE,
    SCAN_ENABLE,
    START_DECODE,
    STOP_DECODE,
    Packet,
    SsiSplitter,
    encode,
)
from drivers.barcodes.heard import Splitter

DialectName = Literal[
    "none", "honeywell", "zebra_ssi", "zebra_ssi_host", "datalogic", "newland", "cipherlab"
]


AGAIN_SECONDS = 3.0
"""A scanner that stops by itself is never off for longer: a code that was lost on the line stops it
as well, and nobody knows.
"""


@dataclass(frozen=True, slots=True)
class Command:
    """`again`: the bytes when it is repeated, where they differ. `name` is for people.

    `answered`: the scanner says within a moment whether it obeyed.
    """

    name: str
    raw: bytes
    again: bytes = b""
    answered: bool = False

    def bytes_of(self, attempt: int) -> bytes:
        """What goes over the line at the n-th attempt, counted from 0."""
        return self.again if attempt and self.again else self.raw


@dataclass(frozen=True, slots=True)
class Dialect:
    """`setup` is sent once at opening.

    `wake` goes before a command, with a pause, to a scanner that may be asleep. A scanner that
    stops by itself is turned on again after each code (`once`) and every `again_seconds`.
    """

    setup: tuple[Command, ...] = ()
    on: tuple[Command, ...] = ()
    off: tuple[Command, ...] = ()
    wake: bytes = b""
    once: bool = False
    again_seconds: float = inf
    splitter: Callable[[CodeEnd], Splitter] = LineSplitter
    tells_symbology: bool = False


def _menu(command: str) -> Command:
    return Command(command, b"\x16M\r" + command.encode(), answered=True)


def _newland(command: str) -> Command:
    return Command(command, b"\x7e\x010000#" + command.encode() + b";\x03", answered=True)


def _ssi(name: str, opcode: int, data: bytes = b"") -> Command:
    first, repeated = Packet(opcode, data), Packet(opcode, data, REPEATED)
    return Command(name, encode(first), encode(repeated), answered=True)


_HONEYWELL_ANSWER = re.compile(rb"[0-9A-Z]{6}[^\r\n\x05\x06\x15]{0,40}([\x05\x06\x15])[.!]")
_NEWLAND_ANSWER = re.compile(rb"\x02\x010000[@#][^\x03]{0,64}?([\x05\x06\x15]);\x03")

_SSI = Dialect(
    setup=(_ssi("packets for codes", PARAMETERS, bytes((NO_BEEP,)) + PACKETS_FOR_CODES),),
    on=(_ssi("scan enable", SCAN_ENABLE),),
    off=(_ssi("scan disable", SCAN_DISABLE),),
    wake=b"\0",
    splitter=lambda _: SsiSplitter(),
    tells_symbology=True,
)

DIALECTS: Mapping[DialectName, Dialect] = MappingProxyType(
    {
        "none": Dialect(),
        "honeywell": Dialect(
            setup=(_menu("TRGMOD0!"),),
            on=(Command("trigger", b"\x16T\r"),),
            off=(Command("end of trigger", b"\x16U\r"),),
            once=True,
            again_seconds=AGAIN_SECONDS,
            splitter=partial(LineSplitter, answer=_HONEYWELL_ANSWER),
        ),
        "zebra_ssi": _SSI,
        "zebra_ssi_host": Dialect(
            setup=_SSI.setup,
            on=(*_SSI.on, _ssi("start decode", START_DECODE)),
            off=(_ssi("stop decode", STOP_DECODE), *_SSI.off),
            wake=_SSI.wake,
            once=True,
            again_seconds=AGAIN_SECONDS,
            splitter=_SSI.splitter,
            tells_symbology=True,
        ),
        "datalogic": Dialect(on=(Command("enable", b"E"),), off=(Command("disable", b"D"),)),
        "newland": Dialect(
            on=(_newland("SCNTRG1"),),
            off=(_newland("SCNTRG0"),),
            once=True,
            again_seconds=AGAIN_SECONDS,
            splitter=partial(LineSplitter, answer=_NEWLAND_ANSWER),
        ),
        "cipherlab": Dialect(on=(Command("enable", b"E"),), off=(Command("disable", b"D"),)),
    }
)
