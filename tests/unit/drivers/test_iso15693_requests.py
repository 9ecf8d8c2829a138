"""Golden frames of docs/protocols/iso15693.md, "Golden frames"."""

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.errors import TagLocked, TagUnreadable
from drivers.interfaces import SystemInformation
from drivers.iso15693_requests import (
    BLOCK_SECURITY,
    COMMANDS,
    EAS_ALARM,
    LOCK_BLOCK,
    READ_BLOCK,
    READ_BLOCKS,
    RESET_EAS,
    RESET_TO_READY,
    SET_EAS,
    STAY_QUIET,
    SYSTEM_INFORMATION,
    WRITE_AFI,
    WRITE_BLOCK,
    WRITE_DSFID,
    IsoAnswer,
    IsoRequest,
    checked,
    pack_system_information,
    parse_answer,
    parse_request,
    parse_system_information,
    refusal,
    unchecked,
)
from drivers.uid import Uid, uid_from_bytes

SHEET = Path(__file__).parents[3] / "docs" / "protocols" / "iso15693.md"
SAMPLE = Uid("E0040150338607AE")
BLOCK = bytes.fromhex("11 01 01 31")

REQUESTS = {
    "22 02 AE 07 86 33 50 01 04 E0 9F 5D": IsoRequest(STAY_QUIET, SAMPLE),
    "22 20 AE 07 86 33 50 01 04 E0 00 A0 68": IsoRequest(READ_BLOCK, SAMPLE, b"\0"),
    "22 23 AE 07 86 33 50 01 04 E0 00 07 16 DF": IsoRequest(READ_BLOCKS, SAMPLE, b"\0\7"),
    "22 21 AE 07 86 33 50 01 04 E0 00 11 01 01 31 92 5F": IsoRequest(
        WRITE_BLOCK, SAMPLE, b"\0" + BLOCK
    ),
    "62 21 AE 07 86 33 50 01 04 E0 00 11 01 01 31 20 C4": IsoRequest(
        WRITE_BLOCK, SAMPLE, b"\0" + BLOCK, option=True
    ),
    "22 27 AE 07 86 33 50 01 04 E0 C2 4B 49": IsoRequest(WRITE_AFI, SAMPLE, b"\xc2"),
    "22 29 AE 07 86 33 50 01 04 E0 3E 53 F5": IsoRequest(WRITE_DSFID, SAMPLE, b"\x3e"),
    "22 2B AE 07 86 33 50 01 04 E0 91 98": IsoRequest(SYSTEM_INFORMATION, SAMPLE),
    "22 2C AE 07 86 33 50 01 04 E0 00 07 5A C3": IsoRequest(BLOCK_SECURITY, SAMPLE, b"\0\7"),
    "22 26 AE 07 86 33 50 01 04 E0 43 95": IsoRequest(RESET_TO_READY, SAMPLE),
    "22 22 AE 07 86 33 50 01 04 E0 00 EE 30": IsoRequest(LOCK_BLOCK, SAMPLE, b"\0"),
    "22 A2 04 AE 07 86 33 50 01 04 E0 72 7E": IsoRequest(SET_EAS, SAMPLE),
    "22 A3 04 AE 07 86 33 50 01 04 E0 55 52": IsoRequest(RESET_EAS, SAMPLE),
    "02 A5 04 17 E4": IsoRequest(EAS_ALARM),
}
TOLD = SystemInformation(SAMPLE, 0x3E, 0x07, 4, 28, 0x01)
INFORMATION = "00 0F AE 07 86 33 50 01 04 E0 3E 07 1B 03 01 20 0F"
ANSWERS = {
    "00 11 01 01 31 63 73": IsoAnswer(BLOCK),
    INFORMATION: IsoAnswer(pack_system_information(TOLD)),
    "00 78 F0": IsoAnswer(),
    "01 12 0C 25": IsoAnswer(error=0x12),
}

uids = st.binary(min_size=8, max_size=8).map(uid_from_bytes)
requests = st.builds(
    IsoRequest,
    command=st.sampled_from(list(COMMANDS.values())),
    uid=st.none() | uids,
    parameters=st.binary(max_size=40),
    option=st.booleans(),
)


@pytest.mark.parametrize(("frame", "request_"), REQUESTS.items())
def test_golden_request_is_built_and_understood(frame: str, request_: IsoRequest) -> None:
    assert checked(request_.body()) == bytes.fromhex(frame)
    assert parse_request(unchecked(bytes.fromhex(frame))) == request_


@pytest.mark.parametrize(("frame", "answer"), ANSWERS.items())
def test_golden_answer_is_built_and_understood(frame: str, answer: IsoAnswer) -> None:
    assert checked(answer.body()) == bytes.fromhex(frame)
    assert parse_answer(unchecked(bytes.fromhex(frame))) == answer


def test_every_golden_frame_is_documented_and_every_documented_one_is_tested() -> None:
    _, _, section = SHEET.read_text().partition("## Golden frames")
    found = re.findall(r"  ((?:[0-9A-F]{2} )+[0-9A-F]{2})$", section.split("```")[1], re.MULTILINE)
    assert set(found) == {*REQUESTS, *ANSWERS}


def test_a_uid_may_stand_as_it_is_printed() -> None:
    body = IsoRequest(READ_BLOCK, SAMPLE, b"\0").body(uid_as_printed=True)
    assert body.hex().upper() == "2220E0040150338607AE00"


@given(requests, st.booleans())
def test_a_request_is_read_as_it_was_written(request_: IsoRequest, printed: bool) -> None:
    body = request_.body(uid_as_printed=printed)
    assert parse_request(body, uid_as_printed=printed) == request_


@given(st.binary(max_size=40))
def test_garbage_is_a_value_error_and_nothing_else(garbage: bytes) -> None:
    for parse in (parse_answer, parse_system_information, unchecked, parse_request):
        try:
            parse(garbage)
        except (ValueError, KeyError):
            continue


@given(st.binary(min_size=1, max_size=40), st.integers(0, 41 * 8))
def test_a_turned_bit_is_noticed(body: bytes, bit: int) -> None:
    frame = bytearray(checked(body))
    frame[bit // 8 % len(frame)] ^= 1 << bit % 8
    with pytest.raises(ValueError, match="fails its check"):
        unchecked(bytes(frame))


@given(uids, st.integers(0, 255), st.integers(1, 32), st.integers(1, 256))
def test_system_information_is_read_as_it_was_written(
    uid: Uid, value: int, size: int, count: int
) -> None:
    for told in (
        SystemInformation(uid, value, 255 - value, size, count, value),
        SystemInformation(uid, value, 255 - value, None, None, None),
    ):
        assert parse_system_information(pack_system_information(told)) == told


def test_what_a_chip_does_not_tell_is_zero_or_nothing() -> None:
    told = parse_system_information(bytes.fromhex("00 AE 07 86 33 50 01 04 E0"))
    assert told == SystemInformation(SAMPLE, 0, 0, None, None, None)


def test_a_refusal_says_what_to_do_next() -> None:
    assert isinstance(refusal("write AFI", SAMPLE, 0x12), TagLocked)
    assert isinstance(refusal("read blocks", SAMPLE, 0x10), TagUnreadable)
    assert "error A0" in str(refusal("set EAS", SAMPLE, 0xA0))
