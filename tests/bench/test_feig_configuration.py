"""A reader's configuration on a pseudo-terminal: nothing is written that was not read first."""

from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from drivers.errors import DeviceRefused, DriverError, WrongDevice
from drivers.feig_obid.configuration import (
    Configuration,
    Difference,
    Memory,
    differences,
    from_file,
    shown,
    to_file,
)
from drivers.feig_obid.configuration_transfer import (
    ConfigurationNotTaken,
    read_configuration,
    restart,
    restore_configuration,
    save_page,
)
from drivers.feig_obid.virtual_configuration import VirtualConfiguration
from drivers.feig_obid.virtual_reader import FeigSimulatorSettings
from drivers.simulators.faults import (
    AnswerStatus,
    AnyFault,
    Cut,
    Double,
    Flip,
    Late,
    Lose,
    Noise,
)
from tests.bench.feig_pad import FeigPad, feig_pad
from tests.bench.pad_bench import within

MR101 = FeigSimulatorSettings(software_type=76)


@pytest.fixture
def pad(tmp_path: Path) -> Iterator[FeigPad]:
    with feig_pad(tmp_path, device=MR101, patience=0.2) as opened:
        yield opened


def memory_of(pad: FeigPad) -> VirtualConfiguration:
    return pad.simulator.reader.configuration


def read(pad: FeigPad, memory: Memory = "ram") -> Configuration:
    return read_configuration(pad.reader, memory, within(20), (1, 2, 5, 7))


def changed(configuration: Configuration, **pages: str) -> Configuration:
    """With other pages: `p5="02 00 …"`."""
    new = {int(name[1:]): text for name, text in pages.items()}
    return msgspec.structs.replace(configuration, pages=configuration.pages | new)


ALL_TAGS = "02 00 00 00 00 00 00 00 00 00 00 00 00 00"


def test_all_pages_that_exist_are_read_and_shown_in_words(pad: FeigPad) -> None:
    configuration = read_configuration(pad.reader, "ram", within(20))
    assert (configuration.model, configuration.memory) == ("ISC.MR101", "ram")
    assert list(configuration.pages) == [1, 2, 3, 4, 5, 6]
    words = {(byte.page, byte.field): byte.value for byte in shown(configuration)}
    assert words[1, "rate"] == "38400 baud"
    assert words[1, "parity"] == "even"
    assert words[1, "longest wait for a tag"] == "3 s"
    assert words[4, "option flag of writes"] == "set by the reader"
    assert words[5, "tells a tag once until it leaves"] == "yes"
    assert words[4, "byte 4"] == "0B"
    assert (1, "byte 7") not in words


def test_a_reader_whose_pages_nobody_described_is_shown_byte_by_byte(pad: FeigPad) -> None:
    stranger = msgspec.structs.replace(read(pad), model="type 250")
    assert {byte.field for byte in shown(stranger)} == {f"byte {at}" for at in range(14)}


def test_two_configurations_are_compared_by_field(pad: FeigPad) -> None:
    before = read(pad)
    after = changed(before, p5=ALL_TAGS, p2="01" + " 00" * 13)
    assert differences(before, after) == [
        Difference(2, "byte 0", "00", "01"),
        Difference(5, "tells a tag once until it leaves", "yes", "no"),
    ]
    assert differences(before, before) == []


def test_a_file_keeps_it_all(pad: FeigPad) -> None:
    configuration = read(pad, "eeprom")
    assert from_file(to_file(configuration)) == configuration


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"{}",
        b'{"format":2,"model":"a","firmware":"1","memory":"ram","pages":{}}',
        b'{"format":1,"model":"a","firmware":"1","memory":"ram","pages":{"64":"00"}}',
        b'{"format":1,"model":"a","firmware":"1","memory":"ram","pages":{"1":"0"}}',
        b'{"format":1,"model":"a","firmware":"1","memory":"ram","pages":{"1":""}}',
        b'{"format":1,"model":"a","firmware":"1","memory":"rom","pages":{}}',
        b'{"format":1,"model":"a","firmware":"1","memory":"ram","pages":{},"more":1}',
    ],
)
def test_a_broken_file_is_refused(raw: bytes) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - each text is the codec's own
        from_file(raw)


@settings(max_examples=30)
@given(
    st.dictionaries(
        st.integers(0, 63), st.binary(min_size=1, max_size=30).map(lambda raw: raw.hex(" ").upper())
    ),
    st.sampled_from(["ISC.MR101", "CPR.M02", "type 9"]),
)
def test_any_pages_are_shown_and_kept(pages: dict[int, str], model: str) -> None:
    configuration = Configuration(model=model, firmware="1.00", memory="ram", pages=pages)
    assert from_file(to_file(configuration)) == configuration
    assert {byte.page for byte in shown(configuration)} == set(pages)


