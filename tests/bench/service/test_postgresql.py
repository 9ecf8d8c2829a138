"""The same service on PostgreSQL: a whole life, from the first station to a restored backup."""

import subprocess
from collections.abc import Iterator
from datetime import date

import pytest

from service.database.engine import open_engine
from service.protocol.operations import CheckIn, CheckOut
from service.protocol.questions import AskItem, AskPatron, ReofferDone
from service.protocol.replies import ItemAnswer, Lent, PatronAnswer, Returned
from service.sample import known
from service.sample.fill import fill
from service.sample.size import Sample
from tests.bench.ledger.databases import PostgreSQL
from tests.service_process import ServiceProcess
from tests.station_client import StationClient
from tests.waiting import eventually

ITEM = "VV.00417"


@pytest.fixture(scope="module")
def filled(cluster: PostgreSQL) -> str:
    """The name of a database with a sample library; to be copied."""
    engine = open_engine(cluster.copy())
    fill(engine, Sample(200, seed=1, as_of=date.today()), lambda _rows: None)  # noqa: DTZ011
    engine.dispose()
    return engine.url.database or ""


@pytest.fixture
def service(cluster: PostgreSQL, filled: str) -> Iterator[ServiceProcess]:
    with ServiceProcess(url=cluster.copy(filled)) as running:
        yield running


def come_back(client: StationClient) -> None:
    client.hang_up()
    client.connect()
    client.hello()


def test_lent_killed_answered_again_and_returned(service: ServiceProcess) -> None:
    with service.station("on PostgreSQL") as client:
        client.hello()
        act = client.operation(CheckOut(ITEM, known.ADULT))
        first = client.settle(act)
        assert isinstance(first, Lent)
        service.kill()
        service.start()
        come_back(client)
        assert client.settle(act) == first
        account = client.ask(AskPatron(known.ADULT, known.ADULT[-4:]))
        assert isinstance(account, PatronAnswer)
        assert [line.item for line in account.loans or ()] == [ITEM]
        assert isinstance(client.do(CheckIn(ITEM)), Returned)


def test_a_second_service_waits_for_the_first(service: ServiceProcess) -> None:
    second = service.twin()
    try:
        second.launch()
        eventually(lambda: second.has_said("database"), 30, "start of the second service")
        with service.station("taken over") as client:
            client.hello()
            assert not second.has_said("listening")
            service.kill()
            eventually(second.listens, 30, "take-over")
            client.endpoint = second.endpoint
            come_back(client)
            assert isinstance(client.do(CheckIn(ITEM)), Returned)
    finally:
        second.kill()


def test_dumped_beside_the_running_service_and_put_back(
    service: ServiceProcess, cluster: PostgreSQL
) -> None:
    with service.station("kiosk") as client:
        client.hello()
        said = service.command("backup", str(service.state / "backups"))
        act = client.operation(CheckOut(ITEM, known.ADULT))
        given = client.settle(act)
        assert isinstance(given, Lent)
        service.stop()
        assert "pg_restore" in service.command("restore", said.splitlines()[0], code=1)
        put_back(service, said.splitlines()[0])
        assert "Epoch" in service.command("restore")
        service.start()
        client.hang_up()
        client.connect()
        assert client.hello().reoffer
        assert client.reoffer(act, given) == given
        client.ask(ReofferDone())
        answer = client.ask(AskItem(ITEM))
        assert isinstance(answer, ItemAnswer)
        assert answer.on_loan is True


def put_back(service: ServiceProcess, backup: str) -> None:
    """As an administrator does it."""
    target = service.url.replace("postgresql+psycopg", "postgresql")
    command = ["pg_restore", "--clean", "--if-exists", f"--dbname={target}", backup]
    subprocess.run(command, check=True)
