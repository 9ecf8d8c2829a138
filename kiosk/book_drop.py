"""The unattended book-drop: one item at a time, from the mouth into a bin or back to its reader.

Pure and level-triggered: `advance` is called after each step of the controller with what is seen
now, and says what the chute is to do and what a person's hand would do at a screen. The return
itself is the session's: an item is checked in and its tag secured while it lies in the mouth
(docs/architecture.md, "The book-drop").
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from math import inf

from drivers.facts import ChuteState
from drivers.interfaces import ChuteOrder
from kiosk.intents import ChooseReturn, Finish, Intent, Leave
from kiosk.session.states import Line, Stage
from service.protocol.replies import Destination, Returned

SETTLE_SECONDS = 0.3
READ_SECONDS = 3.0
BOOK_SECONDS = 10.0
PASS_SECONDS = 5.0


class Phase(StrEnum):
    REST = "rest"
    SETTLING = "settling"
    READING = "reading"
    BOOKING = "booking"
    SWALLOWING = "swallowing"
    GIVING_BACK = "giving-back"
    JAMMED = "jammed"


class Word(StrEnum):
    """What the reader at the drop is told, by its lamp or small display."""

    WELCOME = "welcome"
    WAIT = "wait"
    RECEIVED = "received"
    RECEIVED_NOT_BOOKED = "received-not-booked"
    TAKE_BACK = "take-back"
    OUT_OF_ORDER = "out-of-order"


@dataclass(frozen=True, slots=True)
class Seen:
    """What there is now. `complete`: items whose parts all lie in the mouth. `card`: a patron's
    card lies there. `mouth_was_free`: since the last look, if only for a moment.
    """

    chute: ChuteState
    lines: Mapping[str, Line]
    complete: frozenset[str]
    card: bool = False
    mouth_was_free: bool = False


@dataclass(frozen=True, slots=True)
class Told:
    """The item is in its bin: its reader saw it go, that is what they are told."""


Act = ChuteOrder | Intent | Told

END: tuple[Intent, ...] = (Leave(), Finish())
"""The visit is over, whatever is still under way: the next item is another visit."""


@dataclass(frozen=True, slots=True)
class BookDrop:
    """Where the item in the mouth stands. `until`: when the phase is too long, monotonic.

    `left`: the item that is swallowed has left the mouth; what lies there now is the next one.
    """

    phase: Phase = Phase.REST
    until: float = inf
    item: str = ""
    word: Word = Word.WELCOME
    left: bool = False


def advance(drop: BookDrop, seen: Seen, now: float) -> tuple[BookDrop, tuple[Act, ...]]:
    """The drop after this look, and what is to be done about it."""
    if seen.chute.jammed and drop.phase is not Phase.JAMMED:
        return _jammed()
    match drop.phase:
        case Phase.REST:
            return _at_rest(drop, seen, now)
        case Phase.SETTLING:
            return _settling(drop, seen, now)
        case Phase.READING:
            return _reading(drop, seen, now)
        case Phase.BOOKING:
            return _booking(drop, seen, now)
        case Phase.SWALLOWING:
            return _swallowing(drop, seen, now)
        case Phase.GIVING_BACK:
            return _giving_back(drop, seen)
        case Phase.JAMMED:
            return _mended(drop, seen)


def _at_rest(drop: BookDrop, seen: Seen, now: float) -> tuple[BookDrop, tuple[Act, ...]]:
    if not seen.chute.item_in_mouth:
        return drop, ()
    return BookDrop(Phase.SETTLING, now + SETTLE_SECONDS, word=Word.WAIT), ()


def _settling(drop: BookDrop, seen: Seen, now: float) -> tuple[BookDrop, tuple[Act, ...]]:
    if not seen.chute.item_in_mouth:
        return BookDrop(), (Leave(),)
    if now < drop.until:
        return drop, ()
    return replace(drop, phase=Phase.READING, until=now + READ_SECONDS), ()


def _reading(drop: BookDrop, seen: Seen, now: float) -> tuple[BookDrop, tuple[Act, ...]]:
    """Exactly one whole item of ours is taken; anything else goes back to its reader, also a card
    that was left in the book.
    """
    if not seen.chute.item_in_mouth:
        return BookDrop(), (Leave(),)
    lines = list(seen.lines.values())
    if any(line.stage is Stage.SEEN for line in lines) and now < drop.until:
        return drop, ()
    if seen.card or len(lines) > 1 or any(line.stage is not Stage.RECOGNISED for line in lines):
        return _give_back()
    if lines and lines[0].key in seen.complete:
        booking = BookDrop(Phase.BOOKING, now + BOOK_SECONDS, lines[0].key, Word.WAIT)
        return booking, (ChooseReturn(),)
    return (drop, ()) if now < drop.until else _give_back()


def _booking(drop: BookDrop, seen: Seen, now: float) -> tuple[BookDrop, tuple[Act, ...]]:
    """The return stands once it was asked; where the item goes depends on what came of it."""
    line = seen.lines.get(drop.item)
    if line is None or not seen.chute.item_in_mouth:
        return BookDrop(), END
    if line.stage in {Stage.REFUSED, Stage.TROUBLE}:
        return _give_back()
    if line.stage in {Stage.DONE, Stage.DONE_TAG_OPEN}:
        word = Word.RECEIVED_NOT_BOOKED if line.kept_for_later else Word.RECEIVED
        return _swallow(drop, _bin_for(line, seen.chute), word, now)
    if now < drop.until:
        return drop, ()
    if line.stage is Stage.SECURING:  # it stands in the outbox, so it is not lost
        return _swallow(drop, ChuteOrder.TO_OTHER_BIN, Word.RECEIVED_NOT_BOOKED, now)
    return _give_back()


def _swallow(
    drop: BookDrop, into: ChuteOrder, word: Word, now: float
) -> tuple[BookDrop, tuple[Act, ...]]:
    gone_by = now + PASS_SECONDS
    return BookDrop(Phase.SWALLOWING, gone_by, drop.item, word), (into,)


def _swallowing(drop: BookDrop, seen: Seen, now: float) -> tuple[BookDrop, tuple[Act, ...]]:
    left = drop.left or seen.mouth_was_free or not seen.chute.item_in_mouth
    if seen.chute.item_passed and left:
        return BookDrop(word=drop.word), (Told(), *END, ChuteOrder.REST)
    return _jammed() if now >= drop.until else (replace(drop, left=left), ())


def _give_back() -> tuple[BookDrop, tuple[Act, ...]]:
    return BookDrop(Phase.GIVING_BACK, word=Word.TAKE_BACK), (ChuteOrder.GIVE_BACK,)


def _giving_back(drop: BookDrop, seen: Seen) -> tuple[BookDrop, tuple[Act, ...]]:
    if seen.chute.item_in_mouth:
        return drop, ()
    return BookDrop(), (*END, ChuteOrder.REST)


def _jammed() -> tuple[BookDrop, tuple[Act, ...]]:
    """Stop, say so, wait for staff. What was asked for the item stands."""
    stuck = BookDrop(Phase.JAMMED, word=Word.OUT_OF_ORDER)
    return stuck, (ChuteOrder.REST, *END)


def _mended(drop: BookDrop, seen: Seen) -> tuple[BookDrop, tuple[Act, ...]]:
    return (drop, ()) if seen.chute.jammed or seen.chute.item_in_mouth else (BookDrop(), ())


def _bin_for(line: Line, chute: ChuteState) -> ChuteOrder:
    """Holds, other points and tags that still must be secured go where staff look first.

    Without link nobody knows of a hold: what was kept for later goes where most go.
    """
    reply = line.reply
    for_the_shelf = isinstance(reply, Returned) and reply.destination is Destination.SHELF
    if line.stage is Stage.DONE and (for_the_shelf or line.kept_for_later):
        return _default_bin(chute)
    return ChuteOrder.TO_OTHER_BIN


def _default_bin(chute: ChuteState) -> ChuteOrder:
    return ChuteOrder.TO_OTHER_BIN if chute.bin_full else ChuteOrder.TO_BIN
