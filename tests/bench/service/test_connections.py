"""Who is let in, who is heard, and that nobody else is harmed."""

from collections.abc import Iterator

import pytest
import zmq

from service.administration import AddStation, Done, RevokeStation
from service.protocol.codec import encode
from service.protocol.identifiers import new_identifier
from service.protocol.keys import fingerprint
from service.protocol.operations import CheckIn
from service.protocol.questions import AskItem, Heartbeat
from service.protocol.replies import Alive, HelloFirst, Returned, SecondInstance, Welcome
from service.sample.points import ROOT
from tests.service_process import ServiceProcess
from tests.station_client import KeyPair, StationClient
from tests.waiting import eventually

ITEM = "VV.00417"
REFUSED = zmq.EVENT_HANDSHAKE_FAILED_AUTH
OTHER_PROTOCOL = zmq.EVENT_HANDSHAKE_FAILED_PROTOCOL
IN = zmq.EVENT_HANDSHAKE_SUCCEEDED


@pytest.fixture
def honest(service: ServiceProcess) -> Iterator[StationClient]:
    """A station that must not notice what others do."""
    with service.station(f"honest {new_identifier()}") as client:
        client.hello()
        yield client
        assert isinstance(client.do(CheckIn(item=ITEM)), Returned)


def lines_about(service: ServiceProcess, event: str, source: str) -> int:
    return len(
        [
            line
            for line in service.logged()
            if (line["event"], line.get("source")) == (event, source)
        ]
    )


def test_an_unknown_key_is_turned_away_and_logged_once(
    service: ServiceProcess, honest: StationClient
) -> None:
    with service.station("nobody", KeyPair.make()) as stranger:
        for _ in range(4):
            stranger.wait_for_event(REFUSED)
            stranger.hang_up()
            stranger.connect()
        assert stranger.hears_nothing()
        assert (
            lines_about(service, "unknown key turned away", fingerprint(stranger.keys.public)) == 1
        )


def test_a_key_of_the_wrong_service_gets_no_connection(
    service: ServiceProcess, honest: StationClient
) -> None:
    keys = service.enrol("misled")
    other = KeyPair.make().public
    with StationClient(service.endpoint, other, keys) as misled:
        event = misled.wait_for_event(OTHER_PROTOCOL, zmq.EVENT_HANDSHAKE_FAILED_NO_DETAIL, IN)
        assert event != IN


@pytest.mark.parametrize("plain", [False, True])
def test_a_client_without_curve_gets_nothing_through(
    service: ServiceProcess, honest: StationClient, plain: bool
) -> None:
    context = zmq.Context()
    socket = context.socket(zmq.DEALER)
    if plain:
        socket.plain_username, socket.plain_password = b"admin", b"admin"
    monitor = socket.get_monitor_socket()
    socket.connect(service.endpoint)
    socket.send_multipart([b"muontra/1", b"{}", b"{}"], zmq.NOBLOCK)
    assert monitor.poll(5000)
    assert not socket.poll(500)
    context.destroy(linger=0)


def test_a_revoked_key_is_not_heard_on_its_open_connection(
    service: ServiceProcess, honest: StationClient
) -> None:
    with service.station("to be revoked") as client:
        client.hello()
        assert client.ask(Heartbeat(waiting=0), "heartbeat") == Alive()
        assert isinstance(service.order(RevokeStation("to be revoked", "test")), Done)
        for _ in range(3):
            client.send(client.header("heartbeat"), encode(Heartbeat(waiting=0)))
        assert client.hears_nothing()
        mark = fingerprint(client.keys.public)
        assert lines_about(service, "message of a revoked key dropped", mark) == 1


def test_a_revoked_key_is_turned_away_at_its_next_connection(
    service: ServiceProcess, honest: StationClient
) -> None:
    keys = service.enrol("gone")
    service.order(RevokeStation("gone", "test"))
    with service.station("gone", keys) as client:
        assert client.wait_for_event(REFUSED, IN) == REFUSED


