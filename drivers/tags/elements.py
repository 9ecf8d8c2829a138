"""The 26 data elements of a library item, in one table: the fields of `Elements`.

Numbers, names and formats: docs/protocols/tags.md, "Data elements".
"""

import re
from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from enum import Enum
from typing import Annotated, NamedTuple, Self, get_type_hints

import msgspec

from drivers.tags.problems import EncodingCode, Problem, ProblemCode, TagEncodingError

HIGHEST_OID = 15 + 255  # one byte extends the object identifier: docs/protocols/tags.md, "Data set"
# Object identifiers that the models treat in their own ways.
ITEM_OID, OWNER_OID, SET_OID, USAGE_OID, ILL_OID, TITLE_OID, MEDIA_OID = 1, 3, 4, 5, 11, 17, 19
CONTROL_CHARACTERS = re.compile("[\x00-\x1f\x7f-\x9f\ud800-\udfff]")


class Format(Enum):
    """How an element is written and checked."""

    TEXT = "text"
    TITLE = "title"  # text that field readers want as UTF-8
    ISIL = "ISIL"
    CONTENT = "object identifiers present"
    SET = "set information"
    USAGE = "class and qualifier"
    CODE = "one byte"
    GTIN = "GTIN-13"
    ONIX = "two upper-case letters"
    MARC = "two lower-case letters"


