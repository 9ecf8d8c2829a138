import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.facts import TagSeen
from drivers.feig_obid.commands import (
    COMMANDS,
    INVENTORY,
    READ_BLOCKS,
    Request,
    blocks_in_line_order,
    inventory_records,
    parse_request,
)
from drivers.feig_obid.commands import SYSTEM_INFORMATION as ASK_SYSTEM
from drivers.feig_obid.frames import Frame, decode
from drivers.uid import Uid
from tests.unit.drivers.feig_obid.golden import (
    EIGHT_BLOCKS,
    LINE_BLOCKS,
    REQUESTS,
    SAMPLE,
    SYSTEM_INFORMATION,
    TWO_TAGS,
    GoldenRequest,
)

BY_NAME = {command.name: command for command in COMMANDS}
OTHER = Uid("E004010011223344")


def payload(text: str) -> bytes:
    """What follows the status byte of an answer."""
    _, frame = decode(bytes.fromhex(text))
    assert frame is not None
    return frame.data[1:]


@pytest.mark.parametrize("golden", REQUESTS, ids=lambda row: row.frame[:8] + " " + row.command)
def test_golden_request_is_built_to_the_byte(golden: GoldenRequest) -> None:
    request = Request(BY_NAME[golden.command], golden.fields, golden.uid, golden.mode)
    assert request.frame().raw == bytes.fromhex(golden.frame)


@pytest.mark.parametrize("golden", REQUESTS, ids=lambda row: row.frame[:8] + " " + row.command)
def test_golden_request_is_understood(golden: GoldenRequest) -> None:
    _, frame = decode(bytes.fromhex(golden.frame))
    assert frame is not None
    expected = Request(BY_NAME[golden.command], dict(golden.fields), golden.uid, golden.mode)
    assert parse_request(frame) == expected


def test_the_flash_loader_can_not_be_started() -> None:
    assert all(command.code != 0x55 for command in COMMANDS)


def test_no_two_commands_share_a_code() -> None:
    assert len({(command.code, command.sub) for command in COMMANDS}) == len(COMMANDS)


def test_every_command_that_changes_a_tag_is_marked_so() -> None:
    changing = {0x22, 0x24, 0x27, 0x28, 0x29, 0x2A}
    assert all(command.writes for command in COMMANDS if command.sub in changing)


def test_two_tags_of_an_inventory() -> None:
    fields = INVENTORY.answer.unpack(payload(TWO_TAGS))
    assert inventory_records(fields) == (TagSeen(SAMPLE, 0), TagSeen(OTHER, 0))


def test_blocks_come_without_their_security_bytes() -> None:
    fields = READ_BLOCKS.answer.unpack(payload(EIGHT_BLOCKS))
    assert b"".join(blocks_in_line_order(fields)) == LINE_BLOCKS


@pytest.mark.parametrize(("count", "fits"), [(8, True), (9, False), (1, False)])
def test_blocks_answer_only_the_number_that_was_asked_for(count: int, fits: bool) -> None:
    asked = Request(READ_BLOCKS, {"first": 0, "count": count}, SAMPLE)
    assert READ_BLOCKS.fits(asked, READ_BLOCKS.answer.unpack(payload(EIGHT_BLOCKS))) is fits


def test_an_inventory_is_not_taken_for_blocks_nor_blocks_for_an_inventory() -> None:
    blocks, tags = payload(EIGHT_BLOCKS), payload(TWO_TAGS)
    asked = Request(READ_BLOCKS, {"first": 0, "count": 2}, SAMPLE)
    assert not READ_BLOCKS.fits(asked, READ_BLOCKS.answer.unpack(tags))
    assert not INVENTORY.fits(Request(INVENTORY), INVENTORY.answer.unpack(blocks))


@pytest.mark.parametrize(("uid", "fits"), [(SAMPLE, True), (OTHER, False)])
def test_system_information_of_another_tag_is_not_taken(uid: Uid, fits: bool) -> None:
    fields = ASK_SYSTEM.answer.unpack(payload(SYSTEM_INFORMATION))
    assert ASK_SYSTEM.fits(Request(ASK_SYSTEM, uid=uid), fields) is fits


@given(st.integers(0, 255), st.binary(max_size=60))
def test_any_frame_gives_a_request_or_a_documented_refusal(command: int, data: bytes) -> None:
    try:
        request = parse_request(Frame(command, data))
    except (KeyError, ValueError):
        return
    assert request.frame().data[:1] == data[:1]
    assert str(request).startswith(request.command.name)


@given(st.binary(max_size=300))
def test_any_answer_fits_or_not_but_never_raises_unexpectedly(data: bytes) -> None:
    for command, fields in ((INVENTORY, {}), (READ_BLOCKS, {"first": 0, "count": 8})):
        try:
            answer = command.answer.unpack(data)
        except ValueError:
            continue
        assert command.fits(Request(command, fields), answer) in {True, False}
