"""The metraTec driver through pyserial on a pseudo-terminal; line faults: test_conformance.py."""

from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from drivers.errors import (
    DeviceLost,
    DeviceRefused,
    DeviceSilent,
    TagDisturbed,
    TagLeft,
    TagLocked,
    TagUnreadable,
    WrongDevice,
)
from drivers.iso15693_requests import WRITE_AFI, IsoRequest
from drivers.metratec.commands import UidOrder, tag_command
from drivers.metratec.driver import MetratecReader, MetratecSettings
from drivers.metratec.frames import encode
from drivers.metratec.simulator import MetratecSimulator
from drivers.metratec.virtual_reader import MetratecSimulatorSettings, Reply
from drivers.simulators.faults import (
    AnswerStatus,
    Delay,
    Double,
    Lose,
    PlannedFault,
    TakeAway,
    flipped,
)
from drivers.simulators.mishaps import BeforeBlock
from drivers.simulators.pty_host import PtyHost
from drivers.simulators.tcp_host import TcpHost
from drivers.simulators.virtual_tags import CHIPS, VirtualTag
from drivers.uid import Uid
from tests.bench.feig_pad import BOOK, LIBRARY_OF_HANOI, LIBRARY_OF_OSLO, OTHER_BOOK, sample_tags
from tests.bench.pad_bench import Pad, within
from tests.bench.pads import metratec_pad

MetratecPad = Pad[MetratecSimulator, MetratecReader]
NUMBER_OUT_OF_RANGE, NO_ANSWER, TOO_LONG, RESTARTED, COLLISION = 0x1A, 0x50, 0x45, 0x1F, 0x30


@pytest.fixture
def pad(tmp_path: Path) -> Iterator[MetratecPad]:
    with metratec_pad(tmp_path) as opened:
        yield opened


@pytest.mark.parametrize(
    ("left_over", "asleep"),
    [("", False), ("continuous", False), ("checked", False), ("", True), ("checked", True)],
)
@pytest.mark.parametrize("unknown", [{"HWR", "CON", "RSN", "VBL", "MOD"}, set[str]()])
def test_a_reader_is_brought_to_obey_from_whatever_state(
    tmp_path: Path, left_over: str, asleep: bool, unknown: set[str]
) -> None:
    device = MetratecSimulatorSettings(
        left_over=left_over, asleep=asleep, unknown=frozenset(unknown), heartbeats=True
    )
    with metratec_pad(tmp_path, device=device, patience=0.2) as pad:
        for _ in range(2):
            identity = pad.reader.open(within())
            assert (identity.maker, identity.model) == ("metraTec", "DESKID_ISO")
            assert identity.firmware == ("2.18" if unknown else "3.12")
            assert len(pad.reader.inventory(within())) == 2


@pytest.mark.parametrize("name", ["DESKID_UHF", "PULSAR_MX", "QUASAR_MIFARE", "DWARFG2"])
def test_a_reader_for_other_tags_is_the_wrong_device(tmp_path: Path, name: str) -> None:
    with (
        pytest.raises(WrongDevice, match=name),
        metratec_pad(tmp_path, device=MetratecSimulatorSettings(name=name)),
    ):
        pass


def test_inventory_tells_every_tag_with_its_dsfid_and_asks_for_it_once(pad: MetratecPad) -> None:
    for _ in range(3):
        seen = {tag.uid: tag.dsfid for tag in pad.reader.inventory(within())}
        assert seen == {BOOK: 0x3E, OTHER_BOOK: 0x06}
    assert pad.heard("system information") == 2
    pad.reader.write_dsfid(BOOK, 0x06, within())
    assert {tag.dsfid for tag in pad.reader.inventory(within())} == {0x06}


def test_a_tag_that_comes_back_is_asked_again(pad: MetratecPad) -> None:
    pad.reader.inventory(within())
    book = pad.tag(BOOK)
    pad.simulator.pad.lift(BOOK)
    pad.reader.inventory(within())
    book.dsfid = 0x11
    pad.simulator.pad.lay(book)
    assert 0x11 in {tag.dsfid for tag in pad.reader.inventory(within())}


def test_a_tag_that_is_hard_to_hear_is_seen_all_the_same(pad: MetratecPad) -> None:
    pad.plan(AnswerStatus(status=NO_ANSWER), "system information", times=6)
    assert {(tag.uid, tag.dsfid) for tag in pad.reader.inventory(within())} == {
        (BOOK, 0),
        (OTHER_BOOK, 0),
    }
    assert {tag.dsfid for tag in pad.reader.inventory(within())} == {0x3E, 0x06}