class SetInformation(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A set of `parts` tagged parts, of which this is `part` (counted from 1; 0 = not counted)."""

    parts: int
    part: int


ElementValue = str | int | SetInformation | tuple[int, ...]


class Place(NamedTuple):
    """Relative object identifier and format of an element."""

    oid: int
    format: Format


class Elements(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a tag says about its item. None = not on the tag. All texts are NFC.

    `type_of_usage` is two hexadecimal digits (class, qualifier); `content_parameter` lists the
    object identifiers that the writer announced, which need not all be there; `unnamed` holds
    (object identifier, text) of elements beyond the table.
    """

    primary_item_identifier: Annotated[str | None, Place(1, Format.TEXT)] = None
    content_parameter: Annotated[tuple[int, ...] | None, Place(2, Format.CONTENT)] = None
    owner_institution: Annotated[str | None, Place(3, Format.ISIL)] = None
    set_information: Annotated[SetInformation | None, Place(4, Format.SET)] = None
    type_of_usage: Annotated[str | None, Place(5, Format.USAGE)] = None
    shelf_location: Annotated[str | None, Place(6, Format.TEXT)] = None
    onix_media_format: Annotated[str | None, Place(7, Format.ONIX)] = None
    marc_media_format: Annotated[str | None, Place(8, Format.MARC)] = None
    supplier_identifier: Annotated[str | None, Place(9, Format.TEXT)] = None
    order_number: Annotated[str | None, Place(10, Format.TEXT)] = None
    ill_borrowing_institution: Annotated[str | None, Place(11, Format.ISIL)] = None
    ill_borrowing_transaction_number: Annotated[str | None, Place(12, Format.TEXT)] = None
    gs1_product_identifier: Annotated[str | None, Place(13, Format.GTIN)] = None
    alternative_unique_item_identifier: Annotated[str | None, Place(14, Format.TEXT)] = None
    local_data_a: Annotated[str | None, Place(15, Format.TEXT)] = None
    local_data_b: Annotated[str | None, Place(16, Format.TEXT)] = None
    title: Annotated[str | None, Place(17, Format.TITLE)] = None
    product_identifier_local: Annotated[str | None, Place(18, Format.TEXT)] = None
    media_format_other: Annotated[int | None, Place(19, Format.CODE)] = None
    supply_chain_stage: Annotated[int | None, Place(20, Format.CODE)] = None
    supplier_invoice_number: Annotated[str | None, Place(21, Format.TEXT)] = None
    alternative_item_identifier: Annotated[str | None, Place(22, Format.TEXT)] = None
    alternative_owner_institution: Annotated[str | None, Place(23, Format.TEXT)] = None
    subsidiary_of_an_owner_institution: Annotated[str | None, Place(24, Format.TEXT)] = None
    alternative_ill_borrowing_institution: Annotated[str | None, Place(25, Format.TEXT)] = None
    local_data_c: Annotated[str | None, Place(26, Format.TEXT)] = None
    unnamed: tuple[tuple[int, str], ...] = ()


class Element(NamedTuple):
    """One row of the table."""

    name: str
    oid: int
    format: Format

    @classmethod
    def unnamed(cls, oid: int) -> Self:
        """An element that the standard has not named."""
        return cls(f"oid_{oid:02d}", oid, Format.TEXT)


def _rows() -> Iterator[Element]:
    for name, hint in get_type_hints(Elements, include_extras=True).items():
        if hasattr(hint, "__metadata__"):
            yield Element(name, *hint.__metadata__[0])


ELEMENT_TABLE = tuple(_rows())
BY_OID = {element.oid: element for element in ELEMENT_TABLE}
BY_NAME = {element.name: element for element in ELEMENT_TABLE}

USAGE_CLASSES = {
    "0": "acquisition item",
    "1": "item for circulation",
    "2": "item not for circulation",
    "3": "for local use",
    "4": "for local use",
    "5": "reserved",
    "6": "no information on the tag",
    "7": "discarded item",
    "8": "patron card",
    "9": "library equipment",
}
PATRON_CARD = "8"

MEDIA_FORMATS = {
    0: "undefined",
    1: "book",
    2: "CD or DVD",
    3: "magnetic tape",
    4: "other",
    5: "other, careful handling",
    6: "very small item",
}


def element_of(oid: int) -> Element:
    """The row of an object identifier; an unnamed one is `oid_NN`."""
    return BY_OID.get(oid) or Element.unnamed(oid)


def present(elements: Elements) -> Iterator[tuple[Element, ElementValue]]:
    """The elements that are there, by object identifier."""
    for element in ELEMENT_TABLE:
        value: ElementValue | None = getattr(elements, element.name)
        if value is not None:
            yield element, value
    for oid, text in elements.unnamed:
        yield Element.unnamed(oid), text


def by_name(elements: Elements) -> dict[str, ElementValue]:
    """Name → value of the elements that are there, ready for JSON."""
    return {element.name: value for element, value in present(elements)}


def elements_of(found: Mapping[int, ElementValue]) -> Elements:
    """Elements from values by object identifier, each of its element's type."""
    named = {BY_OID[oid].name: value for oid, value in found.items() if oid in BY_OID}
    unnamed = tuple(sorted((oid, str(text)) for oid, text in found.items() if oid not in BY_OID))
    return msgspec.convert({**named, "unnamed": unnamed}, Elements)


def unprintable(element: Element, value: ElementValue) -> list[Problem]:
    """The problem of a text with control characters, if it has any."""
    if not isinstance(value, str) or not CONTROL_CHARACTERS.search(value):
        return []
    if element.oid == ITEM_OID:
        return [Problem.of(ProblemCode.IDENTIFIER_UNPRINTABLE)]
    return [Problem.of(ProblemCode.TEXT_UNPRINTABLE, name=element.name)]


def elements_named(values: Mapping[str, object]) -> Elements:
    """Elements from names and plain JSON values. Raises TagEncodingError for an unknown name or
    a value of another type; whether a value is fit to be written is for element_rules.
    """
    found = {_oid_of(name): value for name, value in values.items() if value is not None}
    named = {BY_OID[oid].name: value for oid, value in found.items() if oid in BY_OID}
    unnamed = sorted((oid, value) for oid, value in found.items() if oid not in BY_OID)
    try:
        return msgspec.convert({**named, "unnamed": unnamed}, Elements)
    except msgspec.ValidationError as error:
        raise TagEncodingError(
            EncodingCode.WRONG_VALUE, f"A value has no fit type: {error}."
        ) from None


def _oid_of(name: str) -> int:
    if name in BY_NAME:
        return BY_NAME[name].oid
    number = re.fullmatch(r"oid_([0-9]{2,3})", name)
    if number and len(BY_OID) < int(number[1]) <= HIGHEST_OID:
        return int(number[1])
    near = get_close_matches(name, BY_NAME, n=1)
    hint = (
        f"did you mean {near[0]}?" if near else "see the element table in docs/protocols/tags.md."
    )
    raise TagEncodingError(EncodingCode.UNKNOWN_ELEMENT, f"There is no element {name}; {hint}")
