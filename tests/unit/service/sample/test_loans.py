"""Open loans and holds: as the rules would have given them, and nobody over a limit."""

from collections import Counter
from datetime import UTC, date, datetime, timedelta
from functools import cache
from itertools import chain
from random import Random

import pytest

from service.circulation.due_dates import local_day
from service.circulation.words import HoldState
from service.sample import known
from service.sample.collection import Copy, Title
from service.sample.lending import CATEGORIES, policy
from service.sample.loans import Circulation
from service.sample.points import TIME_ZONE
from service.sample.readers import Patron, patrons
from service.sample.size import Sample

# An ordinary Wednesday, a day in the Tet week, the first and the last day of a year.
DAYS = (date(2026, 11, 18), date(2027, 2, 8), date(2027, 1, 1), date(2026, 12, 31))
by_day = pytest.mark.parametrize("as_of", DAYS, ids=str)


@cache
def people(as_of: date) -> dict[int, Patron]:
    sample = Sample(4_000, 1, as_of)
    return {
        patron.id: patron for patron in patrons(sample.patrons, as_of, sample.chance("patrons"))
    }


@cache
def copies() -> dict[int, Copy]:
    sample = Sample(4_000, 1, DAYS[0])
    return {copy.id: copy for copy in chain.from_iterable(sample.collection())}


@cache
def circulation(as_of: date) -> Circulation:
    readers = list(people(as_of).values())
    made = Circulation(policy(as_of), as_of, readers, Sample(4_000, 1, as_of).chance("loans"))
    made.take(list(copies().values()))
    return made


@by_day
def test_each_loan_stands_on_one_claim_and_each_item_on_one_loan(as_of: date) -> None:
    loans = circulation(as_of).loans
    assert [loan.id for loan in loans] == list(range(1, len(loans) + 1))
    assert len({loan.item for loan in loans}) == len(loans) > 60
    assert [claim.loan for claim in circulation(as_of).claims] == [loan.id for loan in loans]
    assert len({claim.operation for claim in circulation(as_of).claims}) == len(loans)


@by_day
def test_only_what_may_be_lent_is_lent(as_of: date) -> None:
    for loan in circulation(as_of).loans:
        copy, patron = copies()[loan.item], people(as_of)[loan.patron or 0]
        rule = policy(as_of).rule_for(copy.home_point, patron.category, copy.item_type)
        assert rule is not None
        assert rule.for_loan
        assert rule.id == loan.rule
        assert True not in {copy.withdrawn, copy.lost, copy.not_for_loan}
        assert (loan.category, loan.item_type, loan.point) == (
            patron.category,
            copy.item_type,
            copy.home_point,
        )


@by_day
def test_nobody_is_over_a_limit_and_one_card_is_exactly_at_it(as_of: date) -> None:
    limits = {code: most for code, _, most, _ in CATEGORIES}
    rules = {rule.id: rule for rule in policy(as_of).rules.values()}
    by_patron = Counter(loan.patron for loan in circulation(as_of).loans)
    by_rule = Counter((loan.patron, loan.rule) for loan in circulation(as_of).loans)
    for number, count in by_patron.items():
        assert count <= limits[people(as_of)[number or 0].category]
    assert all(count <= rules[rule].max_loans for (_, rule), count in by_rule.items())
    at_limit = next(p for p in people(as_of).values() if p.card == known.AT_LIMIT)
    assert by_patron[at_limit.id] == limits["pupil"]


@by_day
def test_due_days_are_open_days_and_no_loan_began_in_the_future(as_of: date) -> None:
    made = policy(as_of)
    for loan in circulation(as_of).loans:
        opened = local_day(loan.opened_at_ms, TIME_ZONE)
        assert opened < as_of
        assert opened <= loan.due
        rule = next(rule for rule in made.rules.values() if rule.id == loan.rule)
        if rule.due_mode.value == "next-open" and as_of.year - 1 <= loan.due.year:
            assert not made.calendar.is_closed(made.way_up(loan.point), loan.due)


@by_day
def test_the_known_loans_are_due_as_described(as_of: date) -> None:
    by_number = {copies()[loan.item].number: loan for loan in circulation(as_of).loans}
    for item in known.ITEMS:
        assert (item.lent_to is not None) == (item.number in by_number)
    shift = timedelta(days=10)  # Tet closes the library for a week, Mondays around it
    wanted = as_of + timedelta(days=1)
    assert wanted <= by_number["VV.00613"].due <= wanted + shift
    assert as_of - shift <= by_number["VV.00614"].due < as_of
    assert by_number["VV.00615"].due < date(as_of.year, 1, 1)


@by_day
def test_overdue_loans_occur_and_are_the_fewer(as_of: date) -> None:
    loans = circulation(as_of).loans
    overdue = [loan for loan in loans if loan.due < as_of]
    assert 0 < len(overdue) < len(loans) / 2


@by_day
def test_holds_wait_for_what_is_lent_or_lie_on_the_shelf(as_of: date) -> None:
    made = circulation(as_of)
    lent_titles = {copies()[loan.item].title.id for loan in made.loans}
    borrowers = {(copies()[loan.item].title.id, loan.patron) for loan in made.loans}
    assert len({(hold.title, hold.patron) for hold in made.holds}) == len(made.holds) > 2
    for hold in made.holds:
        if hold.state is HoldState.ON_SHELF:
            assert copies()[hold.trapped or 0].number == "TN.22004"
        else:
            assert hold.title in lent_titles
        assert (hold.title, hold.patron) not in borrowers


def test_loans_begin_in_opening_hours() -> None:
    for loan in circulation(DAYS[0]).loans:
        assert 1 <= datetime.fromtimestamp(loan.opened_at_ms / 1000, UTC).hour <= 10


def test_nobody_reaches_a_limit_or_queues_twice_where_everything_is_lent_and_wanted(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("service.sample.loans._LENT_SHARE", 1.0)
    monkeypatch.setattr("service.sample.loans._QUEUED_SHARE", 0.5)
    as_of = DAYS[0]
    circulation.cache_clear()
    try:
        test_nobody_is_over_a_limit_and_one_card_is_exactly_at_it(as_of)
        test_holds_wait_for_what_is_lent_or_lie_on_the_shelf(as_of)
        test_only_what_may_be_lent_is_lent(as_of)
    finally:
        circulation.cache_clear()


def test_who_has_or_awaits_a_title_takes_no_other_copy_of_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("service.sample.loans._LENT_SHARE", 1.0)
    monkeypatch.setattr("service.sample.loans._QUEUED_SHARE", 0.5)
    as_of = DAYS[0]
    title = Title(1, "Khung cửi", "Thảo Nhiên", "895.92284")
    shelf = [Copy(n, f"VV.9{n:04d}", title, "book", "TV", tagged=True) for n in range(1, 60)]
    readers = list(people(as_of).values())[:40]
    made = Circulation(policy(as_of), as_of, readers, Random(1))
    made.take(shelf)
    met = [loan.patron for loan in made.loans] + [hold.patron for hold in made.holds]
    assert len(set(met)) == len(met) > 10
