"""MARCXML, read and written record by record; the file may be larger than memory."""

from collections.abc import Iterator
from typing import BinaryIO
from xml.etree import ElementTree as ET
from xml.parsers import expat

from service.catalogue.marc.record import (
    LEADER_LENGTH,
    USUAL_LEADER,
    MarcField,
    MarcRecord,
    Unreadable,
)

NAMESPACE = "http://www.loc.gov/MARC21/slim"
HEAD = f'<?xml version="1.0" encoding="UTF-8"?>\n<collection xmlns="{NAMESPACE}">\n'.encode()
TAIL = b"</collection>\n"
LONGEST_RECORD = 4_000_000
"""Letters; a record with a thousand copies has a tenth of it."""

CHUNK = 1 << 16

Found = tuple[int, MarcRecord | Unreadable]


def read(file: BinaryIO) -> Iterator[Found]:
    """Records with the lines on which they begin. Where the XML itself breaks off, all ends."""
    reader = _Reader()
    try:
        while chunk := file.read(CHUNK):
            reader.parser.Parse(chunk)
            yield from reader.take()
        reader.parser.Parse(b"", True)
    except (expat.ExpatError, Unreadable, ValueError) as problem:
        yield from reader.take()
        why = f"the XML cannot be read any further: {problem}"
        yield reader.parser.CurrentLineNumber, Unreadable(why)


class _Reader:
    """Collects records; elements of other kinds are passed by."""

    def __init__(self) -> None:
        self.parser = expat.ParserCreate(namespace_separator=" ")
        self.parser.buffer_text = True
        self.parser.StartDoctypeDeclHandler = self._refuse_entities
        self.parser.StartElementHandler = self._start
        self.parser.EndElementHandler = self._end
        self.parser.CharacterDataHandler = self._more
        self._done: list[Found] = []
        self._leader = USUAL_LEADER
        self._fields: list[MarcField] = []
        self._parts: list[tuple[str, str]] = []
        self._about: dict[str, str] = {}
        self._field: dict[str, str] = {}
        self._text: list[str] = []
        self._size = 0
        self._line = 0

    def take(self) -> list[Found]:
        """What is whole since the last call."""
        done, self._done = self._done, []
        return done

    def _refuse_entities(self, *_declared: object) -> None:
        raise Unreadable("a document type has no place in MARCXML")

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        self._text, self._about = [], attributes
        match name.rpartition(" ")[2]:
            case "record":
                self._leader, self._fields, self._size = USUAL_LEADER, [], 0
                self._line = self.parser.CurrentLineNumber
            case "datafield":
                self._field, self._parts = attributes, []
            case _:
                pass

    def _end(self, name: str) -> None:
        text, self._text = "".join(self._text), []
        match name.rpartition(" ")[2]:
            case "record":
                self._done.append((self._line, _checked(self._leader, self._fields)))
            case "leader":
                self._leader = text
            case "controlfield":
                self._fields.append(MarcField(self._about.get("tag", ""), text))
            case "datafield":
                indicators = (self._field.get("ind1", " ") or " ", self._field.get("ind2") or " ")
                tag, parts = self._field.get("tag", ""), tuple(self._parts)
                self._fields.append(MarcField(tag, "".join(indicators), parts))
            case "subfield":
                self._parts.append((self._about.get("code", ""), text))
            case _:
                pass

    def _more(self, text: str) -> None:
        self._size += len(text)
        if self._size > LONGEST_RECORD:
            raise Unreadable(f"a record is longer than {LONGEST_RECORD} letters")
        self._text.append(text)


def _checked(leader: str, fields: list[MarcField]) -> MarcRecord | Unreadable:
    if len(leader) != LEADER_LENGTH or not leader.isascii():
        return Unreadable(f"its leader has not {LEADER_LENGTH} plain letters")
    for field in fields:
        if not (len(field.tag) == 3 and field.tag.isascii() and field.tag.isalnum()):
            return Unreadable(f"a field has the tag {field.tag[:10]!r}")
        if not (field.is_control or (len(field.value) == 2 and field.value.isascii())):
            return Unreadable(f"its field {field.tag} has not two indicators")
        if any(len(code) != 1 or not code.isascii() for code, _ in field.subfields):
            return Unreadable(f"its field {field.tag} has a subfield without a code")
    return MarcRecord(leader, tuple(fields))


def write(record: MarcRecord) -> bytes:
    """One element of a collection."""
    node = ET.Element("record")
    ET.SubElement(node, "leader").text = record.leader
    for field in record.fields:
        if field.is_control:
            ET.SubElement(node, "controlfield", {"tag": field.tag}).text = field.value
        else:
            _write_data(node, field)
    written: bytes = ET.tostring(node, encoding="utf-8")
    return written + b"\n"


def _write_data(node: ET.Element, field: MarcField) -> None:
    about = {"tag": field.tag, "ind1": field.value[0], "ind2": field.value[1]}
    element = ET.SubElement(node, "datafield", about)
    for code, value in field.subfields:
        ET.SubElement(element, "subfield", {"code": code}).text = value
