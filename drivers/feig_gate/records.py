"""What a reader kept by itself, as the answer to [22] brings it. No I/O.

    TR-DATA1 [TR-DATA2]  COUNT-high COUNT-low  record…       the flags say which fields a record has
    record   LENGTH-high LENGTH-low  field…                  LENGTH counts the whole record

docs/protocols/gates.md, "Records of a FEIG gate".
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any, NamedTuple

from drivers.feig_obid.commands import ISO15693_TYPE
from drivers.uid import UID_BYTES, Uid, uid_bytes, uid_from_bytes

EXTENSION = 0x0080
SECOND_EXTENSION = 0x8000
LEAST_BYTE_FIRST = 0x0008
AFI_AND_DSFID = 0x0400
LENGTH_BYTES = 2

Values = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class GateRecord:
    """One tag that was seen. `uid` None: a tag of another kind. `time`, `date`: of the reader's own
    clock. `raw` is the record as it came: the same bytes are the same record.
    """

    raw: bytes
    uid: Uid | None = None
    afi: int | None = None
    dsfid: int | None = None
    blocks: tuple[bytes, ...] = ()
    time: str | None = None
    date: str | None = None
    antenna: int | None = None
    inputs: int | None = None
    direction: int | None = None

    @property
    def reader_time(self) -> str | None:
        """Date and time together, what there is of them."""
        return " ".join(part for part in (self.date, self.time) if part) or None


_VALUES = tuple(place.name for place in fields(GateRecord) if place.name != "raw")


class _Bytes:
    """Takes bytes from the front; raises ValueError when there are too few."""

    def __init__(self, data: bytes) -> None:
        self._data = data

    @property
    def left(self) -> int:
        return len(self._data)

    def take(self, count: int) -> bytes:
        taken, self._data = self._data[:count], self._data[count:]
        if len(taken) < count:
            raise ValueError(f"{len(taken)} bytes where {count} are expected")
        return taken

    def number(self, count: int = 1) -> int:
        return int.from_bytes(self.take(count), "big")


_Read = Callable[[_Bytes, int], Values]
_Write = Callable[[Values, int], bytes]


class _Field(NamedTuple):
    """`flag` of TR-DATA1, or of TR-DATA2 shifted by 8; both functions get all flags."""

    flag: int
    read: _Read
    write: _Write


def _read_tag(data: _Bytes, flags: int) -> Values:
    kind, _, length = data.take(3)
    identity = data.take(length)
    told: dict[str, Any] = {}
    if kind != ISO15693_TYPE:
        return told
    if flags & AFI_AND_DSFID:
        if length < 2:
            raise ValueError("an identity without room for AFI and DSFID")
        told = {"afi": identity[0], "dsfid": identity[1]}
        identity = identity[2:]
    return told | ({"uid": uid_from_bytes(identity)} if len(identity) == UID_BYTES else {})


def _write_tag(values: Values, flags: int) -> bytes:
    family = bytes((values["afi"], values["dsfid"])) if flags & AFI_AND_DSFID else b""
    identity = family + uid_bytes(values["uid"])
    return bytes((ISO15693_TYPE, 0, len(identity))) + identity


def _read_blocks(data: _Bytes, flags: int) -> Values:
    count, size = data.number(2), data.number()
    blocks = [data.take(size) for _ in range(count if size else 0)]
    reversed_on_line = not flags & LEAST_BYTE_FIRST
    return {"blocks": tuple(block[::-1] if reversed_on_line else block for block in blocks)}


def _write_blocks(values: Values, flags: int) -> bytes:
    blocks = values["blocks"]
    head = len(blocks).to_bytes(2, "big") + bytes((len(blocks[0]) if blocks else 0,))
    return head + b"".join(block if flags & LEAST_BYTE_FIRST else block[::-1] for block in blocks)


def _read_time(data: _Bytes, _flags: int) -> Values:
    hour, minute, thousandths = data.number(), data.number(), data.number(2)
    return {"time": f"{hour:02}:{minute:02}:{thousandths // 1000:02}.{thousandths % 1000:03}"}


def _write_time(values: Values, _flags: int) -> bytes:
    hour, minute, seconds = values["time"].split(":")
    return bytes((int(hour), int(minute))) + round(float(seconds) * 1000).to_bytes(2, "big")


def _read_date(data: _Bytes, _flags: int) -> Values:
    century, year, month, day, _zone = data.take(5)
    return {"date": f"{century:02}{year:02}-{month:02}-{day:02}"}


def _write_date(values: Values, _flags: int) -> bytes:
    year, month, day = (int(part) for part in values["date"].split("-"))
    return bytes((*divmod(year, 100), month, day, 0))


def _first_of(name: str, width: int) -> tuple[_Read, _Write]:
    """A field of `width` bytes of which the first one is used."""
    return (
        lambda data, _flags: {name: data.take(width)[0]},
        lambda values, _flags: bytes((values[name],)).ljust(width, b"\0"),
    )


def _read_address(data: _Bytes, _flags: int) -> Values:
    """The reader's own network address is not used."""
    data.take(6)
    return {}


def _read_signals(data: _Bytes, _flags: int) -> Values:
    """How strongly each antenna heard the tag is not used."""
    data.take(6 * data.number())
    return {}


_FIELDS = (
    _Field(0x0001, _read_tag, _write_tag),
    _Field(0x0002, _read_blocks, _write_blocks),
    _Field(0x0020, _read_time, _write_time),
    _Field(0x0040, _read_date, _write_date),
    _Field(0x0010, *_first_of("antenna", 1)),
    _Field(0x0100, *_first_of("inputs", 2)),
    _Field(0x0200, _read_address, lambda *_: bytes(6)),
    _Field(0x1000, _read_signals, lambda *_: bytes(1)),
    _Field(0x2000, *_first_of("direction", 1)),
)
"""In the order of their bytes."""


def decode_records(data: bytes) -> tuple[GateRecord, ...]:
    """Raises ValueError for data that are no whole records."""
    rest = _Bytes(data)
    flags = rest.number()
    flags |= rest.number() << 8 if flags & EXTENSION else 0
    if flags & SECOND_EXTENSION:
        raise ValueError("records with a third byte of flags are not known")
    records = tuple(_decode(rest, flags) for _ in range(rest.number(2)))
    if rest.left:
        raise ValueError(f"{rest.left} bytes behind the last record")
    return records


def encode_records(records: Sequence[GateRecord], flags: int) -> bytes:
    """The data of an answer whose records have the fields of `flags`."""
    head = bytes((flags & 0xFF, flags >> 8)) if flags & EXTENSION else bytes((flags,))
    raw = [_encode(record, flags) for record in records]
    return head + len(raw).to_bytes(2, "big") + b"".join(raw)


def _decode(data: _Bytes, flags: int) -> GateRecord:
    """Fields that nobody has described stand behind the known ones, and are passed over."""
    length = data.number(LENGTH_BYTES)
    raw = data.take(max(0, length - LENGTH_BYTES))
    known, values = _Bytes(raw), dict[str, Any]()
    for place in _FIELDS:
        if flags & place.flag:
            values |= place.read(known, flags)
    return GateRecord(raw, **values)


def _encode(record: GateRecord, flags: int) -> bytes:
    values = {name: getattr(record, name) for name in _VALUES}
    raw = b"".join(place.write(values, flags) for place in _FIELDS if flags & place.flag)
    return (len(raw) + LENGTH_BYTES).to_bytes(LENGTH_BYTES, "big") + raw
