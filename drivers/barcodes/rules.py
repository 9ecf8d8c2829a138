"""Which codes are taken for what they say, and why others are not."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from math import inf
from types import MappingProxyType
from typing import Annotated, Literal

from msgspec import Meta, Struct

from drivers.barcodes.checks import CHECKS, Check, mod10_3
from drivers.facts import Code, Symbology

_CODABAR_ENDS = ("ABCD", "abcd", "tn*e", "TN*E")
_BOOK_TRADE = ("978", "979")
_ISBN_LENGTH = 13
_ADD_ONS = (0, 2, 5)


class CodeRules(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Every rule is off until it is set, but one: the ISBN on a book's back is not its number here.

    `pattern` is of the whole code; `lengths` in characters. `codabar_ends`: "stripped" takes the
    start and stop letters away before anything else is looked at. `repeat_seconds`: the same code
    is not given twice within this time (1.5 is usual).
    """

    symbologies: tuple[Symbology, ...] = ()
    pattern: str = ""
    lengths: tuple[Annotated[int, Meta(ge=1)], ...] = ()
    check: Check = "none"
    codabar_ends: Literal["kept", "stripped"] = "kept"
    isbn: Literal["refused", "passed"] = "refused"
    repeat_seconds: Annotated[float, Meta(ge=0, le=60)] = 0.0

    def __post_init__(self) -> None:
        try:
            re.compile(self.pattern)
        except re.error as problem:
            raise ValueError(f"the pattern {self.pattern!r} is wrong: {problem}") from problem


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a code is not taken, for technicians; it never holds the code."""

    reason: str


EMPTY = Refusal("the code is empty")
ISBN = Refusal("an ISBN: scan the library's own barcode, or set rules.isbn to passed")
REPEATED = Refusal("the same code again within rules.repeat_seconds")

_BROKEN_RULES: Mapping[str, Refusal] = MappingProxyType(
    {
        "symbologies": Refusal("its symbology is not among rules.symbologies"),
        "lengths": Refusal("its length is not among rules.lengths"),
        "pattern": Refusal("it does not match rules.pattern"),
        "check": Refusal("its check character is wrong (rules.check)"),
    }
)


def is_isbn(code: Code) -> bool:
    """A printed ISBN: EAN-13 of the book trade, with or without add-on.

    Where the scanner tells no symbology, thirteen such digits with a right check are one.
    """
    digits, add_on = code.text[:_ISBN_LENGTH], code.text[_ISBN_LENGTH:]
    if code.symbology not in {None, Symbology.EAN_13} or not digits.startswith(_BOOK_TRADE):
        return False
    if len(digits) < _ISBN_LENGTH or (code.symbology is None and add_on):
        return False
    return len(add_on) in _ADD_ONS and mod10_3(digits)


def judged(code: Code, rules: CodeRules) -> Code | Refusal:
    """The code as it is to be taken, or why not."""
    if rules.codabar_ends == "stripped":
        code = _without_ends(code)
    if not code.text:
        return EMPTY
    if rules.isbn == "refused" and is_isbn(code):
        return ISBN
    kept = {
        "symbologies": not rules.symbologies or code.symbology in rules.symbologies,
        "lengths": not rules.lengths or len(code.text) in rules.lengths,
        "pattern": not rules.pattern or re.fullmatch(rules.pattern, code.text) is not None,
        "check": CHECKS[rules.check](code.text),
    }
    return next((_BROKEN_RULES[rule] for rule, good in kept.items() if not good), code)


def _without_ends(code: Code) -> Code:
    """Both ends must be letters of one set: a number may well begin with an A."""
    ends = code.text[:1], code.text[1:][-1:]
    framed = any(all(end and end in letters for end in ends) for letters in _CODABAR_ENDS)
    if code.symbology not in {None, Symbology.CODABAR} or not framed:
        return code
    return replace(code, text=code.text[1:-1])


class CodeJudge:
    """Rules and the memory for repeats. Owner: the driver's thread."""

    def __init__(self, rules: CodeRules) -> None:
        self._rules = rules
        self._last: Code | None = None
        self._last_at = -inf

    def judge(self, code: Code, at: float) -> Code | Refusal:
        """As `judged`; `at` in monotonic seconds. A code that is held on counts as one."""
        verdict = judged(code, self._rules)
        if isinstance(verdict, Refusal):
            return verdict
        again = verdict == self._last and at < self._last_at + self._rules.repeat_seconds
        self._last, self._last_at = verdict, at
        return REPEATED if again else verdict

    def forget(self) -> None:
        """The screen changed: the next code is new."""
        self._last = None
