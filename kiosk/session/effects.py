"""What a session wants done. The controller writes first, then acts: no frame leaves before."""

from msgspec import Struct

from drivers.uid import Uid
from kiosk.session.events import Ref
from service.protocol.operations import CheckIn, CheckOut, Renew


class ReadTag(Struct, frozen=True):
    """Read what a tag says of itself."""

    uid: Uid


class AskForPatron(Struct, frozen=True):
    """Ask the service about a card."""

    ask: int
    card: str
    pin: str | None = None

    def __repr__(self) -> str:
        return f"AskForPatron(ask={self.ask})"


class AskForItem(Struct, frozen=True):
    """Ask the service about an item."""

    item: str


class Submit(Struct, frozen=True):
    """Commit an operation to the outbox and send it."""

    ref: Ref
    act: CheckOut | CheckIn | Renew


class WriteSecurity(Struct, frozen=True):
    """Journal `writing`, then write the tag and read it back. `check_first` on a second try."""

    ref: Ref
    uid: Uid
    item: str
    released: bool
    check_first: bool


class NoteProved(Struct, frozen=True):
    """Journal that this tag was read back in the wanted state, before Done is shown."""

    ref: Ref
    uid: Uid
    item: str


class Settle(Struct, frozen=True):
    """Nobody waits for these any more: the table of the security journal decides."""

    refs: tuple[Ref, ...]


class WriteReceipt(Struct, frozen=True):
    """The receipt of this session, on paper or as a file."""

    on_paper: bool


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
