"""Messages that no honest station sends: refused, logged once, nobody else harmed."""

from collections.abc import Iterator

import pytest
import zmq
from msgspec.structs import replace

from service.protocol.codec import encode
from service.protocol.headers import MAGIC
from service.protocol.identifiers import new_identifier
from service.protocol.operations import CheckIn, CheckOut
from service.protocol.questions import Heartbeat
from service.protocol.replies import (
    Alive,
    BodyDiffers,
    ForeignOperation,
    Lent,
    Parked,
    ProtocolMismatch,
    Returned,
)
from tests.service_process import ServiceProcess
from tests.station_client import StationClient

ITEM = "VV.00417"
CARD = "04271936"
OTHER_CARD = "04272026"


@pytest.fixture
def station(service: ServiceProcess) -> Iterator[StationClient]:
    with service.station(f"hostile {new_identifier()}") as client:
        client.hello()
        yield client


@pytest.fixture
def honest(service: ServiceProcess) -> Iterator[StationClient]:
    """A station that must not notice what others do."""
    with service.station(f"honest {new_identifier()}") as client:
        client.hello()
        yield client
        assert isinstance(client.do(CheckIn(item=ITEM)), Returned)


def warnings(service: ServiceProcess, station: StationClient, event: str) -> int:
    ((name,),) = service.rows("SELECT name FROM stations WHERE public_key = ?", station.keys.public)
    said = [(line["event"], line.get("source")) for line in service.logged()]
    return said.count((event, name))


def test_another_protocol_version_is_named_stored_nowhere_and_logged_once(
    service: ServiceProcess, station: StationClient, honest: StationClient
) -> None:
    act = station.operation(CheckOut(item=ITEM, patron_card=CARD))
    for _ in range(3):
        header = station.header("operation")
        station.send_frames((b"muontra/2", encode(header), encode(act)))
        reply = station.answer(header.message).reply
        assert isinstance(reply, ProtocolMismatch)
        assert "muontra/2" in reply.problem
    assert not service.rows("SELECT * FROM operations WHERE operation = ?", act.operation)
    assert warnings(service, station, "message cannot be read") == 1
    assert isinstance(station.settle(act), Lent)


def test_an_unknown_field_is_refused_with_its_name(
    service: ServiceProcess, station: StationClient, honest: StationClient
) -> None:
    act = station.operation(CheckIn(item=ITEM))
    body = encode(act).replace(b'"act":{', b'"act":{"colour":"red",')
    reply = station.answer(station.send(station.header("operation"), body)).reply
    assert isinstance(reply, ProtocolMismatch)
    assert "colour" in reply.problem
    assert not service.rows("SELECT * FROM operations WHERE operation = ?", act.operation)


def test_a_frame_that_is_too_long_is_refused_and_a_huge_one_ends_the_connection(
    service: ServiceProcess, station: StationClient, honest: StationClient
) -> None:
    long = station.answer(station.send(station.header("operation"), b" " * 100_000)).reply
    assert isinstance(long, ProtocolMismatch)
    assert "100000 bytes" in long.problem
    station.send(station.header("operation"), b" " * 10_000_000)
    station.wait_for_event(zmq.EVENT_DISCONNECTED)
    station.wait_for_event(zmq.EVENT_HANDSHAKE_SUCCEEDED)
    station.hello()
    assert station.ask(Heartbeat(waiting=0), "heartbeat") == Alive()


def test_a_message_of_a_thousand_frames(station: StationClient, honest: StationClient) -> None:
    header = station.header("heartbeat")
    station.send_frames((MAGIC, encode(header), *[b"{}"] * 1000))
    assert isinstance(station.answer(header.message).reply, ProtocolMismatch)


def test_garbage_of_every_shape(station: StationClient, honest: StationClient) -> None:
    garbage = [(b"",), (b"x",), (b"", b""), (MAGIC,), (MAGIC, b""), (MAGIC, b"\xff" * 99, b"")]
    for frames in garbage:
        station.send_frames(frames)
    for _ in garbage:
        assert isinstance(station.answer("0" * 32).reply, ProtocolMismatch)


def test_the_same_id_with_another_body_is_refused_and_logged_once(
    service: ServiceProcess, station: StationClient, honest: StationClient
) -> None:
    act = station.operation(CheckOut(item=ITEM, patron_card=CARD))
    assert isinstance(station.settle(act), Lent)
    other = replace(act, act=CheckOut(item=ITEM, patron_card=OTHER_CARD))
    assert station.settle(other) == BodyDiffers()
    assert station.settle(other) == BodyDiffers()
    event = "operation id used again with another body, refused"
    assert warnings(service, station, event) == 1
    assert open_loans(service) == 1


def test_the_same_body_under_another_message_id_is_done_once(
    service: ServiceProcess, station: StationClient, honest: StationClient
) -> None:
    act = station.operation(CheckOut(item=ITEM, patron_card=CARD))
    answers = [station.answer(station.send_operation(act, attempt=n)) for n in (1, 2, 3)]
    assert len({answer.body for answer in answers}) == 1
    assert open_loans(service) == 1


def test_the_same_act_under_another_operation_id_lends_once(
    service: ServiceProcess, station: StationClient, honest: StationClient
) -> None:
    first = station.do(CheckOut(item=ITEM, patron_card=CARD))
    second = station.do(CheckOut(item=ITEM, patron_card=CARD))
    assert isinstance(first, Lent)
    assert isinstance(second, Lent)
    assert (first.already_yours, second.already_yours) == (False, True)
    assert open_loans(service) == 1


def test_the_id_of_another_station_is_refused_and_logged_once(
    service: ServiceProcess, station: StationClient, honest: StationClient
) -> None:
    act = honest.operation(CheckOut(item=ITEM, patron_card=CARD))
    assert isinstance(honest.settle(act), Lent)
    assert station.settle(act) == ForeignOperation()
    assert station.settle(act) == ForeignOperation()
    assert warnings(service, station, "operation id of another station, refused") == 1


def test_a_poisoned_operation_in_a_stack_keeps_its_neighbours_from_nothing(
    service: ServiceProcess, station: StationClient, honest: StationClient
) -> None:
    """What poisons it is a row that no program of ours wrote."""
    free = service.free_items(100)
    service.damage("UPDATE patrons SET expires = 'never' WHERE short_name = 'T. K. MẪU'")
    acts = [CheckIn(item=item) for item in free[1:]]
    poisoned = station.operation(CheckOut(item=free[0], patron_card="04272034"))
    others = [station.operation(act) for act in acts]
    sent = [station.send_operation(one) for one in (*others[:50], poisoned, *others[50:])]
    replies = [station.answer(message).reply for message in sent]
    assert replies.pop(50) == Parked()
    assert len(replies) == 99
    assert all(isinstance(reply, Returned) for reply in replies)
    assert service.status().attention["parked"] == 1


def open_loans(service: ServiceProcess) -> int:
    query = (
        "SELECT count(*) FROM loans JOIN items ON items.id = item WHERE number = ? AND state = ?"
    )
    ((count,),) = service.rows(query, ITEM, "open")
    assert isinstance(count, int)
    return count
