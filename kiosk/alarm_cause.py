"""Why a book alarms at a gate, or does not: what is known of it, and the likely cause. Pure.

The tag alone makes a gate alarm; the loan alone says whether it should. The first line of the
table that fits is the cause (docs/technician.md, "Why does this book alarm?").
"""

from collections.abc import Iterable
from enum import StrEnum

from msgspec import Struct

from drivers.tags.security import LibraryProfile, SecurityState


class Tag(StrEnum):
    """What the library means by the book's tags, as far as they were read."""

    SECURED = "secured"
    RELEASED = "released"
    OTHER = "other"  # an AFI that this library does not write
    UNREAD = "unread"  # no tag of this book lies on the pad, or none could be read


class Loan(StrEnum):
    """What the service says."""

    OPEN = "open"
    NONE = "none"
    NO_ITEM = "no-item"
    UNKNOWN = "unknown"  # it could not be asked, or does not know since it was restored


class Gate(StrEnum):
    """What the gate alarms for, against what the library writes. A station without a gate that
    tells takes it to agree.
    """

    AGREES = "agrees"
    TURNED_ROUND = "turned-round"  # it alarms for released books
    BLIND = "blind"  # it alarms for a value that no book carries


class Open(StrEnum):
    """What is not over yet about the book."""

    WAITS = "waits"  # an operation about it is on its way to the service
    UNPROVED = "unproved"  # this station, or the staff's list, has an open line about a tag


class Known(Struct, frozen=True, kw_only=True):
    """All that is known of a book."""

    tag: Tag
    loan: Loan
    gate: Gate = Gate.AGREES
    still_open: frozenset[Open] = frozenset()

    @property
    def alarms(self) -> bool | None:
        """What the gate does; None where only a tag could tell."""
        return ALARMS[self.gate][self.tag]


class Cause(Struct, frozen=True):
    """`right`: all is as it should be. What is so, and what to do."""

    right: bool
    sentence: str
    advice: str


class Line(Struct, frozen=True):
    """`loan` and `still_open`: None = whatever it is."""

    tag: Tag
    loan: Loan | None
    still_open: Open | None
    cause: Cause

    def fits(self, known: Known) -> bool:
        """Whether this line is about such a book."""
        return (
            self.tag is known.tag
            and self.loan in {None, known.loan}
            and (self.still_open is None or self.still_open in known.still_open)
        )


SILENT: dict[Tag, bool | None] = {tag: None if tag is Tag.UNREAD else False for tag in Tag}
ALARMS: dict[Gate, dict[Tag, bool | None]] = {
    Gate.AGREES: SILENT | {Tag.SECURED: True},
    Gate.TURNED_ROUND: SILENT | {Tag.RELEASED: True},
    Gate.BLIND: SILENT | {Tag.OTHER: None},
}

WRONG_GATES: dict[Gate, str] = {
    Gate.TURNED_ROUND: "The gate is set the wrong way round: it alarms for released books and lets"
    " secured ones pass.",
    Gate.BLIND: "The gate alarms for a value that this library writes on no book.",
}
SET_GATE = "Set the gate to alarm for [tags] afi_secured, and prove it: `muontra gate test`."

LEND = "Lend it before it leaves."
FREE = "Release it with `muontra tag release`."
SECURE = "Leave it on the pad of a station that is online: that secures it by itself."
READ = "Lay the book on the pad of this station, and ask again."
REACH = "`muontra link ping` tells whether the service answers; then ask again."
SEND = "`muontra outbox list` shows what waits, `muontra outbox retry` sends it now."
WHOSE = "Ask staff: is it another library's, withdrawn, or not in the catalogue yet?"
READ_ELSEWHERE = "This station has no pad: ask again at one that has, the book on its pad."
LOOK = "Compare the number with the label in the book."
OTHER_BOOK = "If a gate did alarm, it was for another book; `muontra gate test` proves the gate."

SECURED, RELEASED, OTHER, UNREAD = Tag
LENT, NOT_LENT, NO_ITEM, UNKNOWN = Loan
WAITS, UNPROVED = Open

