"""A card's number out of its UID or its text, without I/O (docs/protocols/cards.md, "Numbers")."""

import re
from collections.abc import Iterable, Mapping
from types import MappingProxyType

from drivers.contactless_card.settings import CardSettings, Technology
from drivers.facts import CardProblem, CardSeen

LONGEST_TEXT = 256
"""Longer texts are no numbers, and are not tried against the pattern."""

_UID_LENGTHS: Mapping[Technology, frozenset[int]] = MappingProxyType(
    {
        "iso14443a": frozenset({4, 7, 10}),
        "iso14443b": frozenset({4}),
        "felica": frozenset({8}),
    }
)

_RANDOM_STARTS: Mapping[tuple[Technology, int], bytes] = MappingProxyType(
    {
        ("iso14443a", 4): b"\x08",
        ("felica", 8): b"\x01\xfe",
    }
)
"""What a UID of so many bytes begins with when the card makes a new one each time."""


def is_random(technology: Technology, uid: bytes) -> bool:
    """True when the UID itself says that it changes. A type B card's never says."""
    start = _RANDOM_STARTS.get((technology, len(uid)))
    return start is not None and uid.startswith(start)


def card_by_uid(
    settings: CardSettings, technology: Technology, uid: bytes, *, changing: bool
) -> CardSeen:
    """The card whose identity is its UID; `changing`: it was seen to have another one before."""
    problem = _uid_problem(settings, technology, uid, changing=changing)
    number = "" if problem else _written(settings, uid)
    return CardSeen(technology, number, problem)


def card_by_text(settings: CardSettings, technology: Technology, texts: Iterable[str]) -> CardSeen:
    """The card whose identity is the first of its texts that matches."""
    for text in texts:
        match = re.fullmatch(settings.text_pattern, text[: LONGEST_TEXT + 1])
        if match and len(text) <= LONGEST_TEXT:
            number = match[1] if match.re.groups else match[0]
            return CardSeen(technology, number or "", None if number else CardProblem.UNREADABLE)
    return CardSeen(technology, "", CardProblem.UNREADABLE)


def _uid_problem(
    settings: CardSettings, technology: Technology, uid: bytes, *, changing: bool
) -> CardProblem | None:
    if len(uid) not in _UID_LENGTHS[technology]:
        return CardProblem.UNREADABLE
    if changing or is_random(technology, uid):
        return CardProblem.RANDOM_UID
    if settings.uid_lengths and len(uid) not in settings.uid_lengths:
        return CardProblem.WRONG_LENGTH
    if settings.uid_part != "whole" and len(uid) < settings.uid_part_bytes:
        return CardProblem.WRONG_LENGTH
    return None


def _written(settings: CardSettings, uid: bytes) -> str:
    part = _part(settings, uid)
    ordered = part[::-1] if settings.uid_order == "reversed" else part
    return _format(settings, ordered).zfill(settings.digits)


def _part(settings: CardSettings, uid: bytes) -> bytes:
    match settings.uid_part:
        case "whole":
            return uid
        case "first":
            return uid[: settings.uid_part_bytes]
        case "last":
            return uid[-settings.uid_part_bytes :]


def _format(settings: CardSettings, raw: bytes) -> str:
    match settings.uid_format:
        case "HEX":
            return raw.hex().upper()
        case "hex":
            return raw.hex()
        case "decimal":
            return str(int.from_bytes(raw, "big"))
