"""One service writes; a second one waits."""

import threading

import pytest

from service.database import ownership
from service.database.ownership import NotOwner
from service.ledger import Ledger
from service.protocol.operations import CheckOut
from service.protocol.replies import Lent
from tests.bench.ledger.library import CARDS, ITEMS, Library
from tests.waiting import eventually


def test_second_service_is_told_that_the_database_is_owned(library: Library) -> None:
    with pytest.raises(NotOwner):
        library.open()
    assert isinstance(library.send(1, CheckOut(ITEMS[0], CARDS[0])), Lent)


def test_second_service_waits_and_takes_over(library: Library) -> None:
    """It sees what the first one wrote, and goes on with its numbers."""
    second: list[Ledger] = []

    def wait_for_it() -> None:
        second.append(Ledger(library.engine, library.log, clock=lambda: library.now_ms))

    waiting = threading.Thread(target=wait_for_it)
    waiting.start()
    library.send(1, CheckOut(ITEMS[0], CARDS[0]))
    assert second == []
    library.ledger.close()
    eventually(lambda: bool(second), 10, "second service that took over")
    waiting.join(10)
    library.ledger = second[0]
    assert isinstance(library.send(1, CheckOut(ITEMS[1], CARDS[0])), Lent)
    assert library.borrowed(CARDS[0]) == [ITEMS[0], ITEMS[1]]


def test_who_lost_the_connection_to_a_quicker_one_does_not_write(
    library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    """PostgreSQL only: SQLite's lock is the process's own."""
    monkeypatch.setattr(ownership, "UNTIL_OUR_OLD_CONNECTION_IS_GONE", 100)
    if library.engine.dialect.name == "sqlite":
        pytest.skip("the lock of a file does not end with a connection")
    first = library.ledger
    first._store.writer._connection.close()
    eventually(lambda: _opened(library), 10, "second service")
    with pytest.raises(NotOwner):
        first.apply([library.arrived(1, CheckOut(ITEMS[0], CARDS[0]))])
    first.close()
    assert library.borrowed(CARDS[0]) == []


def _opened(library: Library) -> bool:
    try:
        library.ledger = library.open()
    except NotOwner:
        return False
    return True
