"""The station's store on real files: settings, locks, full disks, kills, damaged files."""

import os
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from random import Random

import pytest

from kiosk import station_store
from kiosk.outbox.changes import (
    AddOperation,
    Change,
    DropOperation,
    Journal,
    KeepGateEvent,
    KeepNewestGateEvents,
    SetValue,
)
from kiosk.outbox.outbox import LAST_SEQUENCE
from kiosk.outbox.records import JournalState
from kiosk.station_store import StationStore, StoreFull, StoreUnsafe
from service.protocol import codec
from tests.bench.kiosk.small_disk import DISKS, fill
from tests.faults.committing import TAGS, step
from tests.unit.kiosk.operations import CHECK_OUT, key, operation, record

BALLAST = 256 * 1024
ROOT = Path(__file__).parents[3]


def opened(folder: Path) -> StationStore:
    return StationStore(folder, ballast_bytes=BALLAST)


def added(sequence: int) -> AddOperation:
    born = operation(CHECK_OUT, sequence)
    return AddOperation(born, codec.encode(born), sent=False)


def sequences(store: StationStore) -> list[int]:
    return [kept.sequence for kept in store.records()]


@pytest.fixture
def store(tmp_path: Path) -> Iterator[StationStore]:
    with opened(tmp_path / "state") as fresh:
        yield fresh


# --- settings ---


@pytest.mark.parametrize(
    ("pragma", "value"),
    [("journal_mode", "wal"), ("synchronous", 2), ("locking_mode", "exclusive"), ("mmap_size", 0)],
)
def test_the_settings_that_keep_acts_hold_on_the_connection(
    store: StationStore, pragma: str, value: object
) -> None:
    assert store._database.execute(f"PRAGMA {pragma}").fetchone() == (value,)


@pytest.mark.parametrize("disobeyed", ["synchronous", "journal_mode"])
def test_a_setting_that_is_not_obeyed_closes_the_store(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, disobeyed: str
) -> None:
    odd = tuple((name, "9" if name == disobeyed else v) for name, v in station_store.PRAGMAS)
    monkeypatch.setattr(station_store, "PRAGMAS", odd)
    with pytest.raises(StoreUnsafe, match=f"{disobeyed} = .* instead of 9"):
        opened(tmp_path)
    monkeypatch.undo()
    opened(tmp_path).close()


def test_only_the_stations_user_may_read_its_files_and_none_is_shared_memory(
    store: StationStore, tmp_path: Path
) -> None:
    store.commit(step(1))
    modes = {path.name: path.stat().st_mode & 0o077 for path in (tmp_path / "state").iterdir()}
    assert {"station.db", "station.db-wal", "lock"} <= set(modes)
    assert "station.db-shm" not in modes
    assert modes["station.db"] == modes["station.db-wal"] == modes["lock"] == 0


# --- whole steps or nothing ---


def test_a_step_that_cannot_be_written_leaves_nothing_and_the_next_one_goes_on(
    store: StationStore,
) -> None:
    store.commit([added(1)])
    with pytest.raises(sqlite3.IntegrityError):
        store.commit(
            [added(2), Journal(key(2), TAGS[0], "TK.00001", JournalState.WANTED), added(1)]
        )
    with pytest.raises(UnicodeEncodeError):
        store.commit([added(2), SetValue("name", "\ud800")])
    assert (sequences(store), store.journal()) == ([1], [])
    store.commit([added(2)])
    assert sequences(store) == [1, 2]


def test_what_goes_takes_its_journal_with_it(store: StationStore) -> None:
    store.commit(step(1))
    store.commit([DropOperation(key(1))])
    assert (store.records(), store.journal()) == ([], [])


def test_an_empty_step_and_a_mark_for_a_row_that_is_gone_are_harmless(store: StationStore) -> None:
    store.commit([])
    store.commit([DropOperation(key(7))])
    assert store.records() == []


# --- one process ---


def test_two_stations_on_one_folder_are_refused(store: StationStore, tmp_path: Path) -> None:
    with pytest.raises(StoreUnsafe, match="belongs to a station that is running"):
        opened(tmp_path / "state")
    store.commit([added(1)])


