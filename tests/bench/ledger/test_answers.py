"""Questions: what is told, to whom, and that asking changes nothing."""

import threading
from collections.abc import Iterator
from datetime import date

import pytest
from msgspec.structs import replace

from service.answers import Answers
from service.database import models
from service.database.engine import open_reading_engine
from service.protocol.codec import encode
from service.protocol.operations import CancelCheckOut, CheckIn, CheckOut, ReportTag
from service.protocol.questions import AskItem, AskPatron
from service.protocol.refusals import RefusalCode
from service.protocol.replies import ItemAnswer, LoanLine, PatronAnswer, Refused
from tests.bench.ledger.library import CARDS, ITEMS, Library

DUE = date(2026, 3, 16)
ACCOUNT = AskPatron(CARDS[0], "1234")


@pytest.fixture
def answers(library: Library) -> Iterator[Answers]:
    engine = open_reading_engine(library.url)
    opened = Answers(engine, lambda: library.now_ms)
    yield opened
    opened.close()
    engine.dispose()


def test_item_on_loan_is_told_as_soon_as_it_was_answered(
    library: Library, answers: Answers
) -> None:
    def told() -> ItemAnswer:
        answer = answers.answer(1, AskItem(ITEMS[0]))
        assert isinstance(answer, ItemAnswer)
        return answer

    assert told().on_loan is False
    library.send(1, CheckOut(ITEMS[0], CARDS[0]))
    assert told() == ItemAnswer(
        ITEMS[0], "Sách 1", "A", tagged=True, parts=1, on_loan=True, listed=False
    )


def test_who_asks_closely_learns_when_and_where_it_was_moved_and_never_by_whom(
    library: Library, answers: Answers
) -> None:
    def told() -> ItemAnswer:
        answer = answers.answer(1, AskItem(ITEMS[0], closely=True))
        assert isinstance(answer, ItemAnswer)
        assert CARDS[0].encode() not in encode(answer)
        return answer

    assert (told().since_ms, told().last_move) == (None, None)
    library.send(1, CheckOut(ITEMS[0], CARDS[0]))
    lent = told()
    assert lent.last_move is not None
    assert lent.since_ms == lent.last_move.at_ms
    assert lent.last_move.act == "lent"
    library.send(2, CheckIn(ITEMS[0]))
    back = told()
    assert back.since_ms is None
    assert back.last_move is not None
    assert back.last_move.act == "returned"
    assert back.last_move.station != lent.last_move.station
    assert answers.answer(1, AskItem(ITEMS[0])) == replace(back, last_move=None)


def test_a_cancelled_check_out_moved_nothing(library: Library, answers: Answers) -> None:
    out = library.arrived(1, CheckOut(ITEMS[0], CARDS[0]))
    library.apply(out)
    library.send(1, CancelCheckOut(out.operation.operation))
    answer = answers.answer(1, AskItem(ITEMS[0], closely=True))
    assert isinstance(answer, ItemAnswer)
    assert (answer.on_loan, answer.since_ms, answer.last_move) == (False, None, None)


@pytest.mark.parametrize("finding", ["unproved", "lent-still-secured"])
def test_item_with_an_open_line_about_its_tag_is_listed(
    library: Library, answers: Answers, finding: str
) -> None:
    library.send(1, ReportTag(ITEMS[0], "E" * 16, finding))  # type: ignore[arg-type]
    listed = answers.answer(2, AskItem(ITEMS[0]))
    assert isinstance(listed, ItemAnswer)
    assert listed.listed
    library.send(2, ReportTag(ITEMS[0], "E" * 16, "secured-proved"))
    assert answers.answer(2, AskItem(ITEMS[0])) == ItemAnswer(
        ITEMS[0], "Sách 1", "A", tagged=True, parts=1, on_loan=False
    )


def test_unknown_item_and_unknown_card_are_refused(answers: Answers) -> None:
    assert answers.answer(1, AskItem("x\0")) == Refused(RefusalCode.ITEM_UNKNOWN)
    assert answers.answer(1, AskPatron("x")) == Refused(RefusalCode.PATRON_UNKNOWN)
    assert answers.pin_hash_of("x") is None


def test_card_alone_tells_no_loans(library: Library, answers: Answers) -> None:
    library.send(1, CheckOut(ITEMS[0], CARDS[0]))
    answer = answers.answer(1, AskPatron(CARDS[0]))
    assert answer == PatronAnswer("V. A. MẪU", None, open_loans=1, may_borrow=2)


