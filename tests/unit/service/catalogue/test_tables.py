"""CSV files: headings, encodings, damage; and the files that the library writes."""

from datetime import date
from io import BytesIO

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from service.catalogue.encodings import Encoding
from service.catalogue.entries import Count, ItemEntry, LoanEntry, PatronEntry, TitleEntry
from service.catalogue.reading import Entry, Read, UnreadableFile
from service.catalogue.tables.columns import Kind, table_map
from service.catalogue.tables.reading import table as read_table
from service.catalogue.tables.writing import table as write_table
from tests.unit.service.catalogue.records import titles, words
from tests.unit.service.catalogue.vietnamese_bytes import cp1258

ITEM = "số ĐKCB,Nhan đề,Tác giả,kho\r\nVV.1,Truyện Kiều,Nguyễn Du,TV\r\n"
PATRON = "card,full_name,category,point,expires\n4271,Vàng A Mẫu,adult,TV,31/12/2027\n"


def reads(content: bytes, kind: Kind = Kind.ITEMS, own: bytes = b"") -> list[Read]:
    return list(read_table(BytesIO(content), kind, Encoding.AUTO, table_map(own)))


def entries(content: bytes, kind: Kind = Kind.ITEMS, own: bytes = b"") -> list[Entry]:
    found = reads(content, kind, own)
    assert [problem for read in found for problem in read.problems if not problem.taken] == []
    return [read.entry for read in found if read.entry is not None]


def problems(content: bytes, kind: Kind = Kind.ITEMS) -> list[tuple[int, str]]:
    return [(p.at, p.what) for read in reads(content, kind) for p in read.problems]


KIEU = TitleEntry(
    at=2,
    title="Truyện Kiều",
    author="Nguyễn Du",
    items=(ItemEntry("VV.1", home_point="TV"),),
)


@pytest.mark.parametrize(
    "content",
    [
        ITEM.encode(),
        ITEM.encode("utf-8-sig"),
        ITEM.encode("utf-16"),
        ITEM.replace(",", ";").encode(),
        ITEM.replace(",", "\t").encode("utf-16"),
        b"number,title,author,home_point\n" + cp1258("VV.1,Truyện Kiều,Nguyễn Du,TV"),
    ],
)
def test_a_file_however_a_spreadsheet_saved_it(content: bytes) -> None:
    assert entries(content) == [KIEU]


def test_headings_and_codes_of_another_system() -> None:
    own = """
    columns = { "Mã sách" = "number", "Tựa" = "title" }
    points = { K1 = "TV" }
    otherwise = { item_type = "book" }
    """
    content = "Mã sách,Tựa,kho,giá\nVV.1,Kiều,K1,90000\n"
    (entry,) = entries(content.encode(), own=own.encode())
    assert isinstance(entry, TitleEntry)
    assert entry.items == (ItemEntry("VV.1", item_type="book", home_point="TV"),)


def test_a_column_that_is_not_taken_is_told_once_and_stored_nowhere() -> None:
    content = "card,full_name,category,point,expires,Số CCCD\n"
    content += "1,A,adult,TV,2027-12-31,015099999003\n"
    found = reads(content.encode(), Kind.PATRONS)
    assert [(p.what, p.taken) for read in found for p in read.problems] == [("Số CCCD", True)]
    assert "015099999003" not in repr(found)


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ("", "missing: number, title"),
        ("number,author\n", "missing: title"),
        ("number,title,tên sách\n", "two columns are called title"),
        ('"number', "missing"),
        ("\0,\0", "missing"),
    ],
)
def test_headings_that_cannot_be_used_say_what_is_missing(content: str, says: str) -> None:
    with pytest.raises(UnreadableFile, match=says):
        reads(content.encode())


