"""A foreign system at its worst: slow, silent after the deed, killed between, forgetful."""

from time import monotonic

import pytest

from service.backends.foreign.questions import ForeignQuestions
from service.backends.port import Questions
from service.database import models
from service.protocol.operations import CancelCheckOut, CheckIn, CheckOut, Renew, ReportTag
from service.protocol.questions import AskItem, AskPatron
from service.protocol.refusals import RefusalCode
from service.protocol.replies import (
    Cancelled,
    ItemAnswer,
    Lent,
    Noted,
    PatronAnswer,
    Refused,
    Returned,
    TryLater,
    Withdrawn,
)
from tests.bench.backends.behind import PATIENCE_SECONDS, Behind
from tests.bench.backends.foreign_fake import ForeignFake
from tests.bench.ledger.library import CARDS, ITEMS

OUT = CheckOut(ITEMS[0], CARDS[0])


def test_slow_system_stalls_nobody(foreign: Behind, system: ForeignFake) -> None:
    """While a check-out hangs, another station's report is answered in the same call."""
    system.open_gate.clear()
    out = foreign.arrived(1, OUT)
    report = foreign.arrived(2, ReportTag(ITEMS[5], "E" * 16, "secured-proved"))
    begun = monotonic()
    assert foreign.backend.apply([out, report]) == [TryLater(), Noted()]
    assert monotonic() - begun < PATIENCE_SECONDS + 5
    assert foreign.backend.apply([out]) == [TryLater()]
    system.open_gate.set()
    (lent,) = foreign.apply(out)
    assert isinstance(lent, Lent)
    assert system.done == {"check-out": 1}


def test_answer_lost_after_the_deed_is_looked_up_and_not_sent_again(
    foreign: Behind, system: ForeignFake
) -> None:
    system.answers_to_lose = 1
    out = foreign.arrived(1, OUT)
    assert foreign.backend.apply([out]) == [TryLater()]
    (lent,) = foreign.apply(out)
    assert isinstance(lent, Lent)
    assert not lent.already_yours
    assert system.done == {"check-out": 1}


def test_service_killed_between_deed_and_answer(foreign: Behind, system: ForeignFake) -> None:
    system.answers_to_lose = 1
    out = foreign.arrived(1, OUT)
    foreign.backend.apply([out])
    foreign.restart()
    (lent,) = foreign.apply(out)
    assert isinstance(lent, Lent)
    assert not lent.already_yours
    assert system.done == {"check-out": 1}


def test_lost_answer_of_a_return_books_it_once_for_the_patron(
    foreign: Behind, system: ForeignFake
) -> None:
    foreign.send(1, OUT)
    system.answers_to_lose = 1
    back = foreign.arrived(1, CheckIn(ITEMS[0]))
    assert foreign.backend.apply([back]) == [TryLater()]
    (returned,) = foreign.apply(back)
    assert isinstance(returned, Returned)
    assert returned.was_on_loan
    assert foreign.holder(ITEMS[0]) is None


def test_renewal_without_an_answer_is_never_repeated(foreign: Behind, system: ForeignFake) -> None:
    foreign.send(1, OUT)
    system.answers_to_lose = 1
    renew = foreign.arrived(1, Renew(ITEMS[0], CARDS[0]))
    assert foreign.backend.apply([renew]) == [TryLater()]
    assert foreign.apply(renew) == [Refused(RefusalCode.BACKEND_SILENT)]
    assert system.done["renewal"] == 1


def test_system_without_due_dates_gets_the_usual_one(foreign: Behind, system: ForeignFake) -> None:
    system.tells_dates = False
    lent = foreign.send(1, OUT)
    assert isinstance(lent, Lent)
    assert (lent.due.isoformat()) == "2026-03-16"


def test_silent_system_keeps_acts_in_order_until_it_speaks(
    foreign: Behind, system: ForeignFake
) -> None:
    system.is_silent = True
    out = foreign.arrived(1, OUT)
    back = foreign.arrived(2, CheckIn(ITEMS[0]))
    assert foreign.backend.apply([out, back]) == [TryLater(), TryLater()]
    foreign.restart()
    assert foreign.backend.apply([back]) == [TryLater()]
    system.is_silent = False
    replies = foreign.apply(back, out)
    assert [type(reply) for reply in replies] == [Returned, Lent]
    assert foreign.holder(ITEMS[0]) is None


def test_act_that_waits_can_be_withdrawn_and_is_never_sent(
    foreign: Behind, system: ForeignFake
) -> None:
    system.open_gate.clear()
    head = foreign.arrived(2, CheckOut(ITEMS[1], CARDS[1]))
    out = foreign.arrived(1, OUT)
    foreign.backend.apply([head, out])
    name = out.operation.operation
    cancel = foreign.arrived(1, CancelCheckOut(name))
    assert foreign.backend.apply([cancel]) == [Cancelled(name)]
    system.open_gate.set()
    foreign.apply(head)
    assert foreign.apply(out) == [Withdrawn()]
    assert foreign.holder(ITEMS[0]) is None
    assert system.done == {"check-out": 1}


def test_cancel_of_an_act_without_an_answer_waits_for_it_and_undoes_it(
    foreign: Behind, system: ForeignFake
) -> None:
    system.answers_to_lose = 1
    out = foreign.arrived(1, OUT)
    cancel = foreign.arrived(1, CancelCheckOut(out.operation.operation))
    foreign.backend.apply([out])
    foreign.apply(cancel)
    assert foreign.holder(ITEMS[0]) is None
    assert system.done == {"check-out": 1, "check-in": 1}


def test_system_that_forgot_a_loan_is_not_made_to_lend_it_again(
    foreign: Behind, system: ForeignFake
) -> None:
    out = foreign.arrived(1, OUT)
    first = foreign.apply(out)
    system.forget(ITEMS[0])
    assert foreign.apply(out) == first
    assert system.done == {"check-out": 1}
    foreign.send(1, CancelCheckOut(out.operation.operation))
    assert system.done == {"check-out": 1}


def test_driver_that_breaks_is_like_a_silent_system(
    foreign: Behind, system: ForeignFake, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as broken:
        broken.setattr(system, "item", None)
        assert foreign.backend.apply([foreign.arrived(1, OUT)]) == [TryLater()]
    assert isinstance(foreign.send(2, CheckIn(ITEMS[0])), Returned)


def test_card_numbers_are_kept_as_long_as_a_cancel_may_need_them(foreign: Behind) -> None:
    out = foreign.arrived(1, OUT)
    foreign.apply(out)
    foreign.send(1, CheckIn(ITEMS[0]))
    with foreign.engine.connect() as connection:
        for table in (models.foreign_acts, models.foreign_claims):
            assert connection.execute(table.select()).all() == []


def test_questions_go_to_the_system(system: ForeignFake) -> None:
    questions: Questions = ForeignQuestions(system)
    assert questions.answer(1, AskItem("x")) == Refused(RefusalCode.ITEM_UNKNOWN)
    assert questions.answer(1, AskItem(ITEMS[0])) == ItemAnswer(
        ITEMS[0], "Sách 1", "A", tagged=True, parts=1, on_loan=False
    )
    assert isinstance(questions.answer(1, AskPatron(CARDS[0])), PatronAnswer)
    assert questions.answer(1, AskPatron("x")) == Refused(RefusalCode.PATRON_UNKNOWN)
    assert questions.pin_hash_of(CARDS[0]) is None
    system.is_silent = True
    assert questions.answer(1, AskItem(ITEMS[0])) == Refused(RefusalCode.BACKEND_SILENT)
