"""A whole import: files read, taken in part by part, everything that went wrong told."""

from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from pathlib import Path
from typing import Any, BinaryIO

from msgspec import Struct

from service.catalogue.entries import Count, LoanEntry, PatronEntry, Problem, TitleEntry
from service.catalogue.orders import TakeLoans, TakeOrder, TakePatrons, TakeTitles
from service.catalogue.reading import Entry, Read
from service.catalogue.seen import Seen, nothing_seen
from service.catalogue.taken import Taken

AT_ONCE = 200
"""Entries in one transaction: circulation waits for it some hundredths of a second."""

_ORDER: dict[type, type[TakeTitles | TakePatrons | TakeLoans]] = {
    TitleEntry: TakeTitles,
    PatronEntry: TakePatrons,
    LoanEntry: TakeLoans,
}


class Told(Struct, frozen=True):
    """A problem and the file that it is in."""

    file: str
    problem: Problem


class Outcome(Struct):
    """What an import came to. `refused`: entries or parts of them that were not taken."""

    tell: Callable[[Told], None]
    counts: dict[str, Count] = {}
    refused: int = 0
    warnings: int = 0

    def note(self, file: str, problems: Iterable[Problem]) -> None:
        for problem in problems:
            self.tell(Told(file, problem))
            self.warnings += problem.taken
            self.refused += not problem.taken

    def add(self, counts: dict[str, Count]) -> None:
        for kind, count in counts.items():
            self.counts[kind] = self.counts.get(kind, Count()).plus(count)


class Intake:
    """Owner: the thread of the command.

    `read` makes entries of a file; `send` has an order carried out; `advance` hears how many bytes
    of the files have been read.
    """

    def __init__(
        self,
        read: Callable[[BinaryIO], Iterator[Read]],
        send: Callable[[TakeOrder], Taken],
        advance: Callable[[int], None],
    ) -> None:
        self._read = read
        self._send = send
        self._advance = advance

    def run(
        self, files: Iterable[Path], tell: Callable[[Told], None], *, is_rehearsal: bool
    ) -> Outcome:
        """`tell` hears of every problem at once.

        May raise OSError, and UnreadableFile for a file of which nothing can be taken.
        """
        outcome = Outcome(tell)
        with nothing_seen() as seen:
            before = 0
            for path in files:
                with path.open("rb") as file:
                    self._take(file, path.name, seen, outcome, before, is_rehearsal=is_rehearsal)
                    before += path.stat().st_size
                self._advance(before)
        return outcome

    def _take(
        self,
        file: BinaryIO,
        name: str,
        seen: Seen,
        outcome: Outcome,
        before: int,
        *,
        is_rehearsal: bool,
    ) -> None:
        reads = (seen.once(read, name) for read in self._read(file))
        while part := list(islice(reads, AT_ONCE)):
            for read in part:
                outcome.note(name, read.problems)
            entries = [read.entry for read in part if read.entry is not None]
            if entries:
                taken = self._send(_order(entries, is_rehearsal=is_rehearsal))
                outcome.note(name, taken.problems)
                outcome.add(taken.counts)
            self._advance(before + file.tell())


def _order(entries: list[Entry], *, is_rehearsal: bool) -> TakeOrder:
    """One file holds entries of one kind."""
    order: Any = _ORDER[type(entries[0])]
    made: TakeOrder = order(tuple(entries), is_rehearsal)
    return made