@pytest.mark.parametrize(
    ("line", "place"),
    [
        ("VV.2", (2, "line")),
        ("VV.2,Kiều,Du,TV,one more", (2, "line")),
        (",Kiều,Du,TV", (2, "number")),
        ("VV.2,,Du,TV", (2, "title")),
        ("VV.2,Ki\0ều,Du,TV", (2, "title")),
        ("VV.2,Kiều," + "x" * 400 + ",TV", (2, "author")),
        ('VV.2,"Kiều"x,Du,TV', (2, "line")),
    ],
)
def test_a_bad_line_is_told_and_the_next_one_taken(line: str, place: tuple[int, str]) -> None:
    content = f"number,title,author,home_point\n{line}\nVV.1,Truyện Kiều,Nguyễn Du,TV\n".encode()
    assert problems(content) == [place]
    assert [read.entry for read in reads(content) if read.entry] == [replace(KIEU, at=3)]


def test_letters_that_are_none_are_told() -> None:
    content = b"number,title\nVV.1,Ki\xff\xfe\x81u\n"
    assert problems(content) == [(2, "title")]


def test_a_quotation_mark_without_its_second_does_not_fill_memory() -> None:
    content = b'number,title\nVV.1,"Ki' + b"x" * 300_000 + b"\nVV.2,Kieu\n"
    assert problems(content)[0][1] == "line"


def test_empty_lines_are_nothing() -> None:
    assert problems(ITEM.encode() + b"\r\n,,,\r\n") == []


@given(st.binary(max_size=200).map(lambda tail: PATRON.encode() + tail))
def test_any_lines_give_entries_or_problems(content: bytes) -> None:
    for read in reads(content, Kind.PATRONS):
        assert read.entry is not None or read.problems


@settings(max_examples=40)
@given(st.lists(titles, max_size=4))
def test_copies_written_are_read(given_titles: list[TitleEntry]) -> None:
    written = b"".join(write_table(Kind.ITEMS, given_titles))
    wanted = [replace(title, items=(item,)) for title in given_titles for item in title.items]
    assert [replace(e, at=0) for e in entries(written) if isinstance(e, TitleEntry)] == wanted


patrons = st.builds(
    PatronEntry,
    st.just(0),
    st.none() | st.from_regex("[0-9]{8}", fullmatch=True),
    st.lists(
        st.tuples(st.from_regex("[0-9]{8}", fullmatch=True), st.sampled_from(["lost", "replaced"])),
        max_size=2,
    ).map(tuple),
    words.filter(bool).map(str.strip),
    st.just("adult"),
    st.just("TV"),
    st.dates(date(1970, 1, 1)),
    st.just("V. A. MẪU"),
    st.booleans(),
    st.booleans(),
    st.just("") | st.just("04271936"),
)


@settings(max_examples=40)
@given(st.lists(patrons, max_size=4))
def test_patrons_written_are_read(people: list[PatronEntry]) -> None:
    written = b"".join(write_table(Kind.PATRONS, people))
    found = [replace(e, at=0) for e in entries(written, Kind.PATRONS) if isinstance(e, PatronEntry)]
    assert found == people


def test_a_loan_written_is_read_to_the_millisecond() -> None:
    opened = "2026-03-02T05:00:00.123000+00:00"
    loan = LoanEntry(2, "VV.1", "04271936", opened, date(2026, 3, 16), 1)
    assert entries(b"".join(write_table(Kind.LOANS, [loan])), Kind.LOANS) == [loan]


def test_what_a_formula_would_do_to_a_spreadsheet_is_written_as_text() -> None:
    title = TitleEntry(0, "=HYPERLINK(1)", "@x", "", None, (), (ItemEntry("-1"),))
    line = b"".join(write_table(Kind.ITEMS, [title])).decode().splitlines()[1]
    assert line.startswith("'-1,'=HYPERLINK(1),'@x,")


def test_counts_add_up() -> None:
    assert Count(1, 2, 3).plus(Count(1, 1, 1)) == Count(2, 3, 4)
    assert not Count(unchanged=4).writes
