import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.tags import isil
from tests.unit.drivers.tags.strategies import isils

# docs/protocols/tags.md, "ISIL"
PACKED = {
    "DE-Heu1": "21 40 8E 16 BF 1F",
    "CN-440100-0-9999": "1B 81 E4 40 10 0A 0A 99 99",
    "CH-000134-1": "1A 01 E0 00 13 4A 1F",
    "FI-He": "32 40 8E 97",
    "VN-HN01": "B3 80 87 78 07",
}


@pytest.mark.parametrize(("text", "packed"), PACKED.items())
def test_worked_examples(text: str, packed: str) -> None:
    assert isil.unpack(bytes.fromhex(packed)) == text
    assert isil.pack(text) == bytes.fromhex(packed)


@given(isils)
def test_packing_loses_nothing(text: str) -> None:
    assert isil.unpack(isil.pack(text)) == text


@given(st.binary(max_size=40))
def test_any_bytes_unpack_to_some_text(data: bytes) -> None:
    assert len(isil.unpack(data)) <= 2 * len(data)


def test_after_a_shift_to_digits_only_one_character_is_a_digit() -> None:
    bits = "11111010100001"  # shift numeric, 5, then A of the upper table
    data = int(bits.ljust(16, "1"), 2).to_bytes(2, "big")
    assert isil.unpack(data) == "5A"


def test_another_writer_may_shift_where_we_latch() -> None:
    bits = "101100111000000111110000111110001"  # VN-, shift 0, shift 1
    data = int(bits.ljust(40, "1"), 2).to_bytes(5, "big")
    assert isil.unpack(data) == "VN-01"
    assert isil.pack("VN-01") != data


def test_a_character_that_no_table_has_is_refused() -> None:
    with pytest.raises(ValueError, match="'ô'"):
        isil.pack("VN-Hôi")


@pytest.mark.parametrize(
    ("field", "text"),
    [
        (b"DK718500\x00\x00\x00\x00\x00", "DK-718500"),
        (b"DE705", "DE-705"),
        (b"VNLC", "VN-LC"),
        (b"DE-705", "DE-705"),
        (b"DEMUS-123", "DE-MUS-123"),
        (b"X\x00123", "X-123"),
        (b"X123", "X-123"),
        (b"X\x00ABC\x00\x00", "X-ABC"),
        (b"DE", "DE"),
        (b"12345", "12345"),
        (b"\x00\x00ABC", "ABC"),
        (b"\x00" * 13, ""),
        (b"", ""),
    ],
)
def test_the_owner_gets_its_hyphen_back(field: bytes, text: str) -> None:
    assert isil.with_hyphen(field) == text


@given(isils)
def test_without_its_hyphen_an_isil_comes_back_or_is_not_offered(text: str) -> None:
    field = isil.without_hyphen(text)
    assert field is None or isil.with_hyphen(field) == text


@pytest.mark.parametrize("text", ["ZDB-1", "OCLC-ABC", "VN--X"])
def test_an_owner_that_would_come_back_wrong_is_not_squeezed(text: str) -> None:
    assert isil.without_hyphen(text) is None
