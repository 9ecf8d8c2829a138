"""ISO 2709 and MARCXML: what is written is read again, and damage costs one record."""

import re
from io import BytesIO

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from service.catalogue.encodings import Encoding
from service.catalogue.marc import iso2709, marcxml
from service.catalogue.marc.mapping import mapping
from service.catalogue.marc.record import MarcRecord, Unreadable, data
from service.catalogue.reading import marc
from tests.unit.service.catalogue.records import KIEU, records
from tests.unit.service.catalogue.vietnamese_bytes import cp1258

# By hand from the format: leader, directory of two entries, two fields, end sign.
GOLDEN = (
    b"00073nam  2200049   4500001000400000245001900004\x1ea-1\x1e10\x1faMua xuan /\x1fcAn\x1e\x1d"
)


class Drip(BytesIO):
    """A file that is read a few bytes at a time."""

    def __init__(self, content: bytes, bite: int) -> None:
        super().__init__(content)
        self._bite = bite

    def read(self, _size: int | None = -1, /) -> bytes:
        return super().read(self._bite)


def read_all(content: bytes, encoding: Encoding = Encoding.AUTO) -> list[MarcRecord | str]:
    def one(raw: bytes) -> MarcRecord | str:
        try:
            return iso2709.read(raw, encoding)
        except Unreadable as problem:
            return str(problem)

    return [one(raw) for raw in iso2709.split(BytesIO(content))]


def as_read(record: MarcRecord) -> MarcRecord:
    """Lengths in the leader are the file's."""
    return replace(record, leader="")


def test_golden_record_by_the_letter_of_the_format() -> None:
    (record,) = read_all(GOLDEN)
    assert isinstance(record, MarcRecord)
    assert record.fields == (
        replace(KIEU.fields[0], value="a-1"),
        data("245", ("a", "Mua xuan /"), ("c", "An"), indicators="10"),
    )


@settings(max_examples=40)
@given(st.lists(records, max_size=4), st.integers(1, 40))
def test_records_written_are_read_however_the_file_is_cut(
    given_records: list[MarcRecord], bite: int
) -> None:
    content = b"\r\n".join(iso2709.write(record) for record in given_records)
    raw = list(iso2709.split(Drip(content, bite)))
    found = [as_read(iso2709.read(one, Encoding.AUTO)) for one in raw]
    assert found == [as_read(record) for record in given_records]


@settings(max_examples=40)
@given(st.lists(records, max_size=4), st.integers(1, 40))
def test_marcxml_written_is_read(given_records: list[MarcRecord], bite: int) -> None:
    content = b"".join((marcxml.HEAD, *map(marcxml.write, given_records), marcxml.TAIL))
    assert [found for _, found in marcxml.read(Drip(content, bite))] == given_records


@pytest.mark.parametrize(
    ("place", "put", "says"),
    [
        (0, b"00074", "says 74 bytes"),
        (0, b"99999", "says 99999 bytes"),
        (0, b"abcde", "lacks the length"),
        (12, b"00048", "directory"),
        (12, b"99999", "directory"),
        (12, b"00000", "directory"),
        (27, b"0005", "field 001 is wrong"),
        (39, b"9999", "field 245 is wrong"),
        (43, b"99999", "field 245 is wrong"),
        (43, b"xxxxx", "field 245 is no number"),
        (66, b"\xff", "no letter|cannot tell"),
        (55, b"\x07", "not two indicators"),
        (54, b"\x1f", "not two indicators"),
        (56, b"\x07", "no code"),
    ],
)
def test_a_wrong_length_or_place_costs_one_record(place: int, put: bytes, says: str) -> None:
    bad = GOLDEN[:place] + put + GOLDEN[place + len(put) :]
    first, problem, last = read_all(GOLDEN + bad + GOLDEN)
    assert isinstance(first, MarcRecord)
    assert first == last
    assert isinstance(problem, str)
    assert re.search(says, problem), problem