def test_a_station_enrolled_while_the_service_runs_is_heard_at_once(
    service: ServiceProcess, honest: StationClient
) -> None:
    keys = KeyPair.make()
    with service.station("early", keys) as client:
        client.wait_for_event(REFUSED)
        service.order(AddStation("early", ROOT, keys.public, "test"))
        client.hang_up()
        client.connect()
        assert client.hello().station == "early"


def test_before_hello_nothing_is_done(service: ServiceProcess, honest: StationClient) -> None:
    with service.station("impolite") as client:
        assert client.do(CheckIn(item=ITEM)) == HelloFirst()
        assert client.ask(AskItem(item=ITEM)) == HelloFirst()
        client.hello()
        assert isinstance(client.do(CheckIn(item=ITEM)), Returned)


def test_a_reconnected_station_says_hello_again(
    service: ServiceProcess, honest: StationClient
) -> None:
    with service.station("cable") as client:
        client.hello()
        client.hang_up()
        client.connect()
        assert client.do(CheckIn(item=ITEM)) == HelloFirst()
        client.hello()
        assert isinstance(client.do(CheckIn(item=ITEM)), Returned)


def test_a_copied_card_is_refused_and_both_are_told(
    service: ServiceProcess, honest: StationClient
) -> None:
    with service.station("original") as original, service.station("copy", original.keys) as copy:
        original.hello()
        assert copy.say_hello() == SecondInstance()
        assert original.answer("0" * 32).reply == SecondInstance()
        assert copy.do(CheckIn(item=ITEM)) == HelloFirst()
        assert isinstance(original.do(CheckIn(item=ITEM)), Returned)
        assert lines_about(service, "second instance of a key refused", "original") == 1


def test_a_killed_station_comes_back_without_waiting_for_its_ghost(
    service: ServiceProcess, honest: StationClient
) -> None:
    with service.station("killed") as client:
        client.hello()
        client.hang_up()
        client.instance, client.boot = new_identifier(), new_identifier()
        client.connect()
        # The old connection is closed by another thread of the service, so not quite at once.
        eventually(lambda: isinstance(client.say_hello(), Welcome), 5, "welcome")
        assert isinstance(client.do(CheckIn(item=ITEM)), Returned)


def test_a_stolen_routing_id_brings_no_replies_of_others(
    service: ServiceProcess, honest: StationClient
) -> None:
    with service.station("victim") as victim, service.station("thief") as thief:
        victim.hang_up()
        victim.connect(routing_id=b"victim")
        victim.hello()
        thief.hang_up()
        thief.connect(routing_id=b"victim")
        act = victim.operation(CheckIn(item=ITEM))
        message = victim.send_operation(act)
        assert isinstance(victim.answer(message).reply, Returned)
        assert thief.hears_nothing()


def test_fifty_stations_at_once(service: ServiceProcess, honest: StationClient) -> None:
    clients = [service.station(f"of fifty {number}") for number in range(50)]
    try:
        hellos = [client.greet() for client in clients]
        for client, message in zip(clients, hellos, strict=True):
            answer = client.answer(message)
            assert isinstance(answer.reply, Welcome)
            client.epoch = answer.header.epoch
        sent = [client.send_operation(client.operation(CheckIn(item=ITEM))) for client in clients]
        replies = [client.answer(m).reply for client, m in zip(clients, sent, strict=True)]
        assert all(isinstance(reply, Returned) for reply in replies)
        here = [line for line in service.status().stations if line.connected]
        assert len(here) >= 51
    finally:
        for client in clients:
            client.context.destroy(linger=0)


def test_a_slow_reader_slows_nobody_else(service: ServiceProcess, honest: StationClient) -> None:
    with service.station("slow") as slow:
        slow.hang_up()
        slow.connect(rcvhwm=10, rcvbuf=4096)
        slow.hello()
        beat = encode(Heartbeat(waiting=0))
        for _ in range(20_000):
            slow.send(slow.header("heartbeat"), beat)
        for _ in range(20):
            assert honest.ask(Heartbeat(waiting=0), "heartbeat", seconds=2) == Alive()
        assert slow.drain() < 20_000
        slow.hang_up()
        slow.connect()
        slow.hello()
        assert slow.ask(Heartbeat(waiting=0), "heartbeat") == Alive()
