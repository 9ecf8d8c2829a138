import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.bibliotheca_3m.commands import (
    COMMANDS,
    INVENTORY,
    READ_BLOCKS,
    Request,
    block_data,
    parse_request,
    tags_seen,
)
from drivers.bibliotheca_3m.frames import Frame, decode
from drivers.bibliotheca_3m.statuses import trouble
from drivers.errors import (
    DeviceRefused,
    DriverError,
    FrameDamaged,
    TagDisturbed,
    TagLeft,
    TagLocked,
    TagUnreadable,
)
from drivers.facts import TagSeen
from drivers.uid import UID_BYTES, Uid
from tests.unit.drivers.bibliotheca_3m import golden
from tests.unit.drivers.bibliotheca_3m.golden import SAMPLE

OTHER = Uid("E004010011223344")


def payload(text: str) -> bytes:
    """What follows the error byte of an answer."""
    _, frame = decode(bytes.fromhex(text))
    assert frame is not None
    return frame.data[1:]


@pytest.mark.parametrize(("text", "request_"), golden.REQUESTS.items())
def test_golden_request_is_built_and_understood(text: str, request_: Request) -> None:
    assert request_.frame.raw == bytes.fromhex(text)
    _, frame = decode(bytes.fromhex(text))
    assert frame is not None
    assert parse_request(frame) == request_


def test_no_two_commands_share_a_code() -> None:
    assert len({(command.start, command.code) for command in COMMANDS}) == len(COMMANDS)


def test_the_tag_of_an_inventory() -> None:
    fields = INVENTORY.answer.unpack(payload(golden.ONE_TAG))
    assert tags_seen(fields) == (TagSeen(SAMPLE, 0),)


def test_a_tag_told_twice_is_one_and_an_old_tag_it_is_none() -> None:
    sample, other = bytes.fromhex(SAMPLE), bytes.fromhex(OTHER)
    records = b"\x3e" + sample + b"\x06" + other + b"\x3e" + sample + bytes(5) + b"\1\2\3\4"
    fields = {"afi": 0, "options": 7, "count": 4, "records": records}
    assert tags_seen(fields) == (TagSeen(SAMPLE, 0x3E), TagSeen(OTHER, 0x06))


@pytest.mark.parametrize(
    ("count", "options", "size", "fits"),
    [(1, 7, 9, True), (1, 5, 8, True), (1, 5, 9, False), (2, 7, 9, False), (0, 7, 0, True)],
)
def test_only_whole_records_are_an_inventory(
    count: int, options: int, size: int, fits: bool
) -> None:
    request = Request(INVENTORY, {"afi": 0, "options": 7})
    answer = {"afi": 0, "options": options, "count": count, "records": bytes(size)}
    assert INVENTORY.fits(request, answer) is fits
    assert not INVENTORY.fits(request, answer | {"afi": 7})


def test_blocks_come_in_memory_order_without_number_and_lock() -> None:
    fields = READ_BLOCKS.answer.unpack(payload(golden.EIGHT_BLOCKS)[UID_BYTES:])
    assert b"".join(block_data(fields)) == golden.MEMORY


@pytest.mark.parametrize(
    ("first", "count", "fits"),
    [(0, 8, True), (0, 16, True), (0, 7, False), (1, 8, False), (20, 8, False)],
)
def test_only_the_asked_blocks_are_an_answer_and_fewer_are_one(
    first: int, count: int, fits: bool
) -> None:
    request = Request(READ_BLOCKS, {"first": first, "count": count}, SAMPLE)
    fields = READ_BLOCKS.answer.unpack(payload(golden.EIGHT_BLOCKS)[UID_BYTES:])
    assert READ_BLOCKS.fits(request, fields) is fits


@given(st.builds(Frame, st.integers(0, 255), st.binary(max_size=40)))
def test_what_nobody_asks_is_refused_by_name(frame: Frame) -> None:
    try:
        request = parse_request(frame)
    except (KeyError, ValueError):
        return
    assert request.frame == frame


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        (0x06, TagLeft),
        (0x12, TagLocked),
        (0x11, TagUnreadable),
        (0x30, TagUnreadable),
        (0x15, TagDisturbed),
        (0x16, TagDisturbed),
        (0x22, TagDisturbed),
        (0x02, DeviceRefused),
        (0xFE, DeviceRefused),
        (0x77, DeviceRefused),
    ],
)
def test_an_error_says_what_to_do_next(status: int, expected: type[DriverError]) -> None:
    assert type(trouble("write AFI", status, SAMPLE)) is expected


def test_errors_without_a_tag() -> None:
    assert trouble("inventory", 0x00, None) is None
    assert isinstance(trouble("inventory", 0x21, None), FrameDamaged)
    refused = trouble("inventory", 0x06, None)
    assert isinstance(refused, DeviceRefused)
    assert refused.status == 0x06