RIGHT: tuple[tuple[Tag, Loan | None, Open | None, str, str], ...] = (
    # tag, loan, open about it → what is so, what to do
    (SECURED, LENT, WAITS, "Its tag is secured; its return is on the way to the service.", SEND),
    (SECURED, NOT_LENT, WAITS, "Its tag is secured; what was done with it is on the way.", SEND),
    (SECURED, NOT_LENT, None, "It is not lent and its tag is secured: an alarm is right.", LEND),
    (RELEASED, LENT, None, "It is lent and its tag is released: no gate should alarm.", OTHER_BOOK),
)
WRONG: tuple[tuple[Tag, Loan | None, Open | None, str, str], ...] = (
    (SECURED, LENT, UNPROVED, "It is lent, but no pad proved that its tag was released.", FREE),
    (SECURED, LENT, None, "It is lent, but its tag was not released, or secured again.", FREE),
    (SECURED, NO_ITEM, None, "Its tag is secured, and the service knows no such item.", WHOSE),
    (SECURED, UNKNOWN, None, "Its tag is secured; it is not known now whether it is lent.", REACH),
    (RELEASED, NOT_LENT, WAITS, "Its tag is released; what was done is on the way.", SEND),
    (RELEASED, NOT_LENT, UNPROVED, "It is not lent, but no pad proved its tag secured.", SECURE),
    (RELEASED, NOT_LENT, None, "It is not lent, but its tag was never secured again.", SECURE),
    (RELEASED, NO_ITEM, None, "Its tag is released, and the service knows no such item.", WHOSE),
    (RELEASED, UNKNOWN, None, "Its tag is released; it is not known whether it is lent.", REACH),
    (OTHER, LENT, None, "It is lent; its tag has an AFI that is not of this library.", FREE),
    (OTHER, NOT_LENT, None, "It is not lent; its tag has an AFI that no gate here sees.", SECURE),
    (OTHER, None, None, "Its tag has an AFI that this library does not write.", WHOSE),
    (UNREAD, LENT, UNPROVED, "It is lent, and perhaps secured: no release was proved.", READ),
    (UNREAD, LENT, None, "It is lent, so its tag should be released; it was not read.", READ),
    (UNREAD, NOT_LENT, None, "It is not lent, so an alarm is right; no tag was read.", READ),
    (UNREAD, NO_ITEM, None, "The service knows no such item, and no tag of it was read.", LOOK),
    (UNREAD, UNKNOWN, None, "Neither the service nor a tag could be asked.", READ),
)
TABLE = tuple(
    Line(tag, loan, still_open, Cause(right, sentence, advice))
    for right, lines in ((True, RIGHT), (False, WRONG))
    for tag, loan, still_open, sentence, advice in lines
)


FOREIGN = Cause(
    right=False,
    sentence="Its tag names another library as its owner: the loan is that of our own item.",
    advice="Give it back to that library; if it is ours, [station] isil or the tag is wrong"
    " (`muontra tag read --json`).",
)


def cause_of(known: Known) -> Cause:
    """A gate that is set wrongly errs about every book; else the first line that fits."""
    if known.gate is not Gate.AGREES:
        return Cause(right=False, sentence=WRONG_GATES[known.gate], advice=SET_GATE)
    return next(line.cause for line in TABLE if line.fits(known))


STATES = {
    SecurityState.SECURED: SECURED,
    SecurityState.RELEASED: RELEASED,
    SecurityState.UNKNOWN: OTHER,
}


def tags_in_one_word(afis: Iterable[int | None], profile: LibraryProfile, loan: Loan) -> Tag:
    """A book of several tags is what the one makes of it that is not as the loan wants it."""
    found = {STATES[profile.state_of(afi)] for afi in afis if afi is not None}
    wrong, right = (RELEASED, SECURED) if loan is NOT_LENT else (SECURED, RELEASED)
    return next((tag for tag in (wrong, OTHER, right) if tag in found), UNREAD)


def gate_of(alarm_afi: int | None, profile: LibraryProfile) -> Gate:
    """`alarm_afi`: what the gate is set to alarm for; None = no gate tells."""
    if alarm_afi is None or alarm_afi == profile.afi_secured:
        return Gate.AGREES
    return Gate.TURNED_ROUND if alarm_afi == profile.afi_released else Gate.BLIND
