"""One bad operation never stops its neighbours."""

import pytest

from service.circulation.words import AttentionKind
from service.database import models
from service.protocol.operations import Act, CancelCheckOut, CheckIn, CheckOut
from service.protocol.refusals import RefusalCode
from service.protocol.replies import Cancelled, Lent, Parked, Refused, Reply, Returned
from tests.bench.ledger.library import CARDS, ITEMS, Library, kinds

POISONED = ITEMS[41]

SQLITE_POISON = """
CREATE TRIGGER poison BEFORE INSERT ON loans WHEN NEW.item = 42
BEGIN SELECT RAISE(ABORT, 'poisoned'); END
"""
POSTGRESQL_POISON = """
CREATE FUNCTION poison() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN IF NEW.item = 42 THEN RAISE EXCEPTION 'poisoned'; END IF; RETURN NEW; END $$;
CREATE TRIGGER poison BEFORE INSERT ON loans FOR EACH ROW EXECUTE FUNCTION poison();
"""


@pytest.fixture
def poisoned(library: Library) -> Library:
    """No loan of the item 42 can be written, whatever the rules say."""
    sqlite = library.engine.dialect.name == "sqlite"
    library.do(SQLITE_POISON if sqlite else POSTGRESQL_POISON)
    library.do("UPDATE rules SET max_loans = 1000")
    library.restart()
    return library


def parked(library: Library) -> list[str]:
    lines = library.rows(models.attention, kind=AttentionKind.PARKED.value)
    return [line.item_number for line in lines]


def test_poisoned_operation_in_a_stack_of_a_hundred(poisoned: Library) -> None:
    """99 are answered by the same call."""
    stack = [poisoned.arrived(1 + n % 3, CheckOut(ITEMS[n], CARDS[n % 2])) for n in range(100)]
    # The patron of the poisoned one is CARDS[1]; later acts of that patron are parked with it.
    alone = poisoned.arrived(1, CheckOut(POISONED, CARDS[2]))
    stack[41] = alone
    replies = poisoned.apply(*stack)
    assert replies[41] == Parked()
    others = replies[:41] + replies[42:]
    assert all(isinstance(reply, Lent) for reply in others)
    assert poisoned.count(models.loans, state="open") == 99
    assert parked(poisoned) == [POISONED]
    assert poisoned.apply(*stack) == replies


@pytest.mark.parametrize(
    ("later", "reply"),
    [
        (CheckIn(POISONED), Parked()),
        (CheckOut(ITEMS[0], CARDS[0]), Parked()),
        (CheckIn(ITEMS[1]), None),
        (CheckOut(ITEMS[1], CARDS[1]), None),
    ],
)
def test_later_acts_on_the_same_item_or_patron_are_parked_with_it(
    poisoned: Library, later: Act, reply: Reply | None
) -> None:
    first = poisoned.arrived(1, CheckOut(POISONED, CARDS[0]))
    second = poisoned.arrived(2, later)
    answers = poisoned.apply(first, second)
    assert answers[0] == Parked()
    assert answers[1] == (reply or answers[1])
    assert (answers[1] == Parked()) is (reply == Parked())


def test_act_before_the_poisoned_one_on_the_same_patron_is_applied(poisoned: Library) -> None:
    good = poisoned.arrived(1, CheckOut(ITEMS[0], CARDS[0]))
    bad = poisoned.arrived(1, CheckOut(POISONED, CARDS[0]))
    assert list(kinds(poisoned.apply(good, bad))) == ["Lent", "Parked"]


def test_parked_check_out_can_be_cancelled_and_the_item_goes_on(poisoned: Library) -> None:
    bad = poisoned.arrived(1, CheckOut(POISONED, CARDS[0]))
    poisoned.apply(bad)
    name = bad.operation.operation
    assert poisoned.send(1, CancelCheckOut(name)) == Cancelled(name)
    assert isinstance(poisoned.send(1, CheckIn(POISONED)), Returned)


def test_rule_that_raises_refuses_its_own_operation_only(library: Library) -> None:
    """An item of a point whose time zone nobody knows."""
    library.do("UPDATE points SET time_zone = 'Atlantis/Capital' WHERE code = 'SK.01'")
    library.do("UPDATE items SET home_point = 'SK.01' WHERE id = 1")
    library.restart()
    bad = library.arrived(1, CheckOut(ITEMS[0], CARDS[0]))
    good = library.arrived(1, CheckOut(ITEMS[1], CARDS[0]))
    replies = library.apply(bad, good)
    assert replies[0] == Refused(RefusalCode.RULE_FAILED)
    assert isinstance(replies[1], Lent)
    (line,) = library.rows(models.attention)
    assert (line.kind, line.item_number) == ("rule-failed", ITEMS[0])
    assert library.apply(bad) == [Refused(RefusalCode.RULE_FAILED)]


def test_no_card_number_reaches_the_list_or_the_log(
    poisoned: Library, capsys: pytest.CaptureFixture[str]
) -> None:
    poisoned.apply(poisoned.arrived(1, CheckOut(POISONED, CARDS[0])))
    (line,) = poisoned.rows(models.attention)
    assert CARDS[0] not in f"{line}{capsys.readouterr()}"
