"""What a value must be to be written on a tag. Tags in the field hold others; those are only read.

docs/protocols/tags.md, "Data elements".
"""

import re
from typing import NamedTuple
from unicodedata import normalize

from drivers.tags.elements import (
    CONTROL_CHARACTERS,
    Element,
    Elements,
    ElementValue,
    Format,
    SetInformation,
    elements_of,
    present,
)
from drivers.tags.isil import ISIL
from drivers.tags.problems import EncodingCode, TagEncodingError

HIGHEST_RESERVED_OID = 31


class Rule(NamedTuple):
    """What a text must look like to be written, and how that is said."""

    pattern: re.Pattern[str]
    sentence: str


TEXT_RULE = Rule(re.compile(".+"), "must not be empty; leave it out instead")
RULES = {
    Format.ISIL: Rule(
        ISIL,
        "must be an ISIL such as VN-LC: letters, a hyphen, then letters, digits, : / -, "
        "16 characters at most",
    ),
    Format.USAGE: Rule(re.compile("[0-9A-F]{2}"), "must be two hexadecimal digits such as 10"),
    Format.GTIN: Rule(
        re.compile("(?!0{13})[0-9]{13}"), "must be the 13 digits of a GTIN, with zeros in front"
    ),
    Format.ONIX: Rule(re.compile("[A-Z]{2}"), "must be two upper-case letters such as BB"),
    Format.MARC: Rule(re.compile("[a-z]{2}"), "must be two lower-case letters such as ta"),
}


def checked(elements: Elements) -> Elements:
    """The same elements, texts in NFC, each fit for its format. Raises TagEncodingError."""
    if elements.primary_item_identifier is None:
        raise TagEncodingError(
            EncodingCode.IDENTIFIER_MISSING, "An item tag needs its primary_item_identifier."
        )
    return elements_of({e.oid: _checked_value(e, value) for e, value in present(elements)})


def _checked_value(element: Element, value: ElementValue) -> ElementValue:
    match value:
        case str():
            return _checked_text(element, value)
        case SetInformation(parts, part):
            if not (0 <= part <= 255 and 0 <= parts <= 255) or part > parts > 0:
                raise _wrong(element, "must count at most 255 parts, and no part beyond them")
        case int():
            if not 0 <= value <= 255:
                raise _wrong(element, "must be between 0 and 255")
        case tuple():
            if not value or not all(3 <= oid <= HIGHEST_RESERVED_OID for oid in value):
                raise _wrong(element, "must list object identifiers from 3 to 31")
            return tuple(sorted(set(value)))
    return value


def _checked_text(element: Element, value: str) -> str:
    if CONTROL_CHARACTERS.search(value):
        raise _wrong(element, "must not contain control characters")
    text = normalize("NFC", value)
    text = text.upper() if element.format is Format.USAGE else text
    rule = RULES.get(element.format, TEXT_RULE)
    if not rule.pattern.fullmatch(text):
        raise _wrong(element, rule.sentence)
    return text


def _wrong(element: Element, sentence: str) -> TagEncodingError:
    return TagEncodingError(EncodingCode.WRONG_VALUE, f"{element.name} {sentence}.")