@pytest.mark.parametrize("order", ["printed", "air"])
def test_the_order_of_uids_in_tag_commands_is_a_setting(tmp_path: Path, order: UidOrder) -> None:
    device = MetratecSimulatorSettings(uid_order=order)
    with metratec_pad(tmp_path, device=device, uid_order=order) as pad:
        assert pad.reader.read_blocks(BOOK, 0, 9, within()).data == LIBRARY_OF_OSLO
        assert pad.reader.system_information(OTHER_BOOK, within()).uid == OTHER_BOOK


def test_blocks_are_read_to_the_end_of_the_memory(pad: MetratecPad) -> None:
    assert len(pad.reader.read_blocks(BOOK, 20, 20, within()).data) == 8 * 4
    with pytest.raises(TagUnreadable):
        pad.reader.read_blocks(BOOK, 28, 1, within())


def test_a_reader_with_little_room_is_asked_for_less(tmp_path: Path) -> None:
    with metratec_pad(tmp_path, device=MetratecSimulatorSettings(most_bytes=30)) as pad:
        assert pad.reader.read_blocks(BOOK, 0, 9, within()).data == LIBRARY_OF_OSLO
        asked = pad.heard("read blocks")
        assert pad.reader.read_blocks(OTHER_BOOK, 0, 9, within()).data == LIBRARY_OF_HANOI
        assert (asked, pad.heard("read blocks") - asked) == (4, 3)


def test_a_chip_that_cannot_give_several_blocks_is_read_one_by_one(pad: MetratecPad) -> None:
    refused = ("TDT", "01011607", "COK", "NCL")
    plain = pad.simulator.reader.obey

    def obey(words: Sequence[str], before_block: BeforeBlock) -> Reply:
        several = words[0] == "REQ" and words[1].startswith("2223")
        return Reply(refused) if several else plain(words, before_block)

    pad.simulator.reader.obey = obey  # type: ignore[method-assign]
    assert pad.reader.read_blocks(BOOK, 0, 9, within()).data == LIBRARY_OF_OSLO
    assert pad.heard("read block ") == 9


def test_a_reader_that_cannot_hold_one_block_is_told(pad: MetratecPad) -> None:
    pad.plan(AnswerStatus(status=TOO_LONG), "read blocks", times=None)
    with pytest.raises(TagUnreadable):
        pad.reader.read_blocks(BOOK, 0, 2, within())


def test_blocks_are_written_one_by_one_and_once(pad: MetratecPad) -> None:
    pad.reader.write_blocks(BOOK, 2, bytes(range(8)), within())
    assert bytes(pad.tag(BOOK).memory[8:16]) == bytes(range(8))
    assert pad.heard("write block") == 2
    with pytest.raises(ValueError, match="no whole blocks"):
        pad.reader.write_blocks(BOOK, 0, b"abc", within())


def test_a_write_whose_answer_is_lost_is_not_repeated(tmp_path: Path) -> None:
    with metratec_pad(tmp_path, patience=0.1) as pad:
        pad.plan(Lose(), "write AFI")
        with pytest.raises(DeviceSilent):
            pad.reader.write_afi(BOOK, 0xC2, within())
        assert pad.heard("write AFI") == 1
        assert pad.reader.system_information(BOOK, within()).afi == 0xC2


def test_a_turned_bit_in_a_write_never_reaches_the_tag(tmp_path: Path) -> None:
    """The reader refuses the line by its check; without one the tag would get another AFI."""
    with metratec_pad(tmp_path, patience=0.1) as pad:
        text = tag_command(IsoRequest(WRITE_AFI, BOOK, b"\xc2"), "printed").text
        line = encode(text, checked=True)
        for bit in range(8 * (len(line) - 1)):
            pad.simulator.receive(flipped(line, bit), 0.0)
        assert pad.tag(BOOK).afi == 0x07
        pad.simulator.receive(line, 0.0)
        assert pad.tag(BOOK).afi == 0xC2


def test_a_belated_copy_of_another_tags_blocks_is_not_taken_for_this_tags(
    tmp_path: Path,
) -> None:
    with metratec_pad(tmp_path) as pad:
        pad.plan(Double(seconds=0.01), "read blocks")
        assert pad.reader.read_blocks(BOOK, 0, 9, within()).data == LIBRARY_OF_OSLO
        assert pad.reader.read_blocks(OTHER_BOOK, 0, 9, within()).data == LIBRARY_OF_HANOI


def test_tags_of_texas_instruments_are_written_with_the_option_flag(tmp_path: Path) -> None:
    tag = VirtualTag(Uid("E007000012345678"), CHIPS["tag-it-hf-i-plus"], afi=0x07)
    with metratec_pad(tmp_path, [tag]) as pad:
        pad.reader.write_afi(tag.uid, 0xC2, within())
        pad.reader.write_blocks(tag.uid, 0, b"book", within())
        assert (tag.afi, bytes(tag.memory[:4])) == (0xC2, b"book")


