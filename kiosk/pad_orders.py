"""What the controller orders from the thread of a pad, and what comes back. Frozen values."""

from msgspec import Struct

from drivers.tags.content import TagContent
from drivers.tags.security import SecurityState
from drivers.uid import Uid
from kiosk.session.events import Ref, WriteFailure


class ReadContent(Struct, frozen=True):
    """Read what a tag says of itself."""

    uid: Uid


class ReadSecurity(Struct, frozen=True):
    """Read the security state of a tag that nobody is lending or returning."""

    uid: Uid


class ReadAfi(Struct, frozen=True):
    """Read a tag's AFI for a technician; nothing follows from it."""

    uid: Uid


class SetSecurity(Struct, frozen=True):
    """Bring a tag into `wanted` and prove it by reading back.

    `ref` names the session's line, None when the pad repairs a tag on its own. `check_first`:
    a write was tried before, so look before writing again.
    """

    uid: Uid
    item: str
    wanted: SecurityState
    ref: Ref | None
    operation: str | None
    check_first: bool


PadOrder = ReadContent | ReadSecurity | ReadAfi | SetSecurity


class ContentRead(Struct, frozen=True):
    """The outcome of ReadContent; None: the tag could not be read."""

    uid: Uid
    content: TagContent | None


class SecurityRead(Struct, frozen=True):
    """The outcome of ReadSecurity; None: the tag could not be read."""

    uid: Uid
    state: SecurityState | None


class AfiRead(Struct, frozen=True):
    """The outcome of ReadAfi; None: the tag could not be read, or tells none."""

    uid: Uid
    afi: int | None


class SecuritySet(Struct, frozen=True):
    """The outcome of SetSecurity; `failure` None: proved."""

    order: SetSecurity
    failure: WriteFailure | None


PadOutcome = ContentRead | SecurityRead | AfiRead | SecuritySet
