"""Random acts of two kiosks on the same books and patrons over a lossy line.

The machine plays hands, patrons and the weather; what must hold is asked when all has come to rest.
A book needs half a second from one pad to another, as nobody carries it faster.
"""

import shutil
import sqlite3
from collections import Counter
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from random import Random
from tempfile import mkdtemp
from time import monotonic
from typing import Any, ClassVar

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule

from service.sample.known import ADULT, STUDENT
from tests.system.processes import ServiceProcess, StationProcess
from tests.system.relay import BLACK_HOLE, CLEAR, LATE, NO_ANSWERS, NO_LINE, SLOW, Relay, Way
from tests.system.rig import Kiosk, Rig, Template, states
from tests.waiting import eventually

CARDS = (ADULT, STUDENT)
SINGLES = ("VV.00417", "VV.00388", "VV.00402", "VV.00512")
SET_OF_THREE = "LC.00931"
ITEMS = (*SINGLES, SET_OF_THREE)
MAX_LOANS = 2
GOOD_DAYS = 0.7
WALK_SECONDS = 0.5
ANSWER_SECONDS, PATIENCE_SECONDS = 0.6, 0.9
AT_REST = {"done", "done-tag-open", "refused", "trouble", "part-missing", "put-back"}

WEATHERS = {
    "clear": CLEAR,
    "slow": SLOW,
    "late": LATE,
    "no answers": NO_ANSWERS,
    "black hole": BLACK_HOLE,
    "no line": NO_LINE,
}
OTHER_TROUBLES = ("cut", "cut soon up", "cut soon down", "kiosk power", "service power")
TROUBLES = ("none", "none", "clear", "clear", *WEATHERS, *OTHER_TROUBLES)
PURPOSES = ("borrow", "borrow", "return", "go on")
ENDINGS = ("finish", "finish", "leave", "stay", "book lifted too early")


