"""Killed, cut, repeated: every operation is applied once, and nobody is told what is not so."""

from contextlib import suppress
from random import Random

import pytest
from msgspec.structs import replace

from service.crash_points import CrashPoint
from service.protocol.identifiers import new_identifier
from service.protocol.operations import CheckIn, CheckOut, Operation
from service.protocol.questions import AskItem, Heartbeat
from service.protocol.replies import Alive, HelloFirst, ItemAnswer, Lent, Returned
from tests.service_process import ServiceProcess
from tests.station_client import Answer, NoAnswer, StationClient
from tests.waiting import eventually

ITEM = "VV.00417"
CARD = "04271936"
STAFF_CARD = "04272034"

# What stands in the ledger while the service is dead: told to nobody, or told to one.
LENT_WHILE_DEAD = {
    CrashPoint.BEFORE_APPLY: 0,
    CrashPoint.AFTER_COMMIT: 1,
    CrashPoint.AFTER_AN_ANSWER: 1,
    CrashPoint.AFTER_ANSWERS: 1,
}


def come_back(client: StationClient) -> None:
    """After the service was gone: a new connection, and Hello."""
    client.hang_up()
    client.connect()
    client.hello(seconds=2)


def lent(service: ServiceProcess, item: str = ITEM) -> int:
    query = "SELECT count(*) FROM loans JOIN items ON items.id = item WHERE number = ?"
    ((count,),) = service.rows(query, item)
    assert isinstance(count, int)
    return count


def test_the_table_of_crash_points_is_whole() -> None:
    assert set(LENT_WHILE_DEAD) == set(CrashPoint)


@pytest.mark.parametrize("point", CrashPoint)
def test_killed_between_message_and_answer(own_service: ServiceProcess, point: CrashPoint) -> None:
    service = own_service
    keys = service.enrol("killed at")
    service.kill()
    service.start(crash_at=point)
    with service.station("killed at", keys) as client:
        client.hello()
        act = client.operation(CheckOut(item=ITEM, patron_card=CARD))
        client.send_operation(act)
        service.wait_for_crash()
        assert lent(service) == LENT_WHILE_DEAD[point]
        service.start()
        come_back(client)
        answer = client.settle(act)
        assert isinstance(answer, Lent)
        assert not answer.already_yours
        assert lent(service) == 1


def test_a_reply_that_never_came_is_given_again_byte_by_byte(service: ServiceProcess) -> None:
    with service.station("lost reply") as client:
        client.hello()
        act = client.operation(CheckOut(item=ITEM, patron_card=CARD))
        first = client.answer(client.send_operation(act))
        client.send_operation(act, attempt=2)
        come_back(client)
        again = client.answer(client.send_operation(act, attempt=3))
        assert again.body == first.body
        client.do(CheckIn(item=ITEM))
        later = client.answer(client.send_operation(act, attempt=4))
        assert later.body == first.body


def test_a_confirmed_operation_is_never_applied_again(service: ServiceProcess) -> None:
    with service.station("confirmed") as client:
        client.hello()
        act = client.operation(CheckOut(item=ITEM, patron_card=CARD))
        client.settle(act)
        client.confirmed = act.sequence
        client.do(CheckIn(item=ITEM))
        before = lent(service)
        client.settle(act)
        client.settle(replace(act, operation=new_identifier()))
        assert lent(service) == before
        answer = client.ask(AskItem(item=ITEM))
        assert isinstance(answer, ItemAnswer)
        assert answer.on_loan is False


def test_safe_through_follows_the_confirmation_where_there_is_no_backup(
    service: ServiceProcess,
) -> None:
    with service.station("safe") as client:
        client.hello()
        client.do(CheckIn(item=ITEM))
        client.confirmed = 1
        client.do(CheckIn(item=ITEM))

        def safe() -> bool:
            message = client.send(client.header("question"), b'{"ask":"item/1","item":"x"}')
            return client.answer(message).header.safe_through == 1

        eventually(safe, 5, "safe_through")


def test_after_a_restart_hello_comes_first_and_the_epoch_is_the_same(
    own_service: ServiceProcess,
) -> None:
    with own_service.station("restart") as client:
        client.hello()
        epoch = client.epoch
        own_service.kill()
        own_service.start()
        client.hang_up()
        client.connect()
        act = client.operation(CheckIn(item=ITEM))
        assert client.settle(act) == HelloFirst()
        client.hello()
        assert client.epoch == epoch
        assert isinstance(client.settle(act), Returned)


def test_a_second_service_waits_for_the_first_and_then_takes_over(
    own_service: ServiceProcess,
) -> None:
    """On the same folder; the socket for administrators is the first one's until then."""
    second = own_service.twin()
    try:
        second.launch()
        eventually(lambda: second.has_said("database"), 20, "start of the second service")
        with own_service.station("taken over") as client:
            client.hello()
            act = client.operation(CheckOut(item=ITEM, patron_card=CARD))
            client.settle(act)
            assert not second.has_said("listening")
            own_service.kill()
            eventually(second.listens, 20, "take-over")
            client.endpoint = second.endpoint
            come_back(client)
            assert isinstance(client.settle(act), Lent)
            assert lent(own_service) == 1
    finally:
        second.kill()


def test_a_database_that_hangs_keeps_no_heartbeat_and_no_question_waiting(
    service: ServiceProcess,
) -> None:
    with service.station("patient") as client:
        client.hello()
        with service.locked_database():
            message = client.send_operation(client.operation(CheckIn(item=ITEM)))
            for _ in range(10):
                assert client.ask(Heartbeat(waiting=1), "heartbeat", seconds=1) == Alive()
                assert isinstance(client.ask(AskItem(item=ITEM), seconds=1), ItemAnswer)
        assert isinstance(client.answer(message).reply, Returned)


def test_killed_again_and_again_nothing_is_lost_doubled_or_told_otherwise(
    own_service: ServiceProcess,
) -> None:
    """What each station was told is what stands in the ledger, once."""
    chance = Random(20261122)
    books = iter(own_service.free_items(48))
    clients = [own_service.station(f"under load {number}") for number in range(4)]
    told: dict[str, bytes] = {}
    deaths = 0
    for _ in range(4):
        acts = [(c, c.operation(CheckOut(next(books), STAFF_CARD))) for c in clients for _ in "ab"]
        own_service.kill()
        own_service.start(crash_at=f"{chance.choice([*CrashPoint])}:{chance.randint(1, 4)}")
        for client, act in acts:
            told[act.operation], died = settle_through_crashes(own_service, client, act)
            deaths += died
    rows = own_service.rows("SELECT operation, reply FROM operations")
    assert sorted(rows) == sorted(told.items())
    assert deaths >= 2
    for client in clients:
        client.context.destroy(linger=0)


def settle_through_crashes(
    service: ServiceProcess, client: StationClient, act: Operation
) -> tuple[bytes, int]:
    """Sends until it is answered; returns the answer, and how often the service died meanwhile."""
    for deaths in range(5):
        if service.is_dead:
            service.start()
        if answer := answer_before_death(service, client, act):
            return answer.body, deaths
    raise AssertionError("five deaths for one operation")


def answer_before_death(
    service: ServiceProcess, client: StationClient, act: Operation
) -> Answer | None:
    try:
        come_back(client)
        message = client.send_operation(act)
    except NoAnswer:
        return None
    while not service.is_dead:
        with suppress(NoAnswer):
            return client.answer(message, seconds=0.05)
    return None