def test_a_record_that_was_cut_costs_itself() -> None:
    first, problem = read_all(GOLDEN + GOLDEN[:40])
    assert isinstance(first, MarcRecord)
    assert "says 73 bytes, it has 41" in str(problem)


def test_a_field_without_end_does_not_fill_memory() -> None:
    endless = b"00074nam  2200049   4500" + b"x" * 300_000
    found = list(iso2709.split(BytesIO(endless + b"\x1d" + GOLDEN)))
    assert len(found) == 2
    assert len(found[0]) < 200_000
    assert found[1] == GOLDEN[:-1]


def test_what_iso_2709_cannot_hold_is_refused_and_not_cut() -> None:
    long_field = MarcRecord(KIEU.leader, (data("245", ("a", "x" * 10_000)),))
    many = MarcRecord(KIEU.leader, (data("952", ("p", "x" * 90)),) * 1_000)
    for record in (long_field, many):
        with pytest.raises(Unreadable, match="MARCXML"):
            iso2709.write(record)


def test_a_leader_that_claims_utf_8_over_old_bytes_is_not_believed() -> None:
    text = "Đất rừng phương Nam của Đoàn Giỏi những buổi chợ phiên"
    plain = iso2709.write(
        MarcRecord(
            KIEU.leader,
            (
                data(
                    "245",
                    ("a", "@"),
                ),
            ),
        )
    )
    body = cp1258(text)
    longer = len(body) - 1
    old = plain.replace(b"@", body).replace(b"00044", b"%05d" % (44 + longer))
    old = old.replace(b"2450006", b"245%04d" % (6 + longer))
    (record,) = read_all(old)
    assert isinstance(record, MarcRecord), record
    assert record.fields[0].first("a") == text


@pytest.mark.parametrize(
    ("damage", "says"),
    [
        (b"<collection><record><leader>x</leader></record></collection>", "leader"),
        (b"<collection><record><datafield tag='2'/></record></collection>", "tag"),
        (
            b"<collection><record><datafield tag='245'><subfield>x</subfield></datafield>"
            b"</record></collection>",
            "without a code",
        ),
        (b"<!DOCTYPE x [<!ENTITY a 'aaaa'>]><collection>&a;</collection>", "document type"),
        (b"<collection><record>", "cannot be read any further"),
        (b"<collection>\xff</collection>", "cannot be read any further"),
    ],
)
def test_damaged_marcxml_is_told_with_its_line(damage: bytes, says: str) -> None:
    ((line, found),) = marcxml.read(BytesIO(damage))
    assert line == 1
    assert says in str(found)


def test_a_bad_record_in_marcxml_leaves_its_neighbours() -> None:
    bad = b"<record><leader>short</leader></record>\n"
    good = marcxml.write(KIEU)
    content = b"".join((marcxml.HEAD, good, bad, good, marcxml.TAIL))
    found = list(marcxml.read(BytesIO(content)))
    assert [line for line, _ in found] == [3, 4, 5]
    assert [isinstance(one, MarcRecord) for _, one in found] == [True, False, True]


def test_an_endless_text_in_marcxml_does_not_fill_memory() -> None:
    content = b"<collection><record><leader>" + b"x" * 5_000_000
    ((_, found),) = marcxml.read(BytesIO(content))
    assert "longer than" in str(found)


@given(st.binary(max_size=300) | st.just(GOLDEN) | st.just(marcxml.HEAD + marcxml.write(KIEU)))
def test_any_file_gives_entries_or_problems(content: bytes) -> None:
    for read in marc(BytesIO(content), Encoding.AUTO, mapping()):
        assert read.entry is not None or read.problems


@given(st.data())
def test_a_damaged_file_gives_entries_or_problems(drawn: st.DataObject) -> None:
    whole = bytearray(iso2709.write(KIEU) * 2)
    for _ in range(drawn.draw(st.integers(1, 4))):
        whole[drawn.draw(st.integers(0, len(whole) - 1))] = drawn.draw(st.integers(0, 255))
    for read in marc(BytesIO(bytes(whole)), Encoding.AUTO, mapping()):
        assert read.entry is not None or read.problems
