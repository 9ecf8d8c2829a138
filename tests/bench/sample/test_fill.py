"""A sample in real databases: the same everywhere, all or nothing, and the ledger lends from it."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, func, insert, select

from service.answers import Answers
from service.database import models
from service.database.engine import open_engine
from service.database.migrate import upgrade_engine
from service.pins import pin_matches
from service.protocol.operations import CheckIn, CheckOut
from service.protocol.questions import AskItem, AskPatron
from service.protocol.refusals import RefusalCode
from service.protocol.replies import (
    Destination,
    ItemAnswer,
    Lent,
    PatronAnswer,
    Refused,
    Reply,
    Returned,
)
from service.sample import known
from service.sample.fill import NotEmpty, fill
from service.sample.points import ROOT
from service.sample.size import Sample
from tests.bench.ledger.library import NOON_MS, TODAY, Library

SAMPLE = Sample(400, 1, TODAY)
FILLED = (
    models.points,
    models.calendar_weekly,
    models.calendar_exception,
    models.patron_categories,
    models.item_types,
    models.rules,
    models.patrons,
    models.patron_cards,
    models.titles,
    models.items,
    models.stations,
    models.loans,
    models.claims,
    models.holds,
)


def fill_quietly(engine: Engine, sample: Sample = SAMPLE) -> None:
    fill(engine, sample, lambda _: None)


def content(engine: Engine) -> dict[str, list[tuple[Any, ...]]]:
    with engine.connect() as connection:
        return {
            table.name: sorted(map(tuple, connection.execute(select(table))), key=repr)
            for table in FILLED
        }


def test_the_same_seed_and_day_write_the_same_rows_into_both_databases(
    sqlite_engine: Engine, postgresql_engine: Engine
) -> None:
    fill_quietly(sqlite_engine)
    fill_quietly(postgresql_engine)
    assert content(sqlite_engine) == content(postgresql_engine)


def test_the_same_sample_is_the_same_file_byte_for_byte(tmp_path: Path) -> None:
    files = [tmp_path / "first.db", tmp_path / "second.db"]
    for file in files:
        engine = open_engine(f"sqlite:///{file}")
        upgrade_engine(engine)
        fill_quietly(engine)
        engine.dispose()
    assert files[0].read_bytes() == files[1].read_bytes()


@pytest.mark.parametrize("other", [Sample(400, 2, TODAY), Sample(400, 1, date(2026, 3, 3))])
def test_another_seed_or_day_writes_another_library(tmp_path: Path, other: Sample) -> None:
    contents = []
    for number, sample in enumerate((SAMPLE, other)):
        engine = open_engine(f"sqlite:///{tmp_path / str(number)}")
        upgrade_engine(engine)
        fill_quietly(engine, sample)
        contents.append(content(engine))
        engine.dispose()
    assert contents[0]["loans"] != contents[1]["loans"]
    assert contents[0]["points"] == contents[1]["points"]


def test_counts_are_those_that_were_asked_for(engine: Engine) -> None:
    written: list[int] = []
    fill(engine, SAMPLE, written.append)
    counted = {name: len(rows) for name, rows in content(engine).items()}
    assert counted["items"] == SAMPLE.copies
    assert counted["titles"] == SAMPLE.titles
    assert counted["patrons"] == SAMPLE.patrons
    assert sum(written) == SAMPLE.copies + SAMPLE.titles + SAMPLE.patrons


def test_a_library_that_is_there_is_refused_and_left_as_it_is(engine: Engine) -> None:
    fill_quietly(engine)
    before = content(engine)
    with pytest.raises(NotEmpty):
        fill_quietly(engine, Sample(400, 2, TODAY))
    assert content(engine) == before


def test_filling_that_ends_in_the_middle_leaves_nothing_behind(engine: Engine) -> None:
    before = content(engine)
    written: list[int] = []

    def cut_in_the_items(rows: int) -> None:
        written.append(rows)
        if sum(written) > SAMPLE.patrons + SAMPLE.titles:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        fill(engine, SAMPLE, cut_in_the_items)
    assert content(engine) == before


def test_new_rows_are_numbered_after_those_of_the_sample(engine: Engine) -> None:
    fill_quietly(engine)
    title = {"title": "Sách mới", "author": "Mộc Khê", "ddc": "000", "search_key": "sach moi"}
    with engine.begin() as connection:
        new = connection.execute(insert(models.titles).values(title)).inserted_primary_key
        assert new is not None
        assert new[0] == connection.scalar(select(func.max(models.titles.c.id))) == 161


class Desk:
    """A desk that is enrolled after the sample was made."""

    def __init__(self, engine: Engine) -> None:
        self.library = Library(engine.url.render_as_string(hide_password=False))
        row = {"public_key": "k" * 40, "name": "Quầy 1", "point": ROOT, "enrolled_at_ms": 0}
        with engine.begin() as connection:
            new = connection.execute(insert(models.stations).values(row)).inserted_primary_key
        self.station = int(new[0]) if new else 0

    def lend(self, item: str, card: str) -> Reply:
        return self.library.send(self.station, CheckOut(item, card))


@pytest.fixture
def desk(engine: Engine) -> Iterator[Desk]:
    fill_quietly(engine)
    opened = Desk(engine)
    yield opened
    opened.library.close()


def test_the_five_books_of_the_demo_are_lent_to_the_adult_for_a_fortnight(desk: Desk) -> None:
    for item in known.DEMO_SHELF[:5]:
        reply = desk.lend(item, known.ADULT)
        assert isinstance(reply, Lent)
        assert reply.due == date(2026, 3, 17)  # a fortnight from Monday is a closed Monday


REFUSED = {
    ("VV.00417", known.EXPIRED): RefusalCode.PATRON_EXPIRED,
    ("VV.00417", known.BLOCKED): RefusalCode.PATRON_BLOCKED,
    ("VV.00417", known.LOST_CARD): RefusalCode.CARD_LOST,
    ("VV.00417", known.AT_LIMIT): RefusalCode.LIMIT_REACHED,
    ("VV.00417", "04271935"): RefusalCode.PATRON_UNKNOWN,
    ("TN.22004", known.ADULT): RefusalCode.HELD_FOR_ANOTHER,
    ("TK.00007", known.ADULT): RefusalCode.NOT_FOR_LOAN,
    ("VV.00021", known.ADULT): RefusalCode.ITEM_WITHDRAWN,
    ("VV.00022", known.ADULT): RefusalCode.ITEM_LOST,
    ("VV.00613", known.ADULT): RefusalCode.ON_LOAN_TO_ANOTHER,
    ("ZZ.00001", known.ADULT): RefusalCode.ITEM_UNKNOWN,
}


def test_known_cards_and_items_are_refused_as_they_are_described(desk: Desk) -> None:
    replies = {asked: desk.lend(*asked) for asked in REFUSED}
    assert replies == {asked: Refused(code) for asked, code in REFUSED.items()}


@pytest.mark.parametrize(
    ("item", "card"),
    [
        ("TN.22004", known.WITH_HOLDS),
        ("LC.00931", known.NEW_CARD),
        ("VN.00012", known.CHILD),
        ("VV.00417", known.STUDENT),
        ("VV.00417", known.STAFF),
        ("VV.00417", known.WITHOUT_PIN),
        ("LC.01188", known.BOX_ACCOUNT),
    ],
)
def test_the_other_known_cards_may_borrow(desk: Desk, item: str, card: str) -> None:
    assert isinstance(desk.lend(item, card), Lent)


def test_known_loans_come_back_to_where_they_are_waited_for(desk: Desk) -> None:
    back = desk.library.send(desk.station, CheckIn("TN.00208"))
    assert isinstance(back, Returned)
    assert back.was_on_loan
    assert back.destination is Destination.HOLD_SHELF
    plain = desk.library.send(desk.station, CheckIn("VV.00613"))
    assert isinstance(plain, Returned)
    assert plain.destination is Destination.SHELF


@pytest.fixture
def answers(sqlite_engine: Engine) -> Answers:
    fill_quietly(sqlite_engine)
    return Answers(sqlite_engine, lambda: NOON_MS)


def test_the_account_shows_three_loans_and_its_pin_is_the_end_of_the_card(answers: Answers) -> None:
    answer = answers.answer(1, AskPatron(known.WITH_LOANS, "1944"))
    assert isinstance(answer, PatronAnswer)
    assert answer.short_name == "L. T. MẪU"
    assert answer.open_loans == 3
    assert pin_matches(answers.pin_hash_of(known.WITH_LOANS) or "", "1944")
    assert answers.pin_hash_of(known.WITHOUT_PIN) is None


def test_the_set_has_three_tagged_parts(answers: Answers) -> None:
    answer = answers.answer(1, AskItem("LC.00931"))
    assert isinstance(answer, ItemAnswer)
    assert (answer.tagged, answer.parts, answer.on_loan) == (True, 3, False)