def test_a_locked_afi_a_book_that_left_and_a_disturbed_one(pad: MetratecPad) -> None:
    pad.tag(BOOK).afi_locked = True
    with pytest.raises(TagLocked):
        pad.reader.write_afi(BOOK, 0xC2, within())
    pad.plan(AnswerStatus(status=COLLISION), "write AFI")
    with pytest.raises(TagDisturbed):
        pad.reader.write_afi(OTHER_BOOK, 0xC2, within())
    pad.plan(TakeAway(), "read blocks")
    with pytest.raises(TagLeft) as left:
        pad.reader.read_blocks(BOOK, 0, 8, within())
    assert left.value.uid == BOOK


def test_a_reader_that_restarted_is_lost_and_works_when_it_was_opened_again(
    pad: MetratecPad,
) -> None:
    pad.plan(AnswerStatus(status=RESTARTED), "inventory")
    with pytest.raises(DeviceLost):
        pad.reader.inventory(within())
    pad.reader.open(within())
    assert len(pad.reader.inventory(within())) == 2


def test_inputs_and_outputs(pad: MetratecPad) -> None:
    assert not pad.reader.read_input(1, within())
    pad.simulator.reader.inputs[1] = True
    assert pad.reader.read_input(1, within())
    pad.reader.write_output(0, within(), high=True)
    assert pad.simulator.reader.outputs[0]
    pad.reader.write_output(0, within(), high=False)
    assert not pad.simulator.reader.outputs[0]
    pad.plan(AnswerStatus(status=NUMBER_OUT_OF_RANGE), "output")
    with pytest.raises(DeviceRefused) as refused:
        pad.reader.write_output(7, within(), high=True)
    assert refused.value.status == NUMBER_OUT_OF_RANGE


def test_an_antenna_is_chosen_by_setting(tmp_path: Path) -> None:
    with metratec_pad(tmp_path, antenna=3) as pad:
        assert pad.simulator.reader.antenna == 3


def test_eas_is_written_to_one_tag_and_heard_of_all(pad: MetratecPad) -> None:
    assert not pad.reader.eas_alarm(within())
    pad.reader.write_eas(BOOK, within(), on=True)
    assert pad.reader.eas_alarm(within())
    pad.reader.write_eas(OTHER_BOOK, within(), on=True)
    assert pad.reader.eas_alarm(within())
    for uid in (BOOK, OTHER_BOOK):
        pad.reader.write_eas(uid, within(), on=False)
    assert not pad.reader.eas_alarm(within())
    assert pad.reader.knows_eas


def test_a_continuous_inventory_is_broken_off_before_a_tag_is_asked(tmp_path: Path) -> None:
    with metratec_pad(tmp_path, continuous_inventory=True) as pad:
        assert len(pad.reader.inventory(within())) == 2
        pad.reader.write_afi(BOOK, 0xC2, within())
        assert pad.reader.system_information(BOOK, within()).afi == 0xC2
        first = pad.heard("CNR")
        for _ in range(5):
            assert len(pad.reader.inventory(within())) == 2
        assert pad.heard("CNR") - first == 1
        pad.simulator.pad.lift(BOOK)
        assert [tag.uid for tag in pad.reader.inventory(within())] == [OTHER_BOOK]
        pad.simulator.pad.lay(sample_tags()[0])
        assert len(pad.reader.inventory(within())) == 2
        assert pad.reader.read_blocks(BOOK, 0, 9, within()).data == LIBRARY_OF_OSLO


def test_a_continuous_inventory_that_stops_by_itself_is_begun_again(tmp_path: Path) -> None:
    with metratec_pad(tmp_path, continuous_inventory=True, patience=0.1) as pad:
        assert len(pad.reader.inventory(within())) == 2
        pad.host.say(pad.simulator.receive(b"BRK 9977\r", 0.0))
        assert len(pad.reader.inventory(within())) == 2
        assert pad.heard("CNR") == 2


def test_a_line_that_answers_late_at_the_start_is_opened_all_the_same(tmp_path: Path) -> None:
    simulator = MetratecSimulator(sample_tags())
    with PtyHost(simulator, tmp_path / "pad") as host:
        simulator.faults.plan(
            PlannedFault(fault=Delay(seconds=0.06), command="end of frame", times=1)
        )
        reader = MetratecReader(MetratecSettings(path=host.address, patience=0.1))
        assert reader.open(within()).model == "DESKID_ISO"
        reader.close()


def test_a_reader_on_the_network_is_spoken_to_alike() -> None:
    with TcpHost(MetratecSimulator(sample_tags())) as host:
        reader = MetratecReader(MetratecSettings(path=host.address))
        assert reader.open(within()).model == "DESKID_ISO"
        assert len(reader.inventory(within())) == 2
        reader.write_afi(BOOK, 0xC2, within())
        assert reader.system_information(BOOK, within()).afi == 0xC2
        reader.close()