def test_only_pages_that_differ_are_written(pad: FeigPad) -> None:
    wanted = changed(read(pad), p5=ALL_TAGS)
    assert restore_configuration(pad.reader, wanted, "ram", within(20)) == (5,)
    assert pad.heard("write configuration") == 1
    assert memory_of(pad).ram[5].hex(" ").upper() == ALL_TAGS
    assert memory_of(pad).eeprom[5][11] == 1
    assert restore_configuration(pad.reader, wanted, "ram", within(20)) == ()
    assert pad.heard("write configuration") == 1


def test_the_new_configuration_works_and_is_forgotten_at_a_restart(tmp_path: Path) -> None:
    with feig_pad(tmp_path, device=MR101, rf_reset_before_inventory=False) as pad:
        restore_configuration(pad.reader, changed(read(pad), p5=ALL_TAGS), "ram", within(20))
        assert [len(pad.reader.inventory(within())) for _ in range(2)] == [2, 2]
        restart(pad.reader, within())
        pad.reader.open(within())
        assert [len(pad.reader.inventory(within())) for _ in range(2)] == [2, 0]


def test_what_is_saved_outlives_a_restart(pad: FeigPad) -> None:
    restore_configuration(pad.reader, changed(read(pad), p5=ALL_TAGS), "ram", within(20))
    save_page(pad.reader, 5, within())
    restart(pad.reader, within())
    pad.reader.open(within())
    assert read(pad).pages[5] == ALL_TAGS


def test_the_page_of_the_line_is_written_last(pad: FeigPad) -> None:
    other_address = "07 00 08 01 00 00 00 1E 00 00 00 00 00 00"
    wanted = changed(read(pad), p1=other_address, p5=ALL_TAGS)
    assert restore_configuration(pad.reader, wanted, "eeprom", within(20)) == (5, 1)


def test_another_models_configuration_is_not_written(pad: FeigPad) -> None:
    wanted = msgspec.structs.replace(changed(read(pad), p5=ALL_TAGS), model="CPR.M02")
    with pytest.raises(WrongDevice, match=r"CPR\.M02.*ISC\.MR101"):
        restore_configuration(pad.reader, wanted, "ram", within(20))
    assert not pad.heard("write configuration")


@pytest.mark.parametrize(
    ("pages", "error"),
    [
        ({"p7": "00" + " 00" * 13}, DeviceRefused),
        ({"p5": "00"}, ConfigurationNotTaken),
        ({"p1": "00 00 63 01" + " 00" * 10}, DeviceRefused),
    ],
)
def test_a_page_that_does_not_fit_the_reader_is_not_written(
    pad: FeigPad, pages: dict[str, str], error: type[DriverError]
) -> None:
    before = dict(memory_of(pad).ram)
    with pytest.raises(error):
        restore_configuration(pad.reader, changed(read(pad), **pages), "ram", within(20))
    assert memory_of(pad).ram == before


def test_the_page_that_may_hold_a_password_is_neither_read_nor_written(pad: FeigPad) -> None:
    memory_of(pad).ram[0] = memory_of(pad).eeprom[0] = b"secret password"[:14]
    configuration = read(pad)
    assert 0 not in configuration.pages
    wanted = changed(configuration, p0="00" + " 00" * 13)
    assert restore_configuration(pad.reader, wanted, "ram", within(20)) == ()
    assert memory_of(pad).ram[0].startswith(b"secret")


def test_a_write_that_the_reader_swallows_is_noticed(pad: FeigPad) -> None:
    wanted = changed(read(pad), p5=ALL_TAGS)
    pad.plan(AnswerStatus(status=0), "write configuration")
    with pytest.raises(ConfigurationNotTaken, match=r"page 5.*\[11\]"):
        restore_configuration(pad.reader, wanted, "ram", within(20))


@pytest.mark.parametrize(
    "fault",
    [
        Lose(),
        Lose(side="request"),
        Flip(bit=45),
        Cut(keep=5),
        Double(),
        Double(seconds=0.008),
        Late(),
        Noise(),
    ],
)
def test_no_page_is_taken_for_another_one(pad: FeigPad, fault: AnyFault) -> None:
    pad.plan(fault, "read configuration", at=3)
    pages = read(pad).pages
    assert pages == {number: memory_of(pad).ram[number].hex(" ").upper() for number in (1, 2, 5)}


@pytest.mark.parametrize("fault", [Lose(), Lose(side="request"), Flip(bit=45), Late(), Double()])
def test_a_write_of_a_page_is_sent_once_and_proved_or_told(pad: FeigPad, fault: AnyFault) -> None:
    wanted = changed(read(pad), p5=ALL_TAGS)
    pad.plan(fault, "write configuration")
    try:
        restore_configuration(pad.reader, wanted, "ram", within(20))
    except DriverError:
        pass
    else:
        assert memory_of(pad).ram[5].hex(" ").upper() == ALL_TAGS
    assert pad.heard("write configuration") <= 1
    pad.simulator.faults.clear()
    restore_configuration(pad.reader, wanted, "ram", within(20))
    assert memory_of(pad).ram[5].hex(" ").upper() == ALL_TAGS
