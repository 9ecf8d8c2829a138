"""Patrons and open loans of another system: taken once, and good for borrowing and returning."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from service.catalogue.entries import Count, LoanEntry
from service.catalogue.orders import TakeLoans, carry_out
from service.catalogue.tables.columns import Kind
from service.database import models
from service.protocol.operations import CheckIn, CheckOut, Renew
from service.protocol.replies import Lent, Refused, Renewed, Returned
from tests.bench.catalogue.library import Catalogue, file_of
from tests.bench.ledger.conftest import Copy
from tests.bench.ledger.library import CARDS, ITEMS, Library, fill

HEAD = "card,full_name,category,point,expires,older_cards,guardian_card,PIN"
LOANS = "number,card,opened,due"
OLD = f"{ITEMS[0]},{CARDS[0]},2026-02-20,06/03/2026"


@pytest.fixture
def both(new_database: Copy) -> Iterator[tuple[Library, Catalogue]]:
    """A ledger with copies and patrons, and the commands beside it."""
    url = new_database()
    catalogue = Catalogue(url)
    fill(catalogue.engine)
    library = Library(url)
    yield library, catalogue
    library.close()
    catalogue.close()


def people(folder: Path, *lines: str) -> Path:
    return file_of(folder, [HEAD, *lines])


def loan_of(number: str) -> LoanEntry:
    return LoanEntry(1, number, CARDS[0], "2026-02-20", date(2026, 3, 6))


ADULT = "04271936,Vàng A Mẫu,adult,TV,31/12/2027,04271900 lost,,1234"
CHILD = "04271952,Lý Mỷ Mẫu,adult,TV,31/12/2027,,04271936,"


def test_patrons_come_with_cards_and_guardians_and_without_pins(
    catalogue: Catalogue, tmp_path: Path
) -> None:
    done = catalogue.import_csv(Kind.PATRONS, people(tmp_path, ADULT, CHILD))
    assert done.problems == [(1, "PIN")]
    assert done.count("patrons") == Count(added=2)
    columns = ("full_name", "short_name", "pin_hash", "guardian")
    assert catalogue.rows(models.patrons, *columns) == [
        ("Lý Mỷ Mẫu", "L. M. MẪU", None, 1),
        ("Vàng A Mẫu", "V. A. MẪU", None, None),
    ]
    assert catalogue.rows(models.patron_cards, "number", "state") == [
        ("04271900", "lost"),
        ("04271936", "active"),
        ("04271952", "active"),
    ]
    before = catalogue.everything()
    again = catalogue.import_csv(Kind.PATRONS, people(tmp_path, ADULT, CHILD))
    assert again.count("patrons") == Count(unchanged=2)
    assert catalogue.everything() == before


def test_a_patron_is_known_by_an_older_card_and_has_one_active_card(
    catalogue: Catalogue, tmp_path: Path
) -> None:
    catalogue.import_csv(Kind.PATRONS, people(tmp_path, ADULT))
    renewed = "04999999,Vàng A Mẫu,adult,BX,31/12/2028,04271936 lost,,"
    done = catalogue.import_csv(Kind.PATRONS, people(tmp_path, renewed))
    assert done.count("patrons") == Count(changed=1)
    assert catalogue.rows(models.patron_cards, "number", "state") == [
        ("04271900", "lost"),
        ("04271936", "lost"),
        ("04999999", "active"),
    ]


def test_bad_patrons_are_told_without_naming_anybody(catalogue: Catalogue, tmp_path: Path) -> None:
    other = ADULT.replace("04271936", "05").replace("04271900", "06")
    catalogue.import_csv(Kind.PATRONS, people(tmp_path, ADULT, other))
    path = people(
        tmp_path,
        "07,Bàn Thị Mẫu,pupil,TV,31/12/2027,,,",
        "08,Bàn Thị Mẫu,adult,XX,31/12/2027,,,",
        "09,Bàn Thị Mẫu,adult,TV,31/12/2027,,0999,",
        "05,Bàn Thị Mẫu,adult,TV,31/12/2027,04271900 lost,,",
        ",Bàn Thị Mẫu,adult,TV,31/12/2027,,,",
        "10,Bàn Thị Mẫu,adult,TV,31/02/2027,,,",
        "11,Bàn Thị Mẫu,adult,TV,31/12/2027,,,",
        "11,Bàn Thị Mẫu,adult,TV,31/12/2027,,,",
    )
    done = catalogue.import_csv(Kind.PATRONS, path)
    assert sorted(done.problems) == [
        (1, "PIN"),
        (2, "category"),
        (3, "point"),
        (4, "guardian_card"),
        (5, "card"),
        (6, "card"),
        (7, "expires"),
        (9, "card"),
    ]
    assert done.count("patrons") == Count(added=1)
    told = " ".join(done.texts)
    for secret in ("Bàn", "Mẫu", "0999", "04271900"):
        assert secret not in told


def test_patrons_go_out_and_come_in_again(
    catalogue: Catalogue, tmp_path: Path, new_database: Copy
) -> None:
    late_guardian = "03,Cà Thị Mẫu,adult,TV,31/12/2027,,02,", "02,Cà Văn Mẫu,adult,TV,31/12/2027,,,"
    for _ in range(2):
        catalogue.import_csv(Kind.PATRONS, people(tmp_path, ADULT, CHILD, *late_guardian))
    content = catalogue.export_csv(Kind.PATRONS)
    assert content.count(b"\r\n") == 5
    again = Catalogue(new_database())
    with again.engine.begin() as connection, catalogue.engine.connect() as source:
        for table in (models.points, models.patron_categories):
            for row in source.execute(table.select()).mappings():
                connection.execute(table.insert(), dict(row))
    assert again.import_csv(Kind.PATRONS, file_of(tmp_path, content)).problems == []
    assert again.export_csv(Kind.PATRONS) == content
    again.close()


def test_an_imported_loan_is_renewed_and_returned_as_any_other(
    both: tuple[Library, Catalogue], tmp_path: Path
) -> None:
    library, catalogue = both
    path = file_of(tmp_path, [LOANS, OLD])
    assert catalogue.import_csv(Kind.LOANS, path).count("loans") == Count(added=1)
    library.ledger.loans_changed()
    (loan,) = library.rows(models.loans)
    assert (loan.state, loan.patron, loan.due.isoformat()) == ("open", 1, "2026-03-06")
    assert isinstance(library.send(1, CheckOut(ITEMS[0], CARDS[1])), Refused)
    assert isinstance(library.send(1, CheckOut(ITEMS[1], CARDS[1])), Lent)
    assert isinstance(library.send(1, Renew(ITEMS[0], CARDS[0])), Renewed)
    reply = library.send(2, CheckIn(ITEMS[0]))
    assert isinstance(reply, Returned)
    assert reply.was_on_loan


def test_what_came_back_is_not_lent_again_by_a_second_import(
    both: tuple[Library, Catalogue], tmp_path: Path
) -> None:
    library, catalogue = both
    path = file_of(tmp_path, [LOANS, OLD])
    catalogue.import_csv(Kind.LOANS, path)
    library.send(1, CheckIn(ITEMS[0]))
    again = catalogue.import_csv(Kind.LOANS, path)
    assert again.count("loans") == Count(unchanged=1)
    assert library.count(models.loans, state="open") == 0


def test_loans_that_cannot_be_are_told(both: tuple[Library, Catalogue], tmp_path: Path) -> None:
    library, catalogue = both
    library.send(1, CheckOut(ITEMS[2], CARDS[0]))
    library.send(1, CheckIn(ITEMS[3]))
    path = file_of(
        tmp_path,
        [
            LOANS,
            "X.1,card-1,2026-02-20,2026-03-06",
            f"{ITEMS[1]},nobody,2026-02-20,2026-03-06",
            f"{ITEMS[2]},card-1,2026-02-20,2026-03-06",
            f"{ITEMS[2]},card-2,2026-02-21,2026-03-06",
            f"{ITEMS[3]},card-1,2026-02-20,2026-03-06",
            f"{ITEMS[4]},card-1,2031-02-20,2031-03-06",
            f"{ITEMS[5]},card-1,20/02/2026 09:30,2026-03-06",
        ],
    )
    done = catalogue.import_csv(Kind.LOANS, path)
    told = dict(zip((at for at, _ in done.problems), done.texts, strict=True))
    wanted = {
        2: "no copy has this number",
        3: "no patron has this card",
        4: "this patron",
        5: "stands in file:4",
        6: "came back here",
        7: "in the future",
    }
    assert told.keys() == wanted.keys()
    for at, words in wanted.items():
        assert words in told[at]
    assert done.count("loans") == Count(added=1)


def test_open_loans_go_out_and_come_in_again(
    both: tuple[Library, Catalogue], tmp_path: Path, new_database: Copy
) -> None:
    library, catalogue = both
    for item in ITEMS[:3]:
        library.send(1, CheckOut(item, CARDS[0]))
    library.send(1, CheckIn(ITEMS[1]))
    content = catalogue.export_csv(Kind.LOANS)
    again = Catalogue(new_database())
    fill(again.engine)
    done = again.import_csv(Kind.LOANS, file_of(tmp_path, content))
    assert done.problems == []
    assert again.export_csv(Kind.LOANS) == content
    columns = ("item", "patron", "opened_at_ms", "due", "rule", "category", "point")
    rows = library.rows(models.loans, state="open")
    wanted = [tuple(getattr(row, name) for name in columns) for row in rows]
    assert again.rows(models.loans, *columns) == wanted
    again.close()


def test_the_ledger_numbers_loans_after_those_that_came_in(both: tuple[Library, Catalogue]) -> None:
    """Also when it has numbered some itself before."""
    library, catalogue = both
    library.send(1, CheckOut(ITEMS[1], CARDS[1]))
    order = TakeLoans((loan_of(ITEMS[0]), loan_of(ITEMS[2])), is_rehearsal=False)
    carry_out(catalogue.engine, order, library.now_ms)
    library.ledger.loans_changed()
    assert isinstance(library.send(1, CheckOut(ITEMS[5], CARDS[1])), Lent)
    assert [row.id for row in library.rows(models.loans)] == [1, 2, 3, 4]
