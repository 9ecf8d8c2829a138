"""One patron's visit, played through X events and the simulated desk, and judged afterwards."""

import sqlite3
from collections.abc import Callable
from dataclasses import dataclass, field

from drivers.simulators.bench_client import BenchClient
from drivers.simulators.bench_protocol import Lay, Lift, Scan
from kiosk.demo.programs import Folders
from kiosk.demo.screen import Screen

CARD = "04271936"
BOOKS = ("VV.00417", "VV.00388", "VV.00402", "TK.00103", "VV.00512")
SECURED, RELEASED = 0x07, 0xC2

Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class BookState:
    """One book after one half of the visit."""

    item: str
    title: str
    told: str
    loan: str
    due: str
    afi: int
    kept: bool


@dataclass(slots=True)
class Visit:
    """Plays the visit; `borrowed` and `returned` are what was found after each half."""

    folders: Folders
    bench: BenchClient
    screen: Screen
    say: Say
    borrowed: list[BookState] = field(default_factory=list)
    returned: list[BookState] = field(default_factory=list)
    receipt: tuple[str, ...] = ()

    def play(self) -> None:
        """Borrow a stack of five, take it away; bring it back later."""
        self.screen.wait(lambda s: s.kind == "StartView" and s.online, "the start, online", 40)
        self._picture("start", "The kiosk stands at its start screen")
        self._borrow()
        self.borrowed = self._judge("lent", RELEASED)
        self._return()
        self.returned = self._judge("returned", SECURED)

    @property
    def kept(self) -> bool:
        """Whether promises 1 and 2 held for every book, both times."""
        both = self.borrowed + self.returned
        return len(both) == 2 * len(BOOKS) and all(book.kept for book in both)

    def _borrow(self) -> None:
        self._touch("ChooseBorrow", "WhoView", "touches “Mượn sách”")
        self._picture("who-are-you", "The kiosk asks who is there")
        self.say("holds the card before the scanner")
        self.bench.ask(Scan(text=CARD))
        self.screen.wait(lambda s: s.kind == "BorrowView", "the borrow screen")
        self.say("lays a stack of five books on the pad")
        self.bench.ask(Lay(items=BOOKS))
        self._wait_done("lent")
        self._picture("borrowed", "All five are lent, their tags released")
        self._touch("Finish", "FarewellView", "touches “Xong”")
        self.say("asks for the receipt")
        self.screen.touch_until("ShowReceipt", lambda s: s.view.get("receipt"), "the receipt")
        self.receipt = tuple(self.screen.view["receipt"])
        self._picture("receipt", "The receipt on the screen")
        self._leave("takes the books away")

    def _return(self) -> None:
        self._touch("ChooseReturn", "ReturnView", "comes back and touches “Trả sách”")
        self.say("lays the five books on the pad")
        self.bench.ask(Lay(items=BOOKS))
        self._wait_done("returned")
        self._picture("returned", "All five are returned, their tags secured")
        self._touch("Finish", "FarewellView", "touches “Xong”")
        self._picture("farewell", "The kiosk says thank you")
        self._leave("goes home")

    def _touch(self, intent: str, then: str, what: str) -> None:
        self.say(what)
        self.screen.touch_until(intent, lambda s: s.kind == then, then)

    def _leave(self, what: str) -> None:
        self.say(what)
        self.bench.ask(Lift(items=BOOKS))
        self.screen.touch_until("Finish", lambda s: s.kind == "StartView", "the start again")

    def _wait_done(self, what: str) -> None:
        def done(screen: Screen) -> bool:
            states = screen.states()
            return set(BOOKS) <= set(states) and set(states.values()) == {"done"}

        self.screen.wait(done, f"five books {what}")
        for item in BOOKS:
            self.say(f"  {item} is {what}")

    def _picture(self, name: str, what: str) -> None:
        path = self.screen.picture(name)
        self.say(f"{what} → {path.name}")

    def _judge(self, told: str, afi: int) -> list[BookState]:
        """Hold what was drawn against the service's database and the tags themselves."""
        shown = told_of(self.screen, told)
        loans = open_loans(self.folders)
        tags = self.bench.tags()
        return [
            BookState(
                item=item,
                title=shown.get(item, "?"),
                told=told if item in shown else "nothing",
                loan="open" if item in loans else "none",
                due=loans.get(item, ""),
                afi=tags[item].memory.afi,
                kept=item in shown
                and (item in loans) == (told == "lent")
                and tags[item].memory.afi == afi,
            )
            for item in BOOKS
        ]


def told_of(screen: Screen, told: str) -> dict[str, str]:
    """Titles by accession number of what frames that were truly drawn told as done."""
    kind = {"lent": "BorrowView", "returned": "ReturnView"}[told]
    return {
        line["accession"]: line["title"]
        for frame in screen.frames
        if frame["kind"] == kind
        for line in frame["frame"]["view"]["lines"]
        if line["state"] == "done"
    }


def open_loans(folders: Folders) -> dict[str, str]:
    """Due dates by accession number, read from the service's file as an auditor would."""
    path = folders.service / "service.db"
    with sqlite3.connect(f"file:{path}?mode=ro", uri=True) as database:
        rows = database.execute(
            "SELECT items.number, loans.due FROM loans JOIN items ON items.id = loans.item"
            " WHERE loans.state = 'open'"
        )
        return dict(rows.fetchall())