def test_account_tells_loans_the_next_due_first(library: Library, answers: Answers) -> None:
    library.do("UPDATE patrons SET pin_hash = 'hashed'")
    for item in ITEMS[:2]:
        library.send(1, CheckOut(item, CARDS[0]))
    library.do("UPDATE loans SET due = '2026-03-05' WHERE item = 2")
    library.do("UPDATE loans SET renewals = 2 WHERE item = 1")
    library.now_ms += 86_400_000
    answer = answers.answer(1, ACCOUNT)
    assert isinstance(answer, PatronAnswer)
    assert answer.loans == (
        LoanLine(ITEMS[1], "Sách 2", "A", date(2026, 3, 5), renewable=True),
        LoanLine(ITEMS[0], "Sách 1", "A", DUE, renewable=False),
    )


def test_account_without_a_pin_set_is_not_opened(answers: Answers) -> None:
    assert answers.answer(1, ACCOUNT) == Refused(RefusalCode.PIN_NOT_SET)


@pytest.mark.parametrize(
    ("change", "hindrance"),
    [
        ("UPDATE patrons SET expires = '2026-03-01'", RefusalCode.PATRON_EXPIRED),
        ("UPDATE patrons SET may_not_borrow = true", RefusalCode.PATRON_BLOCKED),
        ("UPDATE patron_cards SET state = 'lost'", RefusalCode.CARD_LOST),
        ("UPDATE patron_categories SET max_loans = 0", RefusalCode.LIMIT_REACHED),
    ],
)
def test_hindrance_is_told_before_any_book_is_laid_down(
    library: Library, answers: Answers, change: str, hindrance: RefusalCode
) -> None:
    library.do(change)
    answer = answers.answer(1, AskPatron(CARDS[0]))
    assert isinstance(answer, PatronAnswer)
    assert (answer.hindrance, answer.may_borrow) == (hindrance, 0)


def test_lost_card_opens_no_account_even_with_the_right_pin(
    library: Library, answers: Answers
) -> None:
    library.do("UPDATE patrons SET pin_hash = 'hashed'")
    library.send(1, CheckOut(ITEMS[0], CARDS[0]))
    library.do("UPDATE patron_cards SET state = 'lost'")
    answer = answers.answer(1, ACCOUNT)
    assert isinstance(answer, PatronAnswer)
    assert answer.loans is None


def test_pin_hash_is_found_by_any_card_of_the_patron(library: Library, answers: Answers) -> None:
    library.do("UPDATE patrons SET pin_hash = 'hashed' WHERE id = 1")
    assert answers.pin_hash_of(CARDS[0]) == "hashed"
    assert answers.pin_hash_of(CARDS[1]) is None


def test_changed_rule_is_seen_by_ledger_and_answers_within_its_time(
    library: Library, answers: Answers
) -> None:
    answers.answer(1, AskPatron(CARDS[0]))
    library.do("UPDATE rules SET max_loans = 1")
    library.now_ms += 10_000
    answer = answers.answer(1, AskPatron(CARDS[0]))
    assert isinstance(answer, PatronAnswer)
    assert answer.may_borrow == 1
    library.send(1, CheckOut(ITEMS[0], CARDS[0]))
    assert library.send(1, CheckOut(ITEMS[1], CARDS[0])) == Refused(RefusalCode.LIMIT_REACHED)


def test_questions_from_several_threads_each_get_their_own_answer(
    library: Library, answers: Answers
) -> None:
    told: dict[int, list[object]] = {}

    def ask(number: int) -> None:
        question = AskItem(ITEMS[number])
        told[number] = [answers.answer(1, question) for _ in range(20)]

    threads = [threading.Thread(target=ask, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    for number, replies in told.items():
        assert len(replies) == 20
        assert {reply.item for reply in replies if isinstance(reply, ItemAnswer)} == {ITEMS[number]}


def test_questions_are_answered_while_a_set_is_being_written(
    library: Library, answers: Answers
) -> None:
    answers.answer(1, AskItem(ITEMS[0]))
    writer = library.ledger._store.writer
    writer.begin()
    writer.execute("UPDATE items SET shelf_mark = '2'")
    assert isinstance(answers.answer(1, AskItem(ITEMS[0])), ItemAnswer)
    writer.roll_back()
    assert library.count(models.items, shelf_mark="2") == 0