def test_a_killed_station_leaves_its_folder_free(tmp_path: Path) -> None:
    with holding(tmp_path) as holder:
        with pytest.raises(StoreUnsafe):
            opened(tmp_path)
        holder.send_signal(signal.SIGKILL)
        holder.wait()
        opened(tmp_path).close()


def holding(folder: Path) -> "subprocess.Popen[bytes]":
    """A process that commits one step after the other, and says so with one byte each."""
    program = (
        "import os, sys; from itertools import count; from pathlib import Path\n"
        "from kiosk.logs import configure_logs; from tests.faults.committing import step\n"
        "from kiosk.station_store import StationStore\n"
        "configure_logs(); store = StationStore(Path(sys.argv[1]), ballast_bytes=4096)\n"
        "last = int(store.value('last-sequence') or 0)\n"
        "for number in count(last + 1):\n"
        "    store.commit(step(number)); os.write(1, b'.')\n"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", program, str(folder)],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    )
    assert process.stdout is not None
    assert process.stdout.read(1) == b"."
    return process


def test_a_station_killed_again_and_again_loses_no_acknowledged_commit(tmp_path: Path) -> None:
    chance, last = Random(7), 0
    for _ in range(10):
        with holding(tmp_path) as process:
            assert process.stdout is not None
            told = last + 1 + len(process.stdout.read(chance.randint(0, 60)))
            process.kill()
            told += len(process.stdout.read())
        with opened(tmp_path) as store:
            last = int(store.value(LAST_SEQUENCE) or 0)
            assert last in {told, told + 1}
            assert sequences(store)[-1] == last
    assert last > 100


# --- damaged files ---


def test_a_file_that_is_no_database_is_told_and_the_lock_given_back(tmp_path: Path) -> None:
    opened(tmp_path).close()
    good = (tmp_path / "station.db").read_bytes()
    (tmp_path / "station.db").write_bytes(b"not a database at all" * 500)
    with pytest.raises(StoreUnsafe, match="keep the file and ask for help"):
        opened(tmp_path)
    (tmp_path / "station.db").write_bytes(good)
    opened(tmp_path).close()


@pytest.mark.parametrize(
    ("change", "what"),
    [("UPDATE outbox SET body = ?", "operation"), ("UPDATE outbox SET reply = ?", "reply")],
)
def test_a_row_of_another_version_is_told_and_not_dropped(
    store: StationStore, change: str, what: str
) -> None:
    store.commit(step(1))
    store._database.execute(change, (b'{"act":"lend/7"}',))
    with pytest.raises(StoreUnsafe, match=f"{what}: .*install the version"):
        store.records()
    count = store._database.execute("SELECT count(*) FROM outbox").fetchone()
    assert count == (1,)


def test_rows_come_back_in_the_stations_order(tmp_path: Path) -> None:
    with opened(tmp_path) as store:
        for sequence in (3, 1, 2):
            store.commit([added(sequence)])
    with opened(tmp_path) as store:
        assert store.records() == [record(CHECK_OUT, sequence) for sequence in (1, 2, 3)]


# --- the ballast ---


def ballast_of(folder: Path) -> int:
    """Bytes of the disk that it takes."""
    path = folder / "ballast"
    return path.stat().st_blocks * 512 if path.exists() else 0


def test_the_ballast_takes_real_room(tmp_path: Path) -> None:
    with opened(tmp_path):
        assert ballast_of(tmp_path) >= BALLAST


def test_a_ballast_that_was_cut_while_it_was_laid_is_laid_anew(tmp_path: Path) -> None:
    (tmp_path / "ballast").touch()
    with opened(tmp_path):
        assert ballast_of(tmp_path) >= BALLAST


# --- a full disk ---


@pytest.fixture(params=DISKS)
def disk(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Path]:
    with DISKS[request.param](tmp_path) as place:
        yield place


def commit_until_full(store: StationStore, first: int = 1) -> int:
    """How many steps went in before the store said that it is full."""
    for number in range(first, 20_000):
        try:
            store.commit(step(number))
        except StoreFull:
            return number - first
    raise AssertionError("the disk never became full")


def test_on_a_full_disk_the_ballast_lets_returns_go_on_for_a_while_and_then_nothing_is_half_done(
    disk: Path,
) -> None:
    state = disk / "state"
    with opened(state) as store:
        store.commit(step(1))
        fill(disk)
        went_in = commit_until_full(store, first=2)
        assert went_in > 0
        assert ballast_of(state) == 0
        last = 1 + went_in
        assert store.value(LAST_SEQUENCE) == str(last)
        assert sequences(store)[-1] == last
        assert len(store.journal()) == len(TAGS) * len(store.records())
        with pytest.raises(StoreFull):
            store.commit(big_step(last + 1))
        assert not store.relay_ballast()


def big_step(sequence: int) -> Iterator[Change]:
    """More than the file's own free pages could take."""
    yield added(sequence)
    yield SetValue("much", "x" * (8 << 20))


def test_a_station_that_is_started_on_a_full_disk_reads_all_it_had(disk: Path) -> None:
    state = disk / "state"
    with opened(state) as store:
        for number in range(1, 4):
            store.commit(step(number))
        fill(disk)
        commit_until_full(store, first=4)
        kept, journal = store.records(), store.journal()
    fill(disk)
    with opened(state) as store:
        assert (store.records(), store.journal()) == (kept, journal)
        with pytest.raises(StoreFull):
            store.commit(big_step(99_999))
        assert store.records() == kept


def test_once_there_is_room_again_the_store_goes_on_and_lays_its_ballast(disk: Path) -> None:
    state = disk / "state"
    with opened(state) as store:
        filler = fill(disk)
        went_in = commit_until_full(store)
        filler.unlink()
        store.commit(step(went_in + 1))
        assert sequences(store)[-1] == went_in + 1
        assert store.relay_ballast()
        assert ballast_of(state) >= BALLAST
        fill(disk)
        assert commit_until_full(store, first=went_in + 2) > 0


def test_a_ballast_that_finds_no_room_is_not_laid_in_part(disk: Path) -> None:
    with opened(disk / "state") as store:
        fill(disk)
        commit_until_full(store)
        filler = disk / "filler"
        os.truncate(filler, filler.stat().st_size - BALLAST - BALLAST // 2)
        assert not store.relay_ballast()
        assert not (disk / "state" / "ballast").exists()


def test_the_rig_fills_the_disk(disk: Path) -> None:
    fill(disk)
    with pytest.raises(OSError, match="No space left"):
        (disk / "one more").write_bytes(b"x" * 4096)
    assert os.statvfs(disk).f_bavail * os.statvfs(disk).f_frsize < 64 * 1024


def gate_row(number: int, kind: str = "passage", entered: int = 1) -> KeepGateEvent:
    return KeepGateEvent(
        device="gate",
        kind=kind,
        at_ms=number,
        mark=None,
        entered=entered,
        left=0,
        fact=b"%d" % number,
    )


def test_everybody_is_counted_however_many_came_and_only_the_newest_are_read(
    tmp_path: Path,
) -> None:
    with StationStore(tmp_path) as store:
        store.commit(gate_row(number) for number in range(20_000))
        store.commit([gate_row(20_000, "alarm", entered=0)])
        assert store.gate_totals(0) == (1, 20_000, 0)
        assert store.gate_totals(19_999) == (1, 1, 0)
        assert store.gate_totals(20_001) == (0, 0, 0)
        assert store.gate_events(0, 2) == [b"19999", b"20000"]


def test_a_contact_that_flutters_does_not_fill_the_disk(tmp_path: Path) -> None:
    with StationStore(tmp_path) as store:
        store.commit([KeepNewestGateEvents(100)])
        for first in range(0, 1000, 100):
            rows = [gate_row(number) for number in range(first, first + 100)]
            store.commit([*rows, KeepNewestGateEvents(100)])
        assert store.gate_events(0, 1000) == [b"%d" % number for number in range(900, 1000)]
