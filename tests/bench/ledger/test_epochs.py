"""A restored database: nothing is decided twice, nothing is told before it is known."""

from collections.abc import Callable, Iterator
from pathlib import Path
from shutil import copyfile

import pytest

from service.answers import Answers
from service.arrived import Arrived
from service.database import models
from service.database.engine import open_reading_engine
from service.epochs import (
    BackupUnknown,
    adopt_restored,
    end_wait_for_reoffers,
    record_backup,
    retire_backup,
)
from service.protocol.operations import CancelCheckOut, CheckIn, CheckOut
from service.protocol.questions import AskItem
from service.protocol.replies import ItemAnswer, OutcomeReply, Refused
from tests.bench.ledger.databases import PostgreSQL
from tests.bench.ledger.library import CARDS, ITEMS, NOON_MS, STATIONS, Library, kinds

Backup = Callable[[Library], str]


@pytest.fixture
def backup(request: pytest.FixtureRequest, tmp_path: Path) -> Backup:
    """Copies a library's database; gives the URL of the copy."""

    def copy(library: Library) -> str:
        library.close()
        if library.engine.dialect.name == "sqlite":
            copyfile(library.engine.url.database or "", tmp_path / "backup.db")
            url = f"sqlite:///{tmp_path / 'backup.db'}"
        else:
            cluster: PostgreSQL = request.getfixturevalue("cluster")
            url = cluster.copy(library.engine.url.database or "")
        library.ledger = library.open()
        return url

    return copy


@pytest.fixture
def opened() -> Iterator[Callable[[str], Library]]:
    """Opens a restored library, whose clock goes on a day later."""
    libraries: list[Library] = []

    def restored(url: str) -> Library:
        library = Library(url)
        library.now_ms = NOON_MS + 86_400_000
        adopt_restored(library.engine, "an administrator", library.now_ms)
        library.restart()
        libraries.append(library)
        return library

    yield restored
    for library in libraries:
        library.close()


def loans_of(library: Library) -> list[tuple[object, ...]]:
    """The loans without their numbers and times of writing."""
    return sorted(
        (loan.item, loan.patron, loan.state, str(loan.due))
        for loan in library.rows(models.loans)
        if loan.state != "void"
    )


def offered(sent: Arrived, reply: object) -> Arrived:
    """As the station offers it again, with the reply it was given."""
    assert isinstance(reply, OutcomeReply)
    return Arrived(sent.station, sent.operation, sent.body, reply, sent.operation.wall_ms)


def on_loan(library: Library, item: str) -> bool | None:
    reader = open_reading_engine(library.url)
    answers = Answers(reader)
    answer = answers.answer(1, AskItem(item))
    answers.close()
    reader.dispose()
    assert isinstance(answer, ItemAnswer)
    return answer.on_loan


def test_reoffered_operation_decided_once(
    library: Library, backup: Backup, opened: Callable[[str], Library]
) -> None:
    """After the backup a book was lent, another returned, one refused, one cancelled."""
    library.send(1, CheckOut(ITEMS[0], CARDS[0]))
    copy = backup(library)
    acts = [
        library.arrived(1, CheckIn(ITEMS[0])),
        library.arrived(1, CheckOut(ITEMS[1], CARDS[0])),
        library.arrived(2, CheckOut(ITEMS[1], CARDS[1])),
        library.arrived(2, CheckOut(ITEMS[2], CARDS[1])),
        library.arrived(2, CheckOut(ITEMS[0], CARDS[1])),
    ]
    cancel = library.arrived(2, CancelCheckOut(acts[3].operation.operation))
    replies = [reply for act in (*acts, cancel) for reply in library.apply(act)]
    assert isinstance(replies[2], Refused)

    restored = opened(copy)
    again = [offered(sent, reply) for sent, reply in zip((*acts, cancel), replies, strict=True)]
    assert restored.apply(*again) == replies
    assert loans_of(restored) == loans_of(library)
    assert restored.apply(*again) == replies
    assert loans_of(restored) == loans_of(library)
    assert restored.count(models.attention) == 0


