"""Records of a gate's reader (docs/protocols/gates.md, "Records of a FEIG gate")."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.feig_gate.records import GateRecord, decode_records, encode_records
from drivers.feig_obid.commands import READ_BUFFER, Request
from drivers.feig_obid.frames import Frame, decode
from drivers.uid import Uid

BOOK = Uid("E0040150338607AE")
EXTENSION = 0x0080

TAG, BLOCKS, ORDER, ANTENNA, TIME, DATE = 0x01, 0x02, 0x08, 0x10, 0x20, 0x40
INPUTS, ADDRESS, AFI, SIGNALS, DIRECTION = 0x0100, 0x0200, 0x0400, 0x1000, 0x2000

records = st.builds(
    GateRecord,
    raw=st.just(b""),
    uid=st.integers(0, 2**64 - 1).map(lambda number: Uid(f"{number:016X}")),
    afi=st.integers(0, 255),
    dsfid=st.integers(0, 255),
    blocks=st.lists(st.binary(min_size=4, max_size=4), max_size=8).map(tuple),
    time=st.tuples(st.integers(0, 23), st.integers(0, 59), st.integers(0, 59_999)).map(
        lambda at: f"{at[0]:02}:{at[1]:02}:{at[2] // 1000:02}.{at[2] % 1000:03}"
    ),
    date=st.dates().map(str),
    antenna=st.integers(0, 255),
    inputs=st.integers(0, 255),
    direction=st.integers(0, 255),
)
flags = st.lists(
    st.sampled_from(
        [TAG, BLOCKS, ORDER, ANTENNA, TIME, DATE, INPUTS, ADDRESS, AFI, SIGNALS, DIRECTION]
    )
).map(lambda bits: sum(set(bits)) | (EXTENSION if sum(set(bits)) > 0xFF else 0))

TOLD = {
    "uid": TAG,
    "afi": TAG | AFI,
    "dsfid": TAG | AFI,
    "blocks": BLOCKS,
    "time": TIME,
    "date": DATE,
    "antenna": ANTENNA,
    "inputs": INPUTS,
    "direction": DIRECTION,
}


@given(st.lists(records, max_size=5), flags)
def test_decode_gives_what_was_encoded_for_every_choice_of_fields(
    kept: list[GateRecord], chosen: int
) -> None:
    decoded = decode_records(encode_records(kept, chosen))
    assert len(decoded) == len(kept)
    for record, told in zip(kept, decoded, strict=True):
        for name, needed in TOLD.items():
            empty = () if name == "blocks" else None
            wanted = getattr(record, name) if chosen & needed == needed else empty
            assert getattr(told, name) == wanted, name


def test_a_record_with_tag_time_and_antenna_to_the_byte() -> None:
    data = bytes.fromhex(
        "31 00 01  00 12  03 00 08 E0 04 01 50 33 86 07 AE  0A 1E 30 39  02".replace("  ", " ")
    )
    (record,) = decode_records(data)
    assert (record.uid, record.time, record.antenna) == (BOOK, "10:30:12.345", 2)
    assert record.reader_time == "10:30:12.345"
    assert encode_records([record], 0x31) == data


def test_a_record_with_afi_and_block_to_the_byte() -> None:
    data = bytes.fromhex(
        "83 04 00 01 00 16 03 00 0A 07 3E E0 04 01 50 33 86 07 AE 00 01 04 31 01 01 11"
    )
    (record,) = decode_records(data)
    assert (record.uid, record.afi, record.dsfid) == (BOOK, 0x07, 0x3E)
    assert record.blocks == (bytes.fromhex("11 01 01 31"),)
    assert encode_records([record], 0x0483) == data


def test_blocks_in_the_other_byte_order() -> None:
    data = bytes.fromhex("0A 00 01 00 09 00 01 04 11 01 01 31")
    assert decode_records(data)[0].blocks == (bytes.fromhex("11 01 01 31"),)


def test_fields_that_nobody_has_described_are_passed_over() -> None:
    data = bytes.fromhex("91 08 00 01 00 11 03 00 08 E0 04 01 50 33 86 07 AE 02 FF FF FF")
    (record,) = decode_records(data)
    assert (record.uid, record.antenna) == (BOOK, 2)


def test_a_tag_of_another_kind_is_seen_without_a_uid() -> None:
    (record,) = decode_records(bytes.fromhex("01 00 01 00 09 04 00 04 11 22 33 44"))
    assert record.uid is None


@pytest.mark.parametrize(
    "data",
    [
        "",
        "01",
        "01 00",
        "01 00 01",
        "01 00 01 00 20 03 00 08",
        "01 00 01 00 05 03 00 08",
        "01 00 01 00 00",
        "01 00 00 FF",
        "81 80 00 00",
        "81 04 00 01 00 06 03 00 01 07",
    ],
)
def test_data_that_are_no_whole_records_are_refused(data: str) -> None:
    with pytest.raises(ValueError, match=r"bytes|byte|room"):
        decode_records(bytes.fromhex(data))


@given(st.binary(max_size=80))
def test_garbage_is_refused_or_read_and_never_anything_else(garbage: bytes) -> None:
    with suppress(ValueError):
        assert sum(len(record.raw) for record in decode_records(garbage)) <= len(garbage)


def test_the_golden_frames_of_the_buffer_commands() -> None:
    assert Request(READ_BUFFER, {"sets": 5}).frame().raw.hex(" ").upper() == (
        "07 FF 22 00 05 A8 24"
    )
    assert Request(READ_BUFFER, {"sets": 5}).frame(advanced=True).raw.hex(" ").upper() == (
        "02 00 09 FF 22 00 05 AC 31"
    )
    assert decode(bytes.fromhex("06 00 22 92 A3 EF")) == (6, Frame(0x22, b"\x92", 0))
