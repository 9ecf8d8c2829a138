"""Values for property tests: elements as a library writes them, and bytes as the world does."""

import string

from hypothesis import strategies as st

from drivers.tags.elements import (
    ELEMENT_TABLE,
    Elements,
    ElementValue,
    Format,
    SetInformation,
    elements_of,
)

memories = st.binary(max_size=1024)

# So short that ten characters fit a data set even where composing makes 12 bytes of one.
printable = st.text(
    st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"]), min_size=1, max_size=10
)
digits = st.text(string.digits, min_size=1, max_size=24)
accession_numbers = st.from_regex(r"[A-Z]{2,4}\.[0-9]{4,8}", fullmatch=True)
texts = (
    printable | digits | accession_numbers | st.text(string.printable[:95], min_size=1, max_size=60)
)

units = st.text(string.ascii_letters + string.digits + ":/-", min_size=1, max_size=11)
isils = st.builds("{}-{}".format, st.text(string.ascii_letters, min_size=1, max_size=4), units)


@st.composite
def sets(draw: st.DrawFn, at_least: int = 0) -> SetInformation:
    parts = draw(st.integers(at_least, 255))
    return SetInformation(parts, draw(st.integers(0, parts or 255)))


by_format: dict[Format, st.SearchStrategy[ElementValue]] = {
    Format.TEXT: texts,
    Format.TITLE: texts,
    Format.ISIL: isils,
    Format.CONTENT: st.sets(st.integers(3, 31), min_size=1).map(lambda oids: tuple(sorted(oids))),
    Format.SET: sets(),
    Format.USAGE: st.text("0123456789ABCDEF", min_size=2, max_size=2),
    Format.CODE: st.integers(0, 255),
    Format.GTIN: st.integers(1, 10**13 - 1).map("{:013d}".format),
    Format.ONIX: st.text(string.ascii_uppercase, min_size=2, max_size=2),
    Format.MARC: st.text(string.ascii_lowercase, min_size=2, max_size=2),
}


@st.composite
def elements(draw: st.DrawFn, without: frozenset[int] = frozenset()) -> Elements:
    """An item's number and any of the other elements, but those `without`."""
    others = [row for row in ELEMENT_TABLE[1:] if row.oid not in without]
    chosen = draw(st.lists(st.sampled_from(others), unique=True, max_size=8))
    found: dict[int, ElementValue] = {
        row.oid: draw(by_format[row.format]) for row in [ELEMENT_TABLE[0], *chosen]
    }
    return elements_of(found)
