"""What a MARC record means for the library, and the record of what the library has."""

import msgspec
import pytest
from hypothesis import given
from msgspec.structs import replace

from service.catalogue.encodings import Encoding
from service.catalogue.entries import ItemEntry, Problem, TitleEntry
from service.catalogue.marc import iso2709
from service.catalogue.marc.from_title import record_of, tells_more
from service.catalogue.marc.mapping import mapping
from service.catalogue.marc.record import (
    USUAL_LEADER,
    MarcField,
    MarcRecord,
    Unreadable,
    control,
    data,
    from_kept,
    kept,
)
from service.catalogue.marc.to_title import entry
from tests.unit.service.catalogue.records import KIEU, records, titles


def taken(*fields: MarcField, own: bytes = b"") -> tuple[TitleEntry, list[Problem]]:
    return entry(1, MarcRecord(USUAL_LEADER, fields), mapping(own))


def test_a_record_as_vietnamese_libraries_write_it() -> None:
    title, problems = entry(7, KIEU, mapping())
    assert problems == []
    assert (title.at, title.title, title.author) == (7, "Truyện Kiều", "Nguyễn, Du")
    assert (title.ddc, title.control_number) == ("895.92212", "(VN-SK)00017")
    assert title.isbns == ("9786042112208",)
    assert title.items == (
        ItemEntry("VV.00417", "book", "TV", shelf_mark="895.92212 NG527D"),
        ItemEntry("VV.00418", "book", "BX", not_for_loan=True, withdrawn=False),
    )
    assert title.record is not None
    assert not list(title.record.all("952"))
    assert list(title.record.all("650"))


def test_many_accession_numbers_in_one_852() -> None:
    place = data("852", ("a", "SK"), ("b", "TV"), ("j", "VV.1"), ("j", "VV.2"), ("h", "895.1"))
    title, _ = taken(data("245", ("a", "Kiều")), place)
    assert title.items == (
        ItemEntry("VV.1", home_point="TV", shelf_mark="895.1"),
        ItemEntry("VV.2", home_point="TV", shelf_mark="895.1"),
    )


def test_a_map_names_codes_of_the_other_system_and_what_is_usual() -> None:
    own = b"""
    points = { "Kho m\xc6\xb0\xe1\xbb\xa3n" = "TV" }
    otherwise = { item_type = "book" }
    """
    title, _ = taken(
        data("245", ("a", "Kiều")), data("852", ("b", "Kho mượn"), ("p", "VV.1")), own=own
    )
    assert title.items == (ItemEntry("VV.1", item_type="book", home_point="TV"),)


@pytest.mark.parametrize(
    "own", [b"title = 3", b"titel = []", b"= x", b'[[items]]\nfield = "9"', b"\xff"]
)
def test_a_map_with_a_mistake_is_refused(own: bytes) -> None:
    with pytest.raises((msgspec.MsgspecError, UnicodeDecodeError)):
        mapping(own)


@pytest.mark.parametrize(
    ("fields", "title", "author"),
    [
        (
            [data("245", ("a", "Toán 6."), ("n", "Quyển 2,"), ("p", "Số /"))],
            "Toán 6. Quyển 2. Số",
            "",
        ),
        ([data("245", ("a", "Kiều :"), ("b", "thơ /"), ("c", "Nguyễn Du."))], "Kiều", "Nguyễn Du"),
        ([data("245", ("a", "K")), data("110", ("a", "Sở Y tế"))], "K", "Sở Y tế"),
        ([data("245", ("a", "K")), data("700", ("a", "Đỗ Lai"))], "K", "Đỗ Lai"),
    ],
)
def test_title_and_author_stand_in_more_than_one_place(
    fields: list[MarcField], title: str, author: str
) -> None:
    found, _ = taken(*fields)
    assert (found.title, found.author) == (title, author)


@pytest.mark.parametrize(
    ("field", "says"),
    [
        (data("245", ("a", " / ")), "no title"),
        (data("245", ("a", "x" * 1001)), "longer than 1000"),
        (data("245", ("a", "Ki\0ều")), r"245 holds the sign U\+0000"),
        (data("245", ("a", "Kiều"), ("c", "x" * 301)), "author is longer"),
    ],
)
def test_a_record_that_is_no_title_says_why(field: MarcField, says: str) -> None:
    with pytest.raises(Unreadable, match=says):
        taken(field)


def test_a_wrong_isbn_is_told_and_left_out() -> None:
    found, problems = taken(data("245", ("a", "Kiều")), data("020", ("a", "978-604-2-11220-9")))
    assert found.isbns == ()
    assert [problem.taken for problem in problems] == [True]


def test_a_number_that_is_none_is_told_and_its_neighbour_taken() -> None:
    place = data("952", ("p", "x" * 65)), data("952", ("p", "VV.1"))
    found, problems = taken(data("245", ("a", "Kiều")), *place)
    assert [item.number for item in found.items] == ["VV.1"]
    assert [problem.taken for problem in problems] == [False]


@given(titles)
def test_what_the_library_has_is_the_same_after_a_file(title: TitleEntry) -> None:
    content = iso2709.write(record_of(title))
    again, problems = entry(0, iso2709.read(content[:-1], Encoding.AUTO), mapping())
    assert problems == []
    assert not tells_more(again)
    assert replace(again, record=None) == title


@given(records)
def test_a_record_that_was_kept_goes_out_as_it_came(record: MarcRecord) -> None:
    try:
        title, _ = entry(0, record, mapping())
    except Unreadable:
        return
    told = replace(title, items=())
    again, _ = entry(0, record_of(told), mapping())
    assert again.record == title.record
    assert from_kept(kept(record)) == record


def test_a_name_that_was_corrected_here_goes_out_in_the_record_that_came() -> None:
    title, _ = entry(0, KIEU, mapping())
    corrected = record_of(replace(title, title="Đoạn trường tân thanh", author="Nguyễn Du"))
    again, _ = entry(0, corrected, mapping())
    assert (again.title, again.author) == ("Đoạn trường tân thanh", "Nguyễn Du")
    assert [field.first("a") for field in corrected.all("650")] == ["Thơ Nôm"]


def test_control_numbers_of_two_agencies_do_not_meet() -> None:
    title = data("245", ("a", "Kiều"))
    one, _ = taken(control("001", "17"), control("003", "VN-A"), title)
    other, _ = taken(control("001", "17"), control("003", "VN-B"), title)
    assert one.control_number != other.control_number