class TwoKiosks(RuleBasedStateMachine):
    """`template`: a library with two stations. `planted`: faults of all processes.

    `tally`: how often each act was played, and what became of all loans.
    """

    template: ClassVar[Template]
    planted: ClassVar[tuple[str, ...]] = ()
    tally: ClassVar[Counter[str]] = Counter()

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(mkdtemp(prefix="muontra-two-"))
        self.rig = Rig(self.template, self.folder / "rig", answer_seconds=ANSWER_SECONDS)
        _lower_limits(self.rig.service.database)
        self.books = {item: self.rig.book(item) for item in SINGLES}
        self.books[SET_OF_THREE] = self.rig.book(SET_OF_THREE, parts=3)
        self.where: dict[str, int | None] = dict.fromkeys(ITEMS)
        self.lifted_at: dict[str, float] = {}
        self.acts: list[str] = []
        self._start_everything()

    def _start_everything(self) -> None:
        rig = self.rig
        for process in (rig.service, *(kiosk.station for kiosk in rig.kiosks)):
            process.planted = self.planted
        self.relays: list[Relay] = [rig.relay(kiosk) for kiosk in rig.kiosks]
        rig.service.start()
        for kiosk in rig.kiosks:
            kiosk.start()

    def teardown(self) -> None:
        try:
            broken = self.verdict()
            self._count()
            assert not broken, "\n".join([*broken, "after:", *self.acts])
        finally:
            self.rig.close()
        shutil.rmtree(self.folder)

    def verdict(self) -> list[str]:
        """What was promised and is not so, before and after each tag was seen again."""
        for relay in self.relays:
            relay.weather(CLEAR)
        return self.rig.come_to_rest() or self.rig.see_all_tags()

    def _count(self) -> None:
        for item in ITEMS:
            self.tally.update(f"loan {state}" for state, _, _ in self.rig.loans(item))
            self.tally.update(f"listed {kind}" for kind in self.rig.listed(item))
        self.tally["line cut"] += sum(relay.cuts for relay in self.relays)
        self.tally["examples"] += 1

    def _did(self, act: str, *words: object) -> None:
        self.tally[act] += 1
        self.acts.append(" ".join(str(word) for word in (act, *words)))

    @initialize()
    def nobody_hears_of_the_first_loan(self) -> None:
        """So that every run has a loan that must be taken back, whatever chance brings later."""
        book = SINGLES[0]
        self.show_card(0, ADULT)
        self.trouble_comes(0, "no answers")
        self.lay(0, book)
        eventually(lambda: self.rig.loans(book), 10, "loan that nobody heard of")
        self.settle_down(0)
        self._end_visit(0, "leave")

    @rule(drawn=st.integers(0, 1 << 64))
    def visit(self, drawn: int) -> None:
        """Somebody comes with books, trouble comes in the middle of it, the visit ends somehow.

        Hypothesis likes to draw the same small numbers; equal visits would find little.
        """
        chance = Random(f"{drawn} after {len(self.acts)} acts")
        number, purpose = chance.randrange(2), chance.choice(PURPOSES)
        stack = chance.sample(ITEMS, chance.choice((1, 1, 2, 3)))
        if chance.random() < GOOD_DAYS:
            self._a_fresh_start(number)
        if purpose == "borrow":
            self.show_card(number, chance.choice(CARDS))
        elif purpose == "return":
            self._did("return at", number)
            self.rig.kiosks[number].station.do("ChooseReturn")
        self.lay(number, *stack)
        self.trouble_comes(number, chance.choice(TROUBLES), chance.randrange(1, 2_000))
        ending = chance.choice(ENDINGS)
        if ending == "book lifted too early":
            self.lift(stack[0])
        self.settle_down(number)
        self._end_visit(number, ending)

    def _a_fresh_start(self, number: int) -> None:
        """The last visitor has gone and the line works."""
        self.relays[number].weather(CLEAR)
        kiosk = self.rig.kiosks[number]
        for intent in ("Leave", "Finish"):
            kiosk.station.do(intent)
        self._wait_a_little(kiosk, lambda view: view["kind"] == "StartView" and view["online"])

    def trouble_comes(self, number: int, trouble: str, bytes_left: int = 200) -> None:
        self._did(trouble, number)
        if trouble in WEATHERS:
            self.relays[number].weather(WEATHERS[trouble])
        elif trouble == "cut":
            self.relays[number].cut()
        elif trouble.startswith("cut soon"):
            way: Way = "up" if trouble.endswith("up") else "down"
            self.relays[number].cut_after(way, bytes_left)
        elif trouble == "kiosk power":
            self._restart(self.rig.kiosks[number].station)
        elif trouble == "service power":
            self._restart(self.rig.service)

    def lay(self, number: int, *items: str) -> None:
        """Books from the shelf, or carried over from the other pad."""
        brought = [item for item in items if self.where[item] != number]
        self.lift(*brought)
        arrive = max((self.lifted_at.get(item, 0.0) for item in brought), default=0.0)
        eventually(lambda: monotonic() >= arrive + WALK_SECONDS, 5, "walk over")
        for item in brought:
            self._did("lay on", number, item)
            self.rig.kiosks[number].lay(*self.books[item])
            self.where[item] = number

    def lift(self, *items: str) -> None:
        for number, kiosk in enumerate(self.rig.kiosks):
            lifted = [item for item in items if self.where[item] == number]
            if lifted:
                self._did("lift from", number, *lifted)
                kiosk.carry_away(*(tag for item in lifted for tag in self.books[item]))
            for item in lifted:
                self.where[item] = None
                self.lifted_at[item] = monotonic()

    def show_card(self, number: int, card: str) -> None:
        """Somebody types a card number, if the kiosk is free."""
        kiosk = self.rig.kiosks[number]
        if kiosk.station.view["kind"] not in {"StartView", "WhoView", "FarewellView"}:
            return
        self._did("card at", number, card)
        for order in ("ChooseBorrow", "ChooseTyping"):
            kiosk.station.do(order)
        kiosk.station.do("NumberTyped", number=card)
        self._wait_a_little(kiosk, lambda view: view["kind"] == "BorrowView")

    def settle_down(self, number: int) -> None:
        """Wait until the screen tells of everything that lies there, but not for long."""
        here = {item for item, place in self.where.items() if place == number}

        def settled(view: dict[str, Any]) -> bool:
            if view["kind"] not in {"BorrowView", "ReturnView"}:
                return True
            told = states(view)
            return here <= told.keys() and set(told.values()) <= AT_REST

        self._wait_a_little(self.rig.kiosks[number], settled)

    def _end_visit(self, number: int, ending: str) -> None:
        self._did(ending, number)
        kiosk = self.rig.kiosks[number]
        if ending == "finish":
            kiosk.station.do("Finish")
            self._wait_a_little(kiosk, lambda view: view["kind"] == "FarewellView")
            kiosk.station.do("Finish")
        elif ending == "leave":
            kiosk.station.do("Leave")

    def _restart(self, process: ServiceProcess | StationProcess) -> None:
        process.kill()
        process.start()

    def _wait_a_little(self, kiosk: Kiosk, condition: Callable[[dict[str, Any]], bool]) -> None:
        enough = monotonic() + PATIENCE_SECONDS
        kiosk.station.until(
            lambda view: monotonic() > enough or condition(view), 30, "end of patience"
        )


def _lower_limits(database: Path) -> None:
    """So that two loans make a patron full: the limit is met all the time."""
    with closing(sqlite3.connect(database)) as connection, connection:
        connection.execute("UPDATE patron_categories SET max_loans = ?", (MAX_LOANS,))
