"""Library codes (ISIL, ISO 15511) on a tag: packed into 4 and 5 bits, or without their hyphen.

Tables and worked vectors: docs/protocols/tags.md, "ISIL".
"""

import re
import string
from typing import NamedTuple

ISIL = re.compile(r"(?=.{3,16}$)[A-Za-z]{1,4}-[A-Za-z0-9:/-]+")


class Table(NamedTuple):
    """Characters by code. The four codes above them: latch, shift into the one other table,
    latch, shift into the second.
    """

    bits: int
    characters: str
    others: tuple[str, str]


TABLES = {
    "upper": Table(5, "-" + string.ascii_uppercase + ":", ("lower", "numeric")),
    "lower": Table(5, "-" + string.ascii_lowercase + "/", ("upper", "numeric")),
    "numeric": Table(4, string.digits + "-:", ("upper", "lower")),
}
START = "upper"


def pack(isil: str) -> bytes:
    """The packed form. Raises ValueError for a character that no table has."""
    codes: list[str] = []
    current = START
    for at, character in enumerate(isil):
        table = current
        if character not in TABLES[current].characters:
            table = _table_with(character)
            latch = isil[at + 1 : at + 2] in TABLES[table].characters and at + 1 < len(isil)
            codes.append(_switch(current, table, latch=latch))
            current = table if latch else current
        codes.append(_code(table, TABLES[table].characters.index(character)))
    bits = "".join(codes)
    bits += "1" * (-len(bits) % 8)
    return int(bits, 2).to_bytes(len(bits) // 8, "big")


def _table_with(character: str) -> str:
    for name, table in TABLES.items():
        if character in table.characters:
            return name
    raise ValueError(f"{character!r} cannot stand in an ISIL")


def _switch(current: str, wanted: str, *, latch: bool) -> str:
    table = TABLES[current]
    return _code(current, _first_switch(table) + 2 * table.others.index(wanted) + (not latch))


def _code(table: str, code: int) -> str:
    return f"{code:0{TABLES[table].bits}b}"


def _first_switch(table: Table) -> int:
    return len(table.characters)


def unpack(data: bytes) -> str:
    """The text of a packed ISIL; what is left over at the end is padding, whatever it says."""
    bits = "".join(f"{byte:08b}" for byte in data)
    found: list[str] = []
    latched = current = START
    at = 0
    while at + TABLES[current].bits <= len(bits):
        table = TABLES[current]
        code = int(bits[at : at + table.bits], 2)
        at += table.bits
        switch = code - _first_switch(table)
        if switch < 0:
            found.append(table.characters[code])
            current = latched
        else:
            current = table.others[switch // 2]
            latched = latched if switch % 2 else current
    return "".join(found)


def without_hyphen(isil: str) -> bytes | None:
    """The form of the ISO 28560-3 basic block: country in two bytes, then the unit.

    None when this form would not give the same ISIL back.
    """
    prefix, _, unit = isil.partition("-")
    if len(prefix) > 2 or unit.startswith("-"):
        return None
    return (prefix.ljust(2, "\x00") + unit).encode()


def with_hyphen(field: bytes) -> str:
    """The ISIL of a basic block's owner field; text that is none stays as it is.

    A prefix of one letter is met with a zero byte behind it and without.
    """
    text = field.rstrip(b"\x00").decode("latin-1")
    prefix = re.match(r"[A-Za-z](?=\x00)|[A-Za-z]{2}(?=.)|[A-Za-z](?=[0-9])", text)
    if not prefix:
        return text.replace("\x00", "")
    unit = text[prefix.end() :].replace("\x00", "")
    return prefix[0] + unit if unit.startswith("-") else f"{prefix[0]}-{unit}"
