"""The 3M driver through pyserial on a pseudo-terminal; faults of the line: test_conformance.py."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from drivers.bibliotheca_3m.driver import BibliothecaReader
from drivers.bibliotheca_3m.simulator import BibliothecaSimulator
from drivers.bibliotheca_3m.virtual_pad import BibliothecaSimulatorSettings
from drivers.errors import (
    DeviceRefused,
    DeviceSilent,
    TagDisturbed,
    TagLeft,
    TagLocked,
    TagUnreadable,
)
from drivers.iso15693_requests import READ_BLOCK, IsoRequest
from drivers.simulators.faults import AnswerStatus, Late, Lose, Noise, TakeAway
from drivers.simulators.virtual_tags import CHIPS, VirtualTag
from drivers.uid import Uid
from tests.bench.feig_pad import BOOK, LIBRARY_OF_HANOI, LIBRARY_OF_OSLO, OTHER_BOOK
from tests.bench.pad_bench import Pad, within
from tests.bench.pads import bibliotheca_pad

BibliothecaPad = Pad[BibliothecaSimulator, BibliothecaReader]


@pytest.fixture
def pad(tmp_path: Path) -> Iterator[BibliothecaPad]:
    with bibliotheca_pad(tmp_path) as opened:
        yield opened


@pytest.mark.parametrize("probe", [True, False])
def test_a_pad_says_what_it_is_whether_or_not_it_answers_the_probe(
    tmp_path: Path, probe: bool
) -> None:
    device = BibliothecaSimulatorSettings(missing=frozenset() if probe else frozenset({"probe"}))
    with bibliotheca_pad(tmp_path, device=device) as pad:
        identity = pad.reader.open(within())
        assert (identity.maker, identity.firmware) == ("3M", "5.0.2")


def test_inventory_tells_every_tag_with_its_dsfid_again_and_again(pad: BibliothecaPad) -> None:
    for _ in range(3):
        seen = {tag.uid: tag.dsfid for tag in pad.reader.inventory(within())}
        assert seen == {BOOK: 0x3E, OTHER_BOOK: 0x06}


def test_tags_told_twice_and_tags_of_the_old_kind(tmp_path: Path) -> None:
    device = BibliothecaSimulatorSettings(doubles=2, foreign=(0x01020304,))
    with bibliotheca_pad(tmp_path, device=device) as pad:
        assert sorted(tag.uid for tag in pad.reader.inventory(within())) == [OTHER_BOOK, BOOK]


@pytest.mark.parametrize("blocks_an_answer", [64, 3])
def test_a_pad_that_gives_fewer_blocks_is_asked_for_the_rest(
    tmp_path: Path, blocks_an_answer: int
) -> None:
    device = BibliothecaSimulatorSettings(blocks_an_answer=blocks_an_answer)
    with bibliotheca_pad(tmp_path, device=device) as pad:
        blocks = pad.reader.read_blocks(BOOK, 0, 9, within())
        assert (blocks.first, blocks.block_size, blocks.data) == (0, 4, LIBRARY_OF_OSLO)
        assert pad.heard("read blocks") == (1 if blocks_an_answer == 64 else 3)


def test_a_read_past_the_end_gives_what_there_is(pad: BibliothecaPad) -> None:
    assert len(pad.reader.read_blocks(BOOK, 20, 20, within()).data) == 8 * 4
    with pytest.raises(TagUnreadable):
        pad.reader.read_blocks(BOOK, 28, 1, within())


def test_system_information_in_one_question(pad: BibliothecaPad) -> None:
    told = pad.reader.system_information(BOOK, within())
    assert (told.afi, told.dsfid, told.block_size, told.block_count) == (0x07, 0x3E, 4, 28)
    assert pad.sent()[-1] == f"tag information {BOOK} wanted 0x0F"


def test_a_pad_without_tag_information_is_asked_for_afi_and_dsfid(tmp_path: Path) -> None:
    device = BibliothecaSimulatorSettings(missing=frozenset({"tag information"}))
    with bibliotheca_pad(tmp_path, device=device) as pad:
        for _ in range(2):
            told = pad.reader.system_information(OTHER_BOOK, within())
            assert (told.afi, told.dsfid, told.block_count) == (0x07, 0x06, None)
        pad.reader.write_blocks(BOOK, 1, b"leftpage", within())
        assert bytes(pad.tag(BOOK).memory[4:12]) == b"leftpage"
        assert pad.heard("tag information") == 1


def test_blocks_are_written_in_frames_the_pad_takes(pad: BibliothecaPad) -> None:
    data = bytes(range(80))
    pad.reader.write_blocks(BOOK, 2, data, within())
    assert bytes(pad.tag(BOOK).memory[8:88]) == data
    assert pad.reader.read_blocks(BOOK, 2, 20, within()).data == data
    assert pad.heard("write blocks") == 2


def test_half_a_block_is_not_written(pad: BibliothecaPad) -> None:
    with pytest.raises(ValueError, match="no whole blocks"):
        pad.reader.write_blocks(BOOK, 0, b"abc", within())
    assert pad.heard("write") == 0


def test_an_afi_write_that_fails_is_told_and_never_repeated(pad: BibliothecaPad) -> None:
    pad.plan(AnswerStatus(status=0x16), "write AFI")
    with pytest.raises(TagDisturbed):
        pad.reader.write_afi(BOOK, 0xC2, within())
    assert (pad.heard("write AFI"), pad.tag(BOOK).afi) == (1, 0x07)
    pad.reader.write_afi(BOOK, 0xC2, within())
    assert pad.reader.system_information(BOOK, within()).afi == 0xC2


def test_a_write_whose_answer_is_lost_is_not_repeated(tmp_path: Path) -> None:
    with bibliotheca_pad(tmp_path, patience=0.1) as pad:
        pad.plan(Lose(), "write AFI")
        with pytest.raises(DeviceSilent):
            pad.reader.write_afi(BOOK, 0xC2, within())
        assert pad.heard("write AFI") == 1
        assert pad.reader.system_information(BOOK, within()).afi == 0xC2


def test_an_old_afi_that_comes_late_proves_nothing(tmp_path: Path) -> None:
    """The answer of before the write, told after it: the line is cleaned in between."""
    device = BibliothecaSimulatorSettings(missing=frozenset({"tag information"}))
    with bibliotheca_pad(tmp_path, device=device, patience=0.1) as pad:
        pad.plan(Late(), "get AFI")
        assert pad.reader.system_information(BOOK, within()).afi == 0x07
        pad.reader.write_afi(BOOK, 0xC2, within())
        assert pad.reader.system_information(BOOK, within()).afi == 0xC2


def test_a_book_that_left_is_named(pad: BibliothecaPad) -> None:
    pad.plan(TakeAway(), command="read blocks")
    with pytest.raises(TagLeft) as left:
        pad.reader.read_blocks(BOOK, 0, 8, within())
    assert left.value.uid == BOOK


def test_a_book_lifted_in_the_middle_of_a_write_keeps_what_was_written(
    pad: BibliothecaPad,
) -> None:
    book = pad.tag(BOOK)
    pad.plan(TakeAway(blocks=3), command="write blocks")
    with pytest.raises(TagLeft):
        pad.reader.write_blocks(BOOK, 0, bytes(32), within())
    assert bytes(book.memory[:12]) == bytes(12)
    assert book.memory[12:32] == LIBRARY_OF_OSLO[12:32]


def test_a_locked_afi_is_told(pad: BibliothecaPad) -> None:
    pad.tag(BOOK).afi_locked = True
    with pytest.raises(TagLocked):
        pad.reader.write_afi(BOOK, 0xC2, within())


def test_eas_is_written_to_one_tag_and_heard_of_all(pad: BibliothecaPad) -> None:
    assert not pad.reader.eas_alarm(within())
    pad.reader.write_eas(BOOK, within(), on=True)
    assert pad.reader.eas_alarm(within())
    pad.reader.write_eas(BOOK, within(), on=False)
    assert not pad.reader.eas_alarm(within())
    assert pad.reader.knows_eas


def test_any_command_of_a_chip_may_pass_through(pad: BibliothecaPad) -> None:
    said = pad.reader.pass_through(IsoRequest(READ_BLOCK, OTHER_BOOK, b"\0"), within())
    assert said == b"\0" + LIBRARY_OF_HANOI[:4]


def test_a_pad_that_lacks_a_command_refuses_it_by_its_status(tmp_path: Path) -> None:
    device = BibliothecaSimulatorSettings(missing=frozenset({"write DSFID"}))
    with bibliotheca_pad(tmp_path, device=device) as pad:
        with pytest.raises(DeviceRefused) as refused:
            pad.reader.write_dsfid(BOOK, 0x3E, within())
        assert refused.value.status == 0x02


def test_a_tag_it_chip_is_written(tmp_path: Path) -> None:
    tag = VirtualTag(Uid("E007000012345678"), CHIPS["tag-it-hf-i-plus"], afi=0x07)
    with bibliotheca_pad(tmp_path, [tag]) as pad:
        pad.reader.write_afi(tag.uid, 0xC2, within())
        assert tag.afi == 0xC2


def test_a_second_poll_can_be_left_out(tmp_path: Path) -> None:
    with bibliotheca_pad(tmp_path, second_poll=False) as pad:
        assert len(pad.reader.inventory(within())) == 2
        assert pad.sent()[-1] == "inventory afi 0x00 options 0x27"


def test_noise_between_two_questions_is_dropped_and_the_line_cleaned(pad: BibliothecaPad) -> None:
    pad.plan(Noise(data="D60042", place="after"), "inventory")
    pad.reader.inventory(within())
    assert len(pad.reader.inventory(within())) == 2
    assert pad.heard("version") >= 2
