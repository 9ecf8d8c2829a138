"""The published check values of each row: the check of the digits 1 to 9."""

import pytest

from drivers.checksums import (
    BIBLIOTHECA_HOST,
    FEIG_HOST,
    ISO14443_A,
    ISO15693_AIR,
    ISO28560_3,
    METRATEC_HOST,
    Crc16,
)

DIGITS = b"123456789"


@pytest.mark.parametrize(
    ("crc", "expected"),
    [
        (FEIG_HOST, 0x6F91),
        (METRATEC_HOST, 0x6F91),
        (ISO15693_AIR, 0x906E),
        (ISO28560_3, 0x29B1),
        (ISO14443_A, 0xBF05),
        (BIBLIOTHECA_HOST, 0xD64E),
    ],
)
def test_check_value_of_each_row(crc: Crc16, expected: int) -> None:
    assert crc(DIGITS) == expected


def test_the_danish_reference_string() -> None:
    assert ISO28560_3(b"RFID tag data model") == 0x1AEE


@pytest.mark.parametrize(
    "frame",
    [
        "06 01 00 CD 09",
        "26 01 00 F6 0A",
        "22 27 AE 07 86 33 50 01 04 E0 C2 4B 49",
        "00 00 AE 07 86 33 50 01 04 E0 9E 32",
    ],
)
def test_frames_on_the_air_carry_their_check_low_byte_first(frame: str) -> None:
    raw = bytes.fromhex(frame)
    assert ISO15693_AIR(raw[:-2]).to_bytes(2, "little") == raw[-2:]


def test_a_frame_with_its_own_check_checks_to_zero() -> None:
    assert FEIG_HOST(bytes.fromhex("05 FF 65 E5 CB")) == 0
