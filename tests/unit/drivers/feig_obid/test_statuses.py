import pytest

from drivers.errors import (
    DeviceRefused,
    DriverError,
    FrameDamaged,
    TagDisturbed,
    TagLeft,
    TagLocked,
    TagUnreadable,
)
from drivers.feig_obid.statuses import trouble
from tests.unit.drivers.feig_obid.golden import SAMPLE


@pytest.mark.parametrize("status", [0x00, 0x84, 0x94])
def test_good_statuses_are_no_trouble(status: int) -> None:
    assert trouble("read blocks", status, b"", SAMPLE) is None


@pytest.mark.parametrize(
    ("status", "detail", "expected"),
    [
        (0x01, b"", TagLeft),
        (0x02, b"", TagDisturbed),
        (0x83, b"", TagDisturbed),
        (0x03, b"\x05", TagUnreadable),
        (0x04, b"", TagUnreadable),
        (0x05, b"", TagUnreadable),
        (0x95, b"\x12", TagLocked),
        (0x95, b"\x11", TagLocked),
        (0x95, b"\x0f", TagUnreadable),
        (0x95, b"\xa0", TagUnreadable),
        (0x95, b"", TagUnreadable),
        (0x80, b"", DeviceRefused),
        (0x82, b"", DeviceRefused),
        (0x93, b"", DeviceRefused),
        (0x77, b"", DeviceRefused),
    ],
)
def test_status_says_what_to_do_next(
    status: int, detail: bytes, expected: type[DriverError]
) -> None:
    assert type(trouble("write AFI", status, detail, SAMPLE)) is expected


def test_a_refusal_names_its_status_and_a_failed_write_its_block() -> None:
    refused = trouble("inventory", 0x82, b"", None)
    assert isinstance(refused, DeviceRefused)
    assert refused.status == 0x82
    assert "block 5" in str(trouble("write blocks", 0x03, b"\x05", SAMPLE))


def test_a_disturbed_answer_without_a_tag_is_asked_for_again() -> None:
    assert isinstance(trouble("inventory", 0x83, b"", None), FrameDamaged)


def test_every_status_byte_has_a_sentence() -> None:
    for status in range(256):
        problem = trouble("inventory", status, b"", SAMPLE)
        assert problem is None or "inventory" in str(problem)
