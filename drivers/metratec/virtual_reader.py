"""What a metraTec reader does with a command: its words, its pins, and the tags in its field."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from msgspec import Struct

from drivers.iso15693_requests import (
    IsoRequest,
    checked,
    parse_request,
)
from drivers.metratec.commands import UidOrder
from drivers.simulators import air
from drivers.simulators.iso15693_field import IsoField
from drivers.simulators.mishaps import BeforeBlock
from drivers.simulators.virtual_tags import PadField
from drivers.uid import Uid

PINS = 8
ANTENNAS = 16


class MetratecSimulatorSettings(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What kind of reader it is, and which times it keeps.

    `unknown`: commands that its firmware does not have. `asleep`: it must be woken.
    `left_over`: how an earlier program left it: "continuous", "checked" or nothing.
    `most_bytes`: the longest answer of a tag that it can hold. `heartbeats`: a line that it puts
    before each answer.
    """

    baud: int = 115_200
    name: str = "DESKID_ISO"
    keeps_wire_time: bool = False
    keeps_air_time: bool = False
    uid_order: UidOrder = "printed"
    unknown: frozenset[str] = frozenset()
    asleep: bool = False
    left_over: str = ""
    most_bytes: int = 256
    heartbeats: bool = False


@dataclass(frozen=True, slots=True)
class Reply:
    """The lines of an answer, and the seconds on the air before it."""

    lines: tuple[str, ...]
    seconds: float = 0.0


class VirtualReader:
    """Owner: the thread of the simulator's host. `pad` may be changed from any thread.

    `inputs` may be set, and `outputs` and `antenna` looked at, from any thread.
    """

    def __init__(self, pad: PadField, settings: MetratecSimulatorSettings) -> None:
        self.inputs = [False] * PINS
        self.outputs = [False] * PINS
        self.antenna = 0
        self._settings = settings
        self._field = IsoField(pad)
        self._field_on = False
        self._told: set[Uid] = set()
        self._handlers: Mapping[str, Callable[[Sequence[str]], Reply]] = {
            "RST": self._done,
            "REV": self._revision,
            "RFW": self._version,
            "HWR": self._version,
            "RSN": lambda _: Reply(("2016090912345678",)),
            "MOD": self._done,
            "VBL": self._done,
            "HBT": self._done,
            "SRI": self._set_field,
            "SAP": self._set_antenna,
            "RIP": self._read_pin,
            "WOP": self._write_pin,
            "INV": self._inventory,
            "REQ": self._request,
            "WRQ": self._request,
        }

    def obey(self, words: Sequence[str], before_block: BeforeBlock) -> Reply:
        """Carry a command out; a hand may take a tag away before."""
        before_block(0)
        handler = self._handlers.get(words[0])
        if handler is None or words[0] in self._settings.unknown:
            return Reply(("UCO",))
        try:
            return handler(words[1:])
        except (ValueError, IndexError):
            return Reply(("UPA",))

    def about(self, words: Sequence[str]) -> IsoRequest | None:
        """What a tag command asks for, if it is one."""
        if words[0] not in {"REQ", "WRQ"} or len(words) < 2:
            return None
        try:
            body = bytes.fromhex(words[1])
            return parse_request(body, uid_as_printed=self._settings.uid_order == "printed")
        except (ValueError, KeyError):
            return None

    def _done(self, _words: Sequence[str]) -> Reply:
        return Reply(("OK!",))

    def _revision(self, _words: Sequence[str]) -> Reply:
        return Reply((f"{self._settings.name:<15}01000218",))

    def _version(self, _words: Sequence[str]) -> Reply:
        return Reply((f"{self._settings.name:<16}0312",))

    def _set_field(self, words: Sequence[str]) -> Reply:
        self._field_on = words[0] != "OFF"
        self._field.reset()
        self._told.clear()
        return Reply(("OK!",))

    def _set_antenna(self, words: Sequence[str]) -> Reply:
        number = int(words[1])
        if words[0] not in {"MAN", "AUT"} or not 0 <= number < ANTENNAS:
            return Reply(("NOR",))
        self.antenna = number
        return Reply(("OK!",))

    def _read_pin(self, words: Sequence[str]) -> Reply:
        return Reply(("HI!" if self.inputs[int(words[0])] else "LOW",))

    def _write_pin(self, words: Sequence[str]) -> Reply:
        self.outputs[int(words[0])] = words[1] == "HI"
        return Reply(("OK!",))

    def _inventory(self, words: Sequence[str]) -> Reply:
        if not self._field_on:
            return Reply(("NRF",))
        self._field.reset()
        afi = int(words[words.index("AFI") + 1], 16) if "AFI" in words else None
        found, seconds = self._field.inventory(afi)
        if "SSL" in words:
            if len(found) > 1:
                return Reply(("CLD",), air.exchange(5, 12))
            seconds = air.exchange(5, 12) if found else air.unanswered(5)
        uids = [tag.uid for tag in found]
        new = [uid for uid in uids if uid not in self._told] if "ONT" in words else uids
        self._told = set(uids)
        return Reply((*new, f"IVF {len(new):02}"), seconds)

    def _request(self, words: Sequence[str]) -> Reply:
        if not self._field_on:
            return Reply(("NRF",))
        if words[1] != "CRC":
            return Reply(("UPA",))
        asked = self.about(("REQ", *words))
        if asked is None:
            return Reply(("TNR",), air.unanswered(len(words[0]) // 2 + 2))
        heard = self._field.exchange(asked)
        if heard.collision:
            return Reply(("CDT",), heard.seconds)
        if heard.answer is None:
            return Reply(("TNR",), heard.seconds)
        frame = checked(heard.answer.body())
        if len(frame) > self._settings.most_bytes:
            return Reply(("RDL",), heard.seconds)
        return Reply(("TDT", frame.hex().upper(), "COK", "NCL"), heard.seconds)
