"""What a check says: one line, what is so, and what to do about it."""

from enum import StrEnum

from msgspec import Struct

from kiosk.cli.at_hand import Finding


class Mark(StrEnum):
    """How it stands with one thing."""

    GOOD = "good"
    LOOK_AFTER = "look after"
    BROKEN = "broken"
    NOT_LOOKED_AT = "not looked at"


SEVERITY = {
    Mark.GOOD: Finding.GOOD,
    Mark.NOT_LOOKED_AT: Finding.GOOD,
    Mark.LOOK_AFTER: Finding.LOOK_AFTER,
    Mark.BROKEN: Finding.BROKEN,
}


class Result(Struct, frozen=True, kw_only=True):
    """`about`: which device, file or part, where a check looks at several. `remedy`: what to do
    next; empty where nothing is wrong. No personal data stand in any of them.
    """

    check: str = ""
    about: str = ""
    mark: Mark
    sentence: str
    remedy: str = ""


def good(sentence: str, about: str = "") -> Result:
    """It is as it should be."""
    return Result(mark=Mark.GOOD, sentence=sentence, about=about)


def not_looked_at(why: str, about: str = "") -> Result:
    """It does not apply here, or cannot be seen from here."""
    return Result(mark=Mark.NOT_LOOKED_AT, sentence=why, about=about)


def look_after(sentence: str, remedy: str, about: str = "") -> Result:
    """The station works; somebody should see to it."""
    return Result(mark=Mark.LOOK_AFTER, sentence=sentence, remedy=remedy, about=about)


def broken(sentence: str, remedy: str, about: str = "") -> Result:
    """Something does not work."""
    return Result(mark=Mark.BROKEN, sentence=sentence, remedy=remedy, about=about)
