import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.errors import (
    DeviceLost,
    DeviceRefused,
    DriverError,
    FrameDamaged,
    TagDisturbed,
    TagLeft,
)
from drivers.interfaces import SystemInformation
from drivers.iso15693_requests import (
    WRITE_AFI,
    IsoAnswer,
    IsoRequest,
    checked,
    pack_system_information,
)
from drivers.metratec.commands import (
    BREAK,
    INVENTORY,
    eas_question,
    information_command,
    input_pin,
    output_pin,
    read_command,
    single_read_command,
    tag_answer,
    tag_command,
)
from drivers.metratec.troubles import TROUBLES, TooLong, is_trouble, trouble, word_for
from drivers.uid import Uid
from tests.unit.drivers.metratec.golden import ASK_READ, ASK_WRITE_AFI, SAMPLE

OTHER = Uid("E004010011223344")


def told(body: bytes, check: str = "COK", collision: str = "NCL") -> tuple[str, ...]:
    return ("TDT", checked(body).hex().upper(), check, collision)


def information_of(uid: Uid) -> bytes:
    return b"\0" + pack_system_information(SystemInformation(uid, 0x3E, 7, 4, 28, 1))


def test_golden_tag_commands() -> None:
    assert single_read_command(SAMPLE, 0, "printed").text == ASK_READ[:-5]
    afi = IsoRequest(WRITE_AFI, SAMPLE, b"\xc2")
    assert tag_command(afi, "printed").text == ASK_WRITE_AFI[:-5]
    assert tag_command(afi, "air").text == "WRQ 2227AE078633500104E0C2 CRC"
    assert eas_question("printed").text == "REQ 02A504 CRC"


def test_pins_and_outputs() -> None:
    assert (input_pin(1).text, output_pin(3, high=True).text) == ("RIP 1", "WOP 3 HI")
    assert output_pin(3, high=False).text == "WOP 3 LOW"


@pytest.mark.parametrize(
    ("lines", "fits"),
    [
        (("IVF 00",), True),
        ((SAMPLE, OTHER, "IVF 02"), True),
        ((SAMPLE, "IVF 02"), False),
        ((SAMPLE, OTHER, "IVF 01"), False),
        ((SAMPLE,), False),
        ((SAMPLE[:-1], "IVF 01"), False),
        (("NCM",), False),
        (("OK!",), False),
    ],
)
def test_only_an_inventory_that_counts_right_is_one(lines: tuple[str, ...], fits: bool) -> None:
    assert INVENTORY.fits(lines) is fits


def test_only_blocks_of_the_asked_number_and_the_chips_size_are_an_answer() -> None:
    question = read_command(SAMPLE, 0, 9, "printed")
    assert question.fits(told(bytes(1 + 36)))
    assert question.fits(told(b"\x01\x10"))
    assert not question.fits(told(bytes(1 + 32)))
    assert not question.fits(told(bytes(1 + 72)))
    assert not question.fits(told(information_of(SAMPLE)))
    fujitsu = read_command(Uid("E008000000000001"), 0, 2, "printed")
    assert fujitsu.fits(told(bytes(1 + 16)))
    assert not fujitsu.fits(told(bytes(1 + 8)))


def test_a_system_information_names_its_tag() -> None:
    question = information_command(SAMPLE, "printed")
    assert question.fits(told(information_of(SAMPLE)))
    assert not question.fits(told(information_of(OTHER)))
    assert not question.fits(told(b"\0"))


def test_a_write_is_answered_by_nothing_but_done_or_an_error() -> None:
    question = tag_command(IsoRequest(WRITE_AFI, SAMPLE, b"\7"), "printed")
    assert tag_answer(question, told(b"\0")) == IsoAnswer()
    assert tag_answer(question, told(b"\x01\x12")) == IsoAnswer(error=0x12)
    assert not question.fits(told(bytes(5)))


@pytest.mark.parametrize(("check", "collision"), [("CER", "NCL"), ("COK", "CDT"), ("CER", "CDT")])
def test_what_the_reader_calls_disturbed_is_an_answer_that_says_nothing(
    check: str, collision: str
) -> None:
    question = information_command(SAMPLE, "printed")
    lines = told(bytes(3), check, collision)
    assert question.fits(lines)
    with pytest.raises(ValueError, match="disturbed"):
        tag_answer(question, lines)


def test_a_wrong_check_of_the_air_is_noticed_whatever_the_reader_says() -> None:
    question = single_read_command(SAMPLE, 0, "printed")
    assert tag_answer(question, told(b"\0page")) == IsoAnswer(b"page")
    with pytest.raises(ValueError, match="fails its check"):
        tag_answer(question, ("TDT", "0011112222B7DC", "COK", "NCL"))


@given(st.lists(st.text("ABCDEFTNVI0123456789 ", max_size=20), max_size=4).map(tuple))
def test_any_lines_fit_or_do_not(lines: tuple[str, ...]) -> None:
    for question in (BREAK, INVENTORY, information_command(SAMPLE, "air")):
        question.fits(lines)
    is_trouble(lines)


@pytest.mark.parametrize(
    ("word", "expected"),
    [
        ("TNR", TagLeft),
        ("CDT", TagDisturbed),
        ("CER", TagDisturbed),
        ("RDL", TooLong),
        ("CCE", FrameDamaged),
        ("NRF", DeviceLost),
        ("SRT", DeviceLost),
        ("UCO", DeviceRefused),
        ("XYZ", DeviceRefused),
    ],
)
def test_a_word_says_what_to_do_next(word: str, expected: type[DriverError]) -> None:
    assert is_trouble((word,))
    assert type(trouble("write AFI", word, SAMPLE)) is expected


def test_a_refusal_carries_the_number_of_its_word() -> None:
    refused = trouble("output", "NOR", None)
    assert isinstance(refused, DeviceRefused)
    assert (refused.status, word_for(0x1A), word_for(0x50)) == (0x1A, "NOR", "TNR")
    assert word_for(0xEE) not in TROUBLES


def test_words_of_good_answers_are_no_trouble() -> None:
    assert not any(is_trouble((word,)) for word in ("NCM", "BRA", "GMO", "DNS", "LOW", "OK!"))
