"""A backup is made beside the running service, and put back without losing or doubling an act."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from service.protocol.codec import decode_outcome
from service.protocol.operations import CheckIn, CheckOut, Operation
from service.protocol.questions import AskItem, ReofferDone
from service.protocol.replies import (
    Alive,
    HelloFirst,
    ItemAnswer,
    Lent,
    OutcomeReply,
    Returned,
    Settled,
)
from tests.service_process import ServiceProcess
from tests.station_client import StationClient

CARD = "04271936"
OTHER_CARD = "04272034"


@pytest.fixture
def service() -> Iterator[ServiceProcess]:
    with ServiceProcess() as running:
        yield running


def backup(service: ServiceProcess, keep: int = 7) -> Path:
    said = service.command("backup", str(service.state / "backups"), "--keep", str(keep))
    return Path(said.splitlines()[0])


def settled(client: StationClient, operation: Operation) -> OutcomeReply:
    answer = client.answer(client.send_operation(operation))
    return decode_outcome(answer.body)


def test_a_backup_is_a_sound_database_readable_by_its_owner_only(service: ServiceProcess) -> None:
    with service.station("one") as client:
        client.hello()
        client.do(CheckOut("VV.00417", CARD))
        copy = backup(service)
    assert copy.stat().st_mode & 0o777 == 0o600
    with closing(sqlite3.connect(f"file:{copy}?mode=ro", uri=True)) as database:
        assert database.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        assert database.execute("SELECT count(*) FROM operations").fetchone() == (1,)
    assert service.status().backups == (copy.name,)


def test_a_station_keeps_what_the_oldest_backup_does_not_hold(service: ServiceProcess) -> None:
    with service.station("keeper") as client:
        client.hello()
        client.do(CheckIn("VV.00417"))
        first = backup(service)
        client.do(CheckIn("VV.00417"))
        client.confirmed = 2
        answer = client.answer(client.send_operation(client.operation(CheckIn("VV.00417"))))
        assert answer.header.safe_through < 2
        backup(service, keep=1)
        assert not first.exists()
        client.confirmed = 3
        answer = client.answer(client.send_operation(client.operation(CheckIn("VV.00417"))))
        assert answer.header.safe_through >= 2


def test_restored_the_stations_offer_what_they_did_since(service: ServiceProcess) -> None:
    """Lent before the backup, returned and lent to another after it: all of it stands again."""
    with service.station("kiosk") as client, service.station("away") as away:
        client.hello()
        away.hello()
        before = client.operation(CheckOut("VV.00417", CARD))
        assert isinstance(settled(client, before), Lent)
        copy = backup(service)
        later = [
            client.operation(CheckIn("VV.00417")),
            client.operation(CheckOut("VV.00417", OTHER_CARD)),
            client.operation(CheckOut("VV.00388", CARD)),
        ]
        given = [settled(client, operation) for operation in later]
        old_epoch = client.epoch
        service.stop()
        service.command("restore", str(copy))
        service.start()

        client.hang_up()
        client.connect()
        assert client.do(CheckIn("VV.00402")) == HelloFirst()
        welcome = client.hello()
        assert welcome.reoffer
        assert client.epoch != old_epoch
        assert on_loan(client, "VV.00388") is None
        for operation, reply in zip(later, given, strict=True):
            assert client.reoffer(operation, reply) == reply
            assert client.settle(operation) == reply
        assert isinstance(client.settle(before), Lent)
        assert client.ask(ReofferDone()) == Alive()
        assert service.status().awaited == ("away",)
        assert on_loan(client, "VV.00388") is None

        away.hang_up()
        away.connect()
        assert away.hello().reoffer
        assert away.ask(ReofferDone()) == Alive()
        assert service.status().awaited == ()
        assert on_loan(client, "VV.00388") is True
        assert not client.hello().reoffer
    loans = service.rows(
        "SELECT number, state FROM loans JOIN items ON items.id = item"
        " WHERE number IN ('VV.00417', 'VV.00388') ORDER BY number, loans.id"
    )
    assert loans == [("VV.00388", "open"), ("VV.00417", "returned"), ("VV.00417", "open")]


def test_staff_end_the_wait_for_a_station_that_will_not_come(service: ServiceProcess) -> None:
    with service.station("here") as client:
        service.enrol("burnt down")
        copy = backup(service)
        service.stop()
        service.command("restore", str(copy))
        service.start()
        client.hang_up()
        client.connect()
        client.hello()
        client.ask(ReofferDone())
        assert on_loan(client, "VV.00388") is None
        assert "burnt down" in service.command("end-wait")
        assert on_loan(client, "VV.00388") is False


def test_what_was_confirmed_before_the_restore_is_decided_when_it_was_lost(
    service: ServiceProcess,
) -> None:
    """Confirmed in the old epoch, unknown to the backup: never taken for settled."""
    with service.station("forgetful") as client:
        client.hello()
        copy = backup(service)
        act = client.operation(CheckOut("VV.00417", CARD))
        given = settled(client, act)
        client.confirmed = act.sequence
        service.stop()
        service.command("restore", str(copy))
        service.start()
        client.hang_up()
        client.connect()
        client.hello()
        reply = client.reoffer(act, given)
        assert reply != Settled()
        assert reply == given


def test_a_running_service_is_not_restored_under_its_feet(service: ServiceProcess) -> None:
    copy = backup(service)
    assert "another service owns" in service.command("restore", str(copy), code=1)


def test_a_damaged_backup_leaves_the_database_as_it_is(service: ServiceProcess) -> None:
    copy = backup(service)
    service.stop()
    copy.write_bytes(copy.read_bytes()[:5000])
    before = service.database.read_bytes()
    assert "was not put back" in service.command("restore", str(copy), code=1)
    assert "there is no" in service.command("restore", str(copy) + "x", code=1)
    assert service.database.read_bytes() == before


def test_a_full_backup_disk_is_said_and_the_stations_do_not_wait_for_that_backup(
    service: ServiceProcess,
) -> None:
    assert "no backup was made" in service.command("backup", "/proc/none", code=1)
    assert service.status().backups == ()


def test_a_broken_database_can_still_be_replaced(service: ServiceProcess) -> None:
    copy = backup(service)
    service.stop()
    service.database.write_bytes(b"not a database" * 1000)
    service.command("restore", str(copy))
    service.start()
    assert service.status().running


def on_loan(client: StationClient, item: str) -> bool | None:
    answer = client.ask(AskItem(item))
    assert isinstance(answer, ItemAnswer)
    return answer.on_loan


def test_the_reply_given_before_the_restore_is_not_the_one_decided_now(
    service: ServiceProcess,
) -> None:
    """Decided again, this return would go elsewhere; the patron was told what stands."""
    with service.station("told") as client:
        client.hello()
        copy = backup(service)
        act = client.operation(CheckIn("VV.00417"))
        given = settled(client, act)
        assert isinstance(given, Returned)
        service.stop()
        service.command("restore", str(copy))
        service.damage("UPDATE items SET home_point = 'XE1' WHERE number = 'VV.00417'")
        service.start()
        client.hang_up()
        client.connect()
        client.hello()
        assert client.reoffer(act, given) == given
