"""What a session wants done. The controller writes first, then acts: no frame leaves before."""

from dataclasses import dataclass

from drivers.uid import Uid
from kiosk.session.events import Ref
from service.protocol.operations import CheckIn, CheckOut, Renew


@dataclass(frozen=True, slots=True)
class ReadTag:
    """Read what a tag says of itself."""

    uid: Uid


@dataclass(frozen=True, slots=True)
class AskForPatron:
    """Ask the service about a card."""

    ask: int
    card: str
    pin: str | None = None

    def __repr__(self) -> str:
        return f"AskForPatron(ask={self.ask})"


@dataclass(frozen=True, slots=True)
class AskForItem:
    """Ask the service about an item."""

    item: str


@dataclass(frozen=True, slots=True)
class Submit:
    """Commit an operation to the outbox and send it."""

    ref: Ref
    act: CheckOut | CheckIn | Renew


@dataclass(frozen=True, slots=True)
class WriteSecurity:
    """Journal `writing`, then write the tag and read it back. `check_first` on a second try."""

    ref: Ref
    uid: Uid
    item: str
    released: bool
    check_first: bool


@dataclass(frozen=True, slots=True)
class NoteProved:
    """Journal that this tag was read back in the wanted state, before Done is shown."""

    ref: Ref
    uid: Uid
    item: str


@dataclass(frozen=True, slots=True)
class Settle:
    """Nobody waits for these any more: the table of the security journal decides."""

    refs: tuple[Ref, ...]


@dataclass(frozen=True, slots=True)
class WriteReceipt:
    """Write the receipt of this session as a file."""


Effect = (
    ReadTag
    | AskForPatron
    | AskForItem
    | Submit
    | WriteSecurity
    | NoteProved
    | Settle
    | WriteReceipt
)
