"""What a command asks the owner of the database to take in, part by part, and its answers."""

from typing import assert_never

from msgspec import Struct
from sqlalchemy import Engine, insert

from service.catalogue import index
from service.catalogue.entries import LoanEntry, PatronEntry, TitleEntry
from service.catalogue.take_loans import take_loans
from service.catalogue.take_patrons import take_patrons
from service.catalogue.take_titles import take_titles
from service.catalogue.taken import Taken
from service.database.connection import Reader
from service.database.models import events
from service.policy import read_policy


class TakeTitles(Struct, frozen=True, tag=True):
    """Titles and copies. A rehearsal writes nothing.

    `may_move`: a copy that stands under another title follows its entry.
    """

    entries: tuple[TitleEntry, ...]
    is_rehearsal: bool
    may_move: bool = False


class TakePatrons(Struct, frozen=True, tag=True):
    """Patrons and cards."""

    entries: tuple[PatronEntry, ...]
    is_rehearsal: bool


class TakeLoans(Struct, frozen=True, tag=True):
    """Open loans."""

    entries: tuple[LoanEntry, ...]
    is_rehearsal: bool


class NoteImport(Struct, frozen=True, tag=True):
    """A file was taken in; `detail` is figures."""

    kind: str
    file: str
    detail: str
    actor: str


class IndexTitles(Struct, frozen=True, tag=True):
    """Write the words of the next titles after this number anew."""

    after: int


class Indexed(Struct, frozen=True, tag=True):
    """How far the index is; None at the end."""

    last: int | None


TakeOrder = TakeTitles | TakePatrons | TakeLoans
Order = TakeOrder | NoteImport | IndexTitles


def carry_out(engine: Engine, order: Order, now_ms: int) -> Taken | Indexed:
    """In the ledger's thread, or while no service runs."""
    match order:
        case TakeTitles(entries, is_rehearsal, may_move):
            return take_titles(engine, entries, is_rehearsal=is_rehearsal, may_move=may_move)
        case TakePatrons(entries, is_rehearsal):
            return take_patrons(engine, entries, is_rehearsal=is_rehearsal)
        case TakeLoans(entries, is_rehearsal):
            reader = Reader(engine)
            policy = read_policy(reader)
            reader.close()
            return take_loans(engine, entries, policy, now_ms, is_rehearsal=is_rehearsal)
        case NoteImport(kind, file, detail, actor):
            about = {"action": f"import-{kind}", "subject": file, "detail": detail}
            with engine.begin() as connection:
                connection.execute(insert(events).values(at_ms=now_ms, actor=actor, **about))
            return Taken()
        case IndexTitles(after):
            with engine.begin() as connection:
                return Indexed(index.refresh(connection, after))
    assert_never(order)
