"""What a simulated device is, and what it can do to its line."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, Protocol, runtime_checkable

from drivers.simulators.virtual_tags import PadField, VirtualTag


@dataclass(frozen=True, slots=True)
class Say:
    """Bytes for the host, `after` so many seconds of silence."""

    data: bytes
    after: float = 0.0


@dataclass(frozen=True, slots=True)
class VanishFromLine:
    """The plug is pulled."""


Act = Say | VanishFromLine


class SimulatedDevice(Protocol):
    """The device's side of a line. Owner: the thread of the host that it is plugged into."""

    @property
    def character_seconds(self) -> float:
        """How long one character takes on the wire; 0 keeps no wire time."""

    def receive(self, data: bytes, at: float) -> Sequence[Act]:
        """What the device does about `data` that reached it at `at` (monotonic seconds)."""


@runtime_checkable
class SelfActing(Protocol):
    """A device that also acts when time has passed, as one that repeats what nobody confirmed."""

    @property
    def acts_at(self) -> float:
        """When it acts next by itself (monotonic seconds); infinite = never."""

    def act(self, at: float) -> Sequence[Act]:
        """What it does at that moment."""


class SimulatedPad(Protocol):
    """Kind `pad`."""

    @property
    def pad(self) -> PadField:
        """What lies within reach of its antenna."""


class SimulatedScanner(Protocol):
    """Kind `scanner`."""

    @property
    def listening(self) -> bool:
        """False while it was told to be off."""

    def scan(self, text: str) -> Sequence[Act]:
        """What it does when a code is held before it; nothing while it is off."""


@dataclass(frozen=True, slots=True)
class VirtualCard:
    """A contactless card. `uid` as the card sends it; `text`: an NDEF text or URI on it."""

    uid: bytes
    technology: Literal["iso14443a", "iso14443b", "felica"] = "iso14443a"
    text: str = ""


class SimulatedCardReader(Protocol):
    """Kind `card`."""

    def present(self, card: VirtualCard) -> Sequence[Act]:
        """A card comes into the field."""

    def remove(self) -> Sequence[Act]:
        """It leaves."""


class SimulatedGate(Protocol):
    """Kind `gate`."""

    def walk(self, tags: Sequence[VirtualTag], *, inwards: bool) -> Sequence[Act]:
        """A person walks through with these items."""

    @property
    def lamp(self) -> bool:
        """True while the alarm lamp is lit."""


class SimulatedPrinter(Protocol):
    """Kind `printer`. `paper`, `cover_open` and `answers` may be set from any thread."""

    paper: Literal["good", "near end", "out"]
    cover_open: bool
    answers: bool

    def printed(self) -> tuple[bytes, ...]:
        """What was cut off so far: the bytes of each receipt."""


class SimulatedDrop(Protocol):
    """Kind `drop`: a chute with its sensors and outputs."""

    def put_in(self) -> Sequence[Act]:
        """An item lies in the mouth."""

    def take_out(self) -> Sequence[Act]:
        """It is taken back out of the mouth."""

    bin_full: bool
    jammed: bool

    @property
    def outputs(self) -> frozenset[str]:
        """The outputs that are on, by the names of drivers.interfaces.ChuteOrder."""
