"""Random acts of three stations, in sets, resent, held back and cancelled, against a model.

The model is a page long and knows nothing of the code: who has which item by which claims.
"""

from collections import defaultdict
from pathlib import Path
from shutil import copyfile, rmtree
from tempfile import mkdtemp
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule
from sqlalchemy import update

from service.arrived import Arrived
from service.circulation.facts import CheckedIn, Claim
from service.circulation.history import spans
from service.database import models
from service.database.engine import open_engine
from service.protocol.operations import CancelCheckOut, CheckIn, CheckOut
from service.protocol.replies import Reply
from tests.bench.ledger.databases import fast_folder
from tests.bench.ledger.library import CARDS, ITEMS, STATIONS, Library, fill, kinds

stations = st.sampled_from(STATIONS)
items = st.sampled_from(ITEMS[:4])
cards = st.sampled_from(CARDS[:2])
places = st.integers(0, 1_000)

MAX_LOANS = 2


class Model:
    """Who has what, and by which check-outs."""

    def __init__(self) -> None:
        self.holder: dict[str, str] = {}
        self.claims: dict[str, set[str]] = {}
        self.claimed: dict[str, set[str]] = {}
        self.withdrawn: set[str] = set()
        self.known: set[str] = set()

    def expect(self, one: Arrived) -> str:
        """The kind of reply, and what changes by it."""
        name, act = one.operation.operation, one.operation.act
        self.known.add(name)
        match act:
            case CheckOut(item, card):
                return self._out(name, item, card)
            case CheckIn(item):
                self.claims.pop(item, None)
                self.holder.pop(item, None)
                return "Returned"
            case CancelCheckOut(of):
                self._cancel(of)
                return "Cancelled"
            case _:
                raise AssertionError(act)

    def _out(self, name: str, item: str, card: str) -> str:
        if name in self.withdrawn:
            return "Withdrawn"
        if self.holder.get(item, card) != card:
            return "Refused"
        if item not in self.holder and list(self.holder.values()).count(card) >= MAX_LOANS:
            return "Refused"
        self.holder[item] = card
        self.claims.setdefault(item, set()).add(name)
        self.claimed[name] = self.claims[item]
        return "Lent"

    def _cancel(self, of: str) -> None:
        if of not in self.known:
            self.withdrawn.add(of)
        claims = self.claimed.pop(of, set())
        claims.discard(of)
        for item in [item for item, held in self.claims.items() if held is claims and not held]:
            del self.claims[item], self.holder[item]


class RandomActs(RuleBasedStateMachine):
    model_file: Path

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(mkdtemp(prefix="muontra-acts-", dir=fast_folder()))
        copyfile(self.model_file, self.folder / "library.db")
        self.library = Library(f"sqlite:///{self.folder / 'library.db'}")
        self.model = Model()
        self.waiting: list[Arrived] = []
        self.held_back: list[Arrived] = []
        self.outs: list[Arrived] = []
        self.answered: list[tuple[Arrived, Reply]] = []

    def teardown(self) -> None:
        self.library.close()
        rmtree(self.folder)

    @rule(station=stations, item=items, card=cards)
    def check_out(self, station: int, item: str, card: str) -> None:
        out = self.library.arrived(station, CheckOut(item, card), operation=uuid4().hex)
        self.outs.append(out)
        self.waiting.append(out)

    @rule(station=stations, item=items, card=cards)
    def check_out_that_is_late(self, station: int, item: str, card: str) -> None:
        self.check_out(station, item, card)
        self.held_back.append(self.waiting.pop())

    @rule(station=stations, item=items, card=cards)
    def cancel_overtakes_its_check_out(self, station: int, item: str, card: str) -> None:
        self.check_out_that_is_late(station, item, card)
        act = CancelCheckOut(self.outs[-1].operation.operation)
        self.waiting.append(self.library.arrived(station, act))

    @rule(station=stations, item=items)
    def check_in(self, station: int, item: str) -> None:
        self.waiting.append(self.library.arrived(station, CheckIn(item)))

    @rule(place=places)
    def cancel(self, place: int) -> None:
        if self.outs:
            out = self.outs[place % len(self.outs)]
            act = CancelCheckOut(out.operation.operation)
            self.waiting.append(self.library.arrived(out.station, act))

    @rule()
    def apply_together(self) -> None:
        self._send(self.waiting)
        self.waiting = []

    @rule()
    def apply_what_was_late(self) -> None:
        for one in self.held_back:
            self._send([one])
        self.held_back = []

    @rule(place=places)
    def resend(self, place: int) -> None:
        if self.answered:
            one, reply = self.answered[place % len(self.answered)]
            assert self.library.apply(one) == [reply]

    @rule()
    def restart(self) -> None:
        self.library.restart()

    @invariant()
    def loans_are_as_the_model_says(self) -> None:
        for card in CARDS[:2]:
            held = sorted(item for item, who in self.model.holder.items() if who == card)
            assert self.library.borrowed(card) == held
            assert len(held) <= MAX_LOANS

    @invariant()
    def loans_are_what_happened(self) -> None:
        """The loan table is the fold of all claims and check-ins of each item."""
        loans = {loan.id: loan for loan in self.library.rows(models.loans) if loan.state != "void"}
        happened: defaultdict[int, list[Claim | CheckedIn]] = defaultdict(list)
        for row in self.library.rows(models.claims, cancelled_at_ms=None):
            claim = Claim(*row)
            happened[loans[claim.loan].item].append(claim)
        for row in self.library.rows(models.check_ins):
            happened[row.item].append(CheckedIn(*row))
        told = [
            (item, span.patron, span.closed_at_ms)
            for item, events in happened.items()
            for span in spans(events, lambda claim: loans[claim.loan].patron)
        ]
        stored = [(loan.item, loan.patron, loan.closed_at_ms) for loan in loans.values()]
        assert sorted(told, key=str) == sorted(stored, key=str)

    def _send(self, arrived: list[Arrived]) -> None:
        expected = [self.model.expect(one) for one in arrived]
        replies = self.library.apply(*arrived)
        assert list(kinds(replies)) == expected
        self.answered += zip(arrived, replies, strict=True)


@pytest.mark.parametrize("examples", [40])
def test_random_acts_in_sets_match_the_model(
    sqlite_model: Path, tmp_path: Path, examples: int
) -> None:
    """Each set goes by its stations' own order, so the model takes it as it stands."""
    filled = tmp_path / "filled.db"
    copyfile(sqlite_model, filled)
    engine = open_engine(f"sqlite:///{filled}")
    fill(engine)
    with engine.begin() as connection:
        connection.execute(update(models.rules).values(max_loans=MAX_LOANS))
    engine.dispose()
    RandomActs.model_file = filled
    health = [HealthCheck.too_slow, HealthCheck.data_too_large]
    machine = RandomActs.TestCase
    machine.settings = settings(
        max_examples=examples, stateful_step_count=30, suppress_health_check=health, deadline=None
    )
    machine().runTest()
