"""Frames from the wire: each byte may be wrong, and every message gets one answer."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.ingest import born_ms, is_live, message_id, read
from service.protocol.codec import ProtocolError, encode
from service.protocol.headers import MAGIC, MAX_FRAME_BYTES
from service.protocol.identifiers import NO_MESSAGE
from service.protocol.questions import AskItem, Heartbeat
from service.protocol.replies import Cancelled
from tests.unit.service.messages import frames, header, operation


def test_an_operation_keeps_the_body_that_its_digest_is_over() -> None:
    act = operation()
    spaced = encode(act).replace(b",", b", ")
    message = read((MAGIC, encode(header()), spaced))
    assert message.content == act
    assert message.body == spaced


def test_a_reoffered_operation_brings_the_reply_it_was_given() -> None:
    given_then = Cancelled(of="a" * 32)
    message = read((*frames(header("reoffer"), operation()), encode(given_then)))
    assert message.given == given_then


@pytest.mark.parametrize(
    ("damaged", "problem"),
    [
        ((), "0 frames"),
        ((MAGIC,), "1 frames"),
        ((MAGIC, encode(header())), "kind operation in 2 frames"),
        ((*frames(header(), operation()), b"{}"), "kind operation in 4 frames"),
        (frames(header("reoffer"), operation()), "kind reoffer in 3 frames"),
        ((b"muontra/2", *frames(header(), operation())[1:]), "version b'muontra/2'"),
        ((b"SIP2", b"", b""), "not a muontra message"),
        ((MAGIC, b"{}", b"{}"), "header: Object missing required field `message`"),
        (frames(header("question"), Heartbeat(waiting=0)), "kind question around a Heartbeat"),
        (frames(header("heartbeat"), AskItem(item="x")), "kind heartbeat around a AskItem"),
        (frames(header("question"), operation()), "question"),
        ((MAGIC, encode(header()), b"x" * (MAX_FRAME_BYTES + 1)), "bytes; 65536 are allowed"),
        ((MAGIC, encode(header()), b"[" * 60_000), "operation"),
        ((MAGIC, encode(header()), b"\xff\xfe"), "operation"),
    ],
)
def test_a_damaged_message_is_named(damaged: tuple[bytes, ...], problem: str) -> None:
    with pytest.raises(ProtocolError) as raised:
        read(damaged)
    assert problem in str(raised.value)


def test_an_unknown_field_is_refused_with_its_name() -> None:
    body = encode(operation()).replace(b'"act":{', b'"act":{"colour":"red",')
    with pytest.raises(ProtocolError, match="unknown field `colour`"):
        read((MAGIC, encode(header()), body))


def test_an_act_of_a_later_version_is_refused_with_its_name() -> None:
    body = encode(operation()).replace(b"check-out/1", b"check-out/9")
    with pytest.raises(ProtocolError, match="check-out/9"):
        read((MAGIC, encode(header()), body))


def test_a_sequence_that_no_database_can_hold() -> None:
    body = encode(operation()).replace(b'"sequence":1', b'"sequence":%d' % (1 << 63))
    with pytest.raises(ProtocolError, match="sequence"):
        read((MAGIC, encode(header()), body))


def test_the_answer_finds_its_message_in_a_header_of_another_version() -> None:
    other = b'{"message":"%s","mood":"good"}' % (b"a" * 32)
    assert message_id((b"muontra/2", other, b"")) == "a" * 32


@pytest.mark.parametrize("frame", [b"", b"{}", b"\xff", b"[" * 60_000, b'{"message":"short"}'])
def test_an_answer_to_what_has_no_message_id(frame: bytes) -> None:
    assert message_id((MAGIC, frame)) == NO_MESSAGE
    assert message_id((frame,)) == NO_MESSAGE


@given(st.lists(st.binary(max_size=200), max_size=6))
def test_garbage_raises_nothing_but_protocol_error(garbage: list[bytes]) -> None:
    for message in (tuple(garbage), (MAGIC, *garbage), (MAGIC, encode(header()), *garbage)):
        with pytest.raises(ProtocolError):
            read(message)
        message_id(message)


@pytest.mark.parametrize(
    ("age_ms", "same_boot", "live"), [(0, True, True), (15_001, True, False), (0, False, False)]
)
def test_what_is_sent_long_after_the_act_is_replay(
    age_ms: int, same_boot: bool, live: bool
) -> None:
    head = header(monotonic_ms=100_000)
    boot = head.boot if same_boot else "c" * 32
    assert is_live(head, operation(boot=boot, monotonic_ms=100_000 - age_ms)) is live


def test_the_age_of_an_act_is_told_by_the_monotonic_clock_when_the_wall_clock_is_wrong() -> None:
    act = operation(monotonic_ms=10_000, wall_ms=0)
    assert born_ms(header(monotonic_ms=70_000), act, now_ms=5_000_000) == 4_940_000


def test_an_act_of_before_the_last_start_has_only_its_wall_clock() -> None:
    act = operation(boot="c" * 32, wall_ms=4_000_000)
    assert born_ms(header(), act, now_ms=5_000_000) == 4_000_000


@given(st.integers(-(2**63), 2**63 - 1), st.integers(-(2**63), 2**63 - 1), st.booleans())
def test_no_clock_puts_an_act_into_the_future(monotonic: int, wall: int, same_boot: bool) -> None:
    boot = header().boot if same_boot else "c" * 32
    act = operation(boot=boot, monotonic_ms=monotonic, wall_ms=wall)
    assert 0 <= born_ms(header(), act, now_ms=5_000_000) <= 5_000_000
