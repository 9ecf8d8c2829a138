"""Titles and copies taken in: twice the same, brought up to date, bad ones told."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from service.catalogue.entries import Count, TitleEntry
from service.catalogue.marc import iso2709, marcxml
from service.catalogue.marc.from_title import record_of
from service.catalogue.marc.mapping import mapping
from service.catalogue.marc.record import MarcRecord, data
from service.catalogue.marc.to_title import entry
from service.catalogue.outgoing import titles as titles_of
from service.catalogue.tables.columns import Kind
from service.database import models
from tests.bench.catalogue.library import CATALOGUE, Catalogue, decide, file_of
from tests.bench.ledger.conftest import Copy
from tests.unit.service.catalogue.records import KIEU, titles

HEAD = "number,title,author,control_number,item_type,home_point,withdrawn"
OTHER = replace(KIEU, fields=(replace(KIEU.fields[0], value="00018"), *KIEU.fields[1:-2]))


def marc_file(folder: Path, *records: MarcRecord) -> Path:
    return file_of(folder, b"".join(map(iso2709.write, records)))


def test_a_second_import_changes_nothing(catalogue: Catalogue, tmp_path: Path) -> None:
    path = marc_file(tmp_path, KIEU, OTHER)
    first = catalogue.import_marc(path)
    assert first.problems == []
    assert (first.count("titles").added, first.count("items").added) == (2, 2)
    before = catalogue.everything()
    second = catalogue.import_marc(path)
    assert second.count("titles") == second.count("items") == Count(unchanged=2)
    assert catalogue.everything() == before


def test_a_rehearsal_tells_the_same_and_writes_nothing(
    catalogue: Catalogue, tmp_path: Path
) -> None:
    path = marc_file(tmp_path, KIEU, OTHER)
    before = catalogue.everything()
    rehearsed = catalogue.import_marc(path, is_rehearsal=True)
    assert catalogue.everything() == before
    taken = catalogue.import_marc(path)
    assert rehearsed.outcome.counts == taken.outcome.counts


def test_a_changed_record_brings_its_title_up_to_date(catalogue: Catalogue, tmp_path: Path) -> None:
    catalogue.import_marc(marc_file(tmp_path, KIEU))
    other_name = data("245", ("a", "Đoạn trường tân thanh"))
    moved = data("952", ("p", "VV.00417"), ("a", "BX"))
    changed = MarcRecord(
        KIEU.leader, (*KIEU.without("245", "952", "020").fields, other_name, moved)
    )
    second = catalogue.import_marc(marc_file(tmp_path, changed))
    assert second.count("titles") == second.count("items") == Count(changed=1)
    assert catalogue.rows(models.titles, "title", "ddc") == [("Đoạn trường tân thanh", "895.92212")]
    assert catalogue.rows(models.isbns) == []
    columns = ("number", "home_point", "item_type", "shelf_mark")
    assert catalogue.rows(models.items, *columns)[0] == (
        "VV.00417", "BX", "book", "895.92212 NG527D",
    )  # fmt: skip
    assert catalogue.found("doan truong") == ["Đoạn trường tân thanh"]


def test_what_a_file_does_not_tell_stays_as_it_is(catalogue: Catalogue, tmp_path: Path) -> None:
    """A tagged set of three stays one when its record is imported again."""
    catalogue.import_marc(marc_file(tmp_path, KIEU))
    with catalogue.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE items SET tagged = TRUE, parts = 3, lost = TRUE")
    catalogue.import_marc(marc_file(tmp_path, KIEU))
    assert set(catalogue.rows(models.items, "tagged", "parts", "lost")) == {(True, 3, True)}


def test_bad_records_and_copies_are_told_and_good_ones_taken(
    catalogue: Catalogue, tmp_path: Path
) -> None:
    nameless = MarcRecord(KIEU.leader, (data("650", ("a", "x")),))
    nowhere = data("952", ("p", "VV.9"), ("a", "XX"), ("y", "book"))
    typeless = data("952", ("p", "VV.8"), ("a", "TV"))
    bad_copies = MarcRecord(KIEU.leader, (*OTHER.fields, nowhere, typeless))
    done = catalogue.import_marc(marc_file(tmp_path, nameless, bad_copies, KIEU, KIEU))
    assert done.problems == [
        (1, "record"),
        (4, "(VN-SK)00017"),
        (2, "VV.9"),
        (2, "VV.8"),
    ]
    assert "there are BX, SK, SK.01, TV" in done.texts[2]
    assert "[otherwise]" in done.texts[3]
    assert done.outcome.refused == 4
    assert [row[0] for row in catalogue.rows(models.items, "number")] == ["VV.00417", "VV.00418"]
    assert done.count("titles") == Count(added=2)


def test_one_number_in_two_records_stays_where_it_was_first(
    catalogue: Catalogue, tmp_path: Path
) -> None:
    copy = data("952", ("p", "VV.00417"), ("a", "TV"), ("y", "book"))
    thief = MarcRecord(KIEU.leader, (*OTHER.fields, copy))
    for _ in range(2):
        done = catalogue.import_marc(marc_file(tmp_path, KIEU, thief))
        assert done.problems == [(2, "VV.00417")]
        assert "file:1" in done.texts[0]
    assert catalogue.search("VV.00417").found[0].author == "Nguyễn, Du"
    assert done.count("items") == Count(unchanged=2)


def test_a_title_known_by_its_copies_gets_its_record(catalogue: Catalogue, tmp_path: Path) -> None:
    lines = [
        "number,title,author,item_type,home_point",
        'VV.00417,Truyện Kiều,"Nguyễn, Du",book,TV',
    ]
    catalogue.import_csv(Kind.ITEMS, file_of(tmp_path, lines))
    assert catalogue.import_marc(marc_file(tmp_path, KIEU)).problems == []
    assert catalogue.search("VV.00417").found[0].isbns == ("9786042112208",)


def test_lines_of_one_title_become_its_copies(catalogue: Catalogue, tmp_path: Path) -> None:
    path = file_of(
        tmp_path,
        [
            HEAD,
            "VV.1,Kiều,Nguyễn Du,,book,TV,0",
            "VV.2,Kiều,Nguyễn Du,,book,BX,1",
            "VV.3,Kiều,Nguyễn Du,17,book,BX,0",
            "VV.4,Kiều,Nguyễn Du,17,book,BX,0",
            "VV.5,Kiều truyện,Nguyễn Du,17,book,BX,0",
            "VV.6,Mồ côi,,,book,XX,0",
        ],
    )
    done = catalogue.import_csv(Kind.ITEMS, path)
    assert done.problems == [(6, "17"), (7, "VV.6")]
    assert set(catalogue.rows(models.titles, "title", "control_number")) == {
        ("Kiều", None),
        ("Kiều", "17"),
    }
    assert len(catalogue.rows(models.items)) == 4
    before = catalogue.everything()
    catalogue.import_csv(Kind.ITEMS, path)
    assert catalogue.everything() == before


def test_a_line_about_a_copy_of_a_title_with_a_record_keeps_the_title(
    catalogue: Catalogue, tmp_path: Path
) -> None:
    catalogue.import_marc(marc_file(tmp_path, KIEU))
    lines = ["number,title,author,home_point", 'VV.00417,Truyện Kiều,"Nguyễn, Du",BX']
    done = catalogue.import_csv(Kind.ITEMS, file_of(tmp_path, lines))
    assert done.count("items") == Count(changed=1)
    assert len(catalogue.rows(models.titles)) == 1
    assert len(catalogue.rows(models.marc_records)) == 1


def test_many_parts_of_a_file_are_one_import(catalogue: Catalogue, tmp_path: Path) -> None:
    lines = [f"N.{number},Sách {number % 70},,,book,TV,0" for number in range(450)]
    done = catalogue.import_csv(Kind.ITEMS, file_of(tmp_path, [HEAD, *lines]))
    assert done.count("items").added == 450
    assert done.count("titles").added == len(catalogue.rows(models.titles)) == 70


@settings(
    max_examples=5,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(
    st.lists(titles, max_size=8, unique_by=lambda entry: entry.control_number or named(entry)),
    st.booleans(),
)
def test_what_goes_out_comes_in_again(
    new_database: Copy,
    tmp_path: Path,
    entries: list[TitleEntry],
    as_xml: bool,
) -> None:
    """MARC: the same rows in an empty library, the kept record too. CSV: the same file again."""
    with an_empty(new_database) as source, an_empty(new_database) as again:
        source.take(entry(1, KIEU, mapping())[0], *without_repeated_copies(entries))
        records = [record_of(one) for one in titles_of(source.reader)]
        content = b"".join(map(iso2709.write, records))
        if as_xml:
            content = b"".join((marcxml.HEAD, *map(marcxml.write, records), marcxml.TAIL))
        assert again.import_marc(file_of(tmp_path, content)).problems == []
        for table in CATALOGUE:
            assert again.rows(table) == source.rows(table)
        copies = source.export_csv(Kind.ITEMS)
    with an_empty(new_database) as again:
        assert again.import_csv(Kind.ITEMS, file_of(tmp_path, copies)).problems == []
        assert again.export_csv(Kind.ITEMS) == copies


def named(entry: TitleEntry) -> str:
    return f"{entry.title}/{entry.author}"


def without_repeated_copies(entries: list[TitleEntry]) -> list[TitleEntry]:
    taken = {"VV.00417", "VV.00418"}
    made = []
    for one in entries:
        items = tuple(item for item in one.items if item.number not in taken)
        taken |= {item.number for item in items}
        made.append(replace(one, items=items))
    return made


@contextmanager
def an_empty(new_database: Copy) -> Iterator[Catalogue]:
    opened = Catalogue(new_database())
    decide(opened.engine)
    try:
        yield opened
    finally:
        opened.close()


@settings(
    max_examples=15,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(st.data())
def test_a_hostile_file_is_told_and_nothing_is_half_written(
    catalogue: Catalogue, tmp_path: Path, drawn: st.DataObject
) -> None:
    whole = bytearray(b"".join(iso2709.write(one) for one in (KIEU, OTHER, KIEU)))
    for _ in range(drawn.draw(st.integers(0, 6))):
        at = drawn.draw(st.integers(0, len(whole) - 1))
        whole[at : at + drawn.draw(st.integers(0, 3))] = drawn.draw(st.binary(max_size=3))
    done = catalogue.import_marc(file_of(tmp_path, bytes(whole)))
    assert done.outcome.refused == sum(not told for told in done.taken_flags)
    ((indexed,),) = catalogue.reader.all("SELECT count(*) FROM title_index")
    assert indexed == len(catalogue.rows(models.titles))
    again = catalogue.import_marc(file_of(tmp_path, bytes(whole)))
    assert not any(count.writes for count in again.outcome.counts.values())
