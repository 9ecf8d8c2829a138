"""What the controller orders from the thread of a pad, and what comes back. Frozen values."""

from dataclasses import dataclass

from drivers.tags.content import TagContent
from drivers.tags.security import SecurityState
from drivers.uid import Uid
from kiosk.session.events import Ref, WriteFailure


@dataclass(frozen=True, slots=True)
class ReadContent:
    """Read what a tag says of itself."""

    uid: Uid


@dataclass(frozen=True, slots=True)
class ReadSecurity:
    """Read the security state of a tag that nobody is lending or returning."""

    uid: Uid


@dataclass(frozen=True, slots=True)
class SetSecurity:
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


PadOrder = ReadContent | ReadSecurity | SetSecurity


@dataclass(frozen=True, slots=True)
class ContentRead:
    """The outcome of ReadContent; None: the tag could not be read."""

    uid: Uid
    content: TagContent | None


@dataclass(frozen=True, slots=True)
class SecurityRead:
    """The outcome of ReadSecurity; None: the tag could not be read."""

    uid: Uid
    state: SecurityState | None


@dataclass(frozen=True, slots=True)
class SecuritySet:
    """The outcome of SetSecurity; `failure` None: proved."""

    order: SetSecurity
    failure: WriteFailure | None


PadOutcome = ContentRead | SecurityRead | SecuritySet
