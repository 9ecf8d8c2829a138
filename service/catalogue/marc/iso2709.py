"""MARC 21 as ISO 2709: a stream of records, each ended by its own sign.

A file is cut at these signs and not by the lengths in it: a record with a wrong length costs
itself and no other.
"""

import re
from collections.abc import Iterator
from typing import BinaryIO

from pymarc import Field, Indicators, Leader, PymarcException, Record, Subfield
from pymarc.field import RawField

from service.catalogue.encodings import Encoding, Undecodable, decode, encoding_of, is_utf_8
from service.catalogue.marc.record import LEADER_LENGTH, MarcField, MarcRecord, Unreadable

END_OF_RECORD, END_OF_FIELD = b"\x1d", b"\x1e"
LONGEST_RECORD = 99_999
LONGEST_FIELD = 9_999
CHUNK = 1 << 16
_ENTRY = 12
_BETWEEN_RECORDS = b" \r\n\t\0\x1a\xef\xbb\xbf"
_UNICODE = b"a"
_INDICATORS = re.compile(rb"[ -~]{2}[\x1e\x1f]")
_NO_CODE = re.compile(rb"\x1f[^ -~\x1e\x1f]")


def split(file: BinaryIO) -> Iterator[bytes]:
    """Every record without its end sign; of what is too long only its beginning."""
    pending = b""
    is_too_long = False
    while chunk := file.read(CHUNK):
        *whole, rest = (pending + chunk).split(END_OF_RECORD)
        for content in whole:
            if not is_too_long:
                yield from _not_empty(content)
            is_too_long = False
        if len(rest) > LONGEST_RECORD:
            if not is_too_long:
                yield rest
            is_too_long, rest = True, b""
        pending = rest
    if not is_too_long:
        yield from _not_empty(pending)


def _not_empty(content: bytes) -> Iterator[bytes]:
    stripped = content.lstrip(_BETWEEN_RECORDS)
    if stripped:
        yield stripped


def read(content: bytes, encoding: Encoding) -> MarcRecord:
    """One record without its end sign. Raises Unreadable."""
    try:
        _check(content)
        raw = Record(content + END_OF_RECORD, to_unicode=False)
        told = _encoding(content, encoding)
        fields = tuple(_field(field, told) for field in raw.fields)
        return MarcRecord(str(raw.leader), fields)
    except Undecodable as problem:
        raise Unreadable(str(problem)) from problem
    except (PymarcException, ValueError) as problem:
        raise Unreadable(f"it is no MARC record: {problem}") from problem


def _check(content: bytes) -> None:
    """Lengths and places, which pymarc believes. Raises ValueError."""
    if len(content) >= LONGEST_RECORD:
        raise ValueError(f"it is longer than {LONGEST_RECORD} bytes or has no end")
    if not content[:5].isdigit() or not content[12:17].isdigit():
        raise ValueError("its leader lacks the length or the place of the data")
    if int(content[:5]) != len(content) + 1:
        raise ValueError(f"its leader says {int(content[:5])} bytes, it has {len(content) + 1}")
    base = int(content[12:17])
    directory = content[LEADER_LENGTH : base - 1]
    if (
        not directory.isalnum()
        or len(directory) % _ENTRY
        or content[base - 1 : base] != END_OF_FIELD
    ):
        raise ValueError("its directory of fields is damaged")
    for at in range(0, len(directory), _ENTRY):
        _check_field(content[base:], directory[at : at + _ENTRY])
    if _NO_CODE.search(content):
        raise ValueError("a subfield has no code")


def _check_field(fields: bytes, entry: bytes) -> None:
    tag = entry[:3].decode()
    if not entry[3:].isdigit():
        raise ValueError(f"the length of its field {tag} is no number")
    start = int(entry[7:])
    end = start + int(entry[3:7])
    if fields[end - 1 : end] != END_OF_FIELD or END_OF_FIELD in fields[start : end - 1]:
        raise ValueError(f"the length of its field {tag} is wrong")
    if tag >= "010" and not _INDICATORS.match(fields, start):
        raise ValueError(f"its field {tag} has not two indicators before its first subfield")


def _encoding(content: bytes, wanted: Encoding) -> Encoding:
    """What the leader says if it is true, else what was said, else what the letters say."""
    if (content[9:10] == _UNICODE or wanted is Encoding.AUTO) and is_utf_8(content):
        return Encoding.UTF_8
    return encoding_of(content) if wanted is Encoding.AUTO else wanted


def _field(raw: Field | RawField, encoding: Encoding) -> MarcField:
    """What pymarc calls text is bytes here."""
    if raw.control_field:
        return MarcField(raw.tag, _text(raw.data, encoding))
    subfields = tuple((part.code, _text(part.value, encoding)) for part in raw.subfields)
    return MarcField(raw.tag, "".join(raw.indicators or "  "), subfields)


def _text(content: object, encoding: Encoding) -> str:
    return decode(content, encoding) if isinstance(content, bytes) else ""


def write(record: MarcRecord) -> bytes:
    """The record in UTF-8. Raises Unreadable where the format cannot hold it."""
    written = Record()
    written.leader = Leader(record.leader)
    written.fields = [_pymarc_field(field) for field in record.fields]
    longest = max((len(field.as_marc("utf-8")) for field in written.fields), default=0)
    content: bytes = written.as_marc()
    if longest > LONGEST_FIELD or len(content) > LONGEST_RECORD:
        raise Unreadable("ISO 2709 cannot hold so long a record: export it as MARCXML")
    return content


def _pymarc_field(field: MarcField) -> Field:
    if field.is_control:
        return Field(field.tag, data=field.value)
    parts = [Subfield(code, value) for code, value in field.subfields]
    return Field(field.tag, Indicators(field.value[0], field.value[1]), parts)