@pytest.mark.parametrize("first", [1, 2])
def test_stations_come_back_in_any_order(
    library: Library, backup: Backup, opened: Callable[[str], Library], first: int
) -> None:
    """Lent at one station, returned and lent to another patron at the second."""
    copy = backup(library)
    acts = [
        library.arrived(1, CheckOut(ITEMS[0], CARDS[0])),
        library.arrived(2, CheckIn(ITEMS[0])),
        library.arrived(2, CheckOut(ITEMS[0], CARDS[1])),
    ]
    replies = [reply for act in acts for reply in library.apply(act)]
    restored = opened(copy)
    pairs = sorted(zip(acts, replies, strict=True), key=lambda pair: pair[0].station != first)
    for act, reply in pairs:
        restored.apply(offered(act, reply))
    assert loans_of(restored) == loans_of(library)
    assert restored.borrowed(CARDS[1]) == [ITEMS[0]]


def test_item_questions_wait_until_every_station_has_offered(
    library: Library, backup: Backup, opened: Callable[[str], Library]
) -> None:
    restored = opened(backup(library))
    for station in STATIONS:
        assert on_loan(restored, ITEMS[0]) is None
        restored.ledger.reoffered(station)
    assert on_loan(restored, ITEMS[0]) is False


def test_staff_may_end_the_wait(
    library: Library, backup: Backup, opened: Callable[[str], Library]
) -> None:
    restored = opened(backup(library))
    restored.ledger.reoffered(2)
    names = end_wait_for_reoffers(restored.engine, "an administrator", restored.now_ms)
    assert names == ["kiosk-1", "kiosk-3"]
    assert on_loan(restored, ITEMS[0]) is False


def test_restored_database_has_a_new_epoch_and_a_restart_has_not(
    library: Library, backup: Backup, opened: Callable[[str], Library]
) -> None:
    before = library.ledger.epoch
    library.restart()
    assert library.ledger.epoch == before
    assert opened(backup(library)).ledger.epoch != before


# --- what a station may forget --------------------------------------------------------------


def confirmed(library: Library, acts: int) -> None:
    """The station has sent so many and confirms them all."""
    for n in range(acts):
        library.send(1, CheckIn(ITEMS[n]))
    library.ledger.confirm(1, library.count(models.operations, station=1))
    library.apply()


def test_without_a_backup_what_is_confirmed_may_be_forgotten(library: Library) -> None:
    confirmed(library, 3)
    assert library.ledger.safe_through(1) == 3
    assert library.ledger.safe_through(2) == 0


def test_with_backups_the_oldest_kept_one_decides(
    library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("service.confirmations.FORGET_AT", 1)
    confirmed(library, 2)
    library.apply()
    record_backup(library.engine, "monday", "cron", library.now_ms)
    library.ledger.confirm(1, 2)
    for n in range(2):
        library.send(1, CheckIn(ITEMS[n]))
    library.ledger.confirm(1, 4)
    library.apply()
    library.apply()
    assert library.ledger.safe_through(1) == 2
    record_backup(library.engine, "tuesday", "cron", library.now_ms)
    library.apply()
    assert library.ledger.safe_through(1) == 2
    retire_backup(library.engine, "monday", "cron", library.now_ms)
    library.apply()
    assert library.ledger.safe_through(1) == 4
    retire_backup(library.engine, "tuesday", "cron", library.now_ms)
    with pytest.raises(BackupUnknown):
        retire_backup(library.engine, "tuesday", "cron", library.now_ms)


def test_backup_holds_all_that_was_announced_before_it_began(library: Library) -> None:
    """The number may be lower than one announced before; the copy itself is not."""
    confirmed(library, 3)
    announced = library.ledger.safe_through(1)
    record_backup(library.engine, "monday", "cron", library.now_ms)
    held = library.count(models.operations, station=1)
    assert held >= announced


def test_station_enrolled_after_the_backup_keeps_everything(library: Library) -> None:
    record_backup(library.engine, "monday", "cron", library.now_ms)
    library.do("DELETE FROM backup_stations WHERE station = 1")
    confirmed(library, 2)
    assert library.ledger.safe_through(1) == 0


def test_refused_before_the_restore_stays_refused(
    library: Library, backup: Backup, opened: Callable[[str], Library]
) -> None:
    copy = backup(library)
    refused = library.arrived(1, CheckOut("unknown", CARDS[0]))
    replies = library.apply(refused)
    restored = opened(copy)
    assert list(kinds(restored.apply(offered(refused, replies[0])))) == ["Refused"]
