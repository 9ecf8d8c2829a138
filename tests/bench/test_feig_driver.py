"""The FEIG driver through pyserial on a pseudo-terminal against its simulator."""

from collections.abc import Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from threading import Thread

import pytest

from drivers.checksums import FEIG_HOST
from drivers.deadline import Deadline
from drivers.errors import (
    Cancelled,
    DeviceLost,
    DeviceRefused,
    DeviceSilent,
    FrameDamaged,
    PortBusy,
    PortMissing,
    TagLeft,
    TagLocked,
    TagUnreadable,
    WrongDevice,
)
from drivers.feig_obid.block_order import BlockOrderSetting
from drivers.feig_obid.conversation import Conversation
from drivers.feig_obid.driver import FeigReader, FeigSettings
from drivers.feig_obid.outputs import Output, OutputMode, OutputOrder
from drivers.feig_obid.simulator import SIMULATION, FeigSimulator
from drivers.feig_obid.virtual_reader import FeigSimulatorSettings
from drivers.frame_trace import FrameTrace
from drivers.simulators.faults import (
    AnswerStatus,
    AnyFault,
    Double,
    FaultPlan,
    Late,
    Lose,
    Noise,
    TakeAway,
)
from drivers.simulators.tcp_host import TcpHost
from drivers.simulators.virtual_tags import CHIPS, Chip, VirtualTag
from drivers.uid import Uid
from tests.bench.feig_pad import (
    BOOK,
    LIBRARY_OF_HANOI,
    LIBRARY_OF_OSLO,
    OTHER_BOOK,
    FeigPad,
    feig_pad,
    sample_tags,
)
from tests.bench.pad_bench import within
from tests.waiting import eventually


@pytest.fixture
def pad(tmp_path: Path) -> Iterator[FeigPad]:
    with feig_pad(tmp_path) as opened:
        yield opened


def test_the_reader_says_what_it_is(pad: FeigPad) -> None:
    identity = pad.reader.open(within())
    assert (identity.maker, identity.model, identity.firmware) == ("FEIG", "CPR.M02", "2.05")


def test_inventory_tells_every_tag_with_its_dsfid(pad: FeigPad) -> None:
    seen = {tag.uid: tag.dsfid for tag in pad.reader.inventory(within())}
    assert seen == {BOOK: 0x3E, OTHER_BOOK: 0x06}


def test_an_empty_pad_is_no_error(tmp_path: Path) -> None:
    with feig_pad(tmp_path, tags=()) as pad:
        assert pad.reader.inventory(within()) == ()


def test_a_book_lifted_and_laid_down_again_between_two_rounds_is_seen(pad: FeigPad) -> None:
    """The simulated reader reports a tag once until its field was off."""
    first = pad.reader.inventory(within())
    book = pad.tag(BOOK)
    pad.simulator.pad.lift(BOOK)
    pad.simulator.pad.lay(book)
    assert pad.reader.inventory(within()) == first


def test_without_the_rf_reset_the_second_round_is_empty(tmp_path: Path) -> None:
    """The planted fault for the test above: it would fail without the reset."""
    with feig_pad(tmp_path, rf_reset_before_inventory=False) as pad:
        assert len(pad.reader.inventory(within())) == 2
        assert pad.reader.inventory(within()) == ()


def test_one_frame_reads_the_start_of_a_tag(pad: FeigPad) -> None:
    blocks = pad.reader.read_blocks(BOOK, 0, 8, within())
    assert (blocks.first, blocks.block_size, blocks.data) == (0, 4, LIBRARY_OF_OSLO[:32])
    assert pad.sent()[2:] == [f"read blocks {BOOK} first 0x00 count 0x08"]


def test_a_read_past_the_end_gives_what_there_is(pad: FeigPad) -> None:
    assert len(pad.reader.read_blocks(BOOK, 20, 20, within()).data) == 8 * 4
    with pytest.raises(TagUnreadable):
        pad.reader.read_blocks(BOOK, 28, 1, within())


def test_a_long_read_is_split_into_frames_the_reader_allows(tmp_path: Path) -> None:
    chip = CHIPS["tag-it-hf-i-plus"]
    memory = bytes(range(256))
    with feig_pad(
        tmp_path, [VirtualTag(BOOK, chip, bytearray(memory))], block_order="reversed"
    ) as pad:
        assert pad.reader.read_blocks(BOOK, 0, 64, within()).data == memory
        assert pad.heard("read blocks") == 4


def test_eight_byte_blocks_are_turned_round_whole(tmp_path: Path) -> None:
    chip = Chip("fujitsu", "E008", 250, 0, block_size=8)
    memory = bytearray(LIBRARY_OF_OSLO.ljust(2000, b"\0"))
    with feig_pad(tmp_path, [VirtualTag(BOOK, chip, memory)]) as pad:
        blocks = pad.reader.read_blocks(BOOK, 0, 5, within())
        assert (blocks.block_size, blocks.data) == (8, bytes(memory[:40]))


@pytest.mark.parametrize(("chip_sizes", "size", "count"), [(True, 4, 28), (False, 4, 28)])
def test_sizes_are_understood_as_readers_and_as_the_manual_tell_them(
    tmp_path: Path, chip_sizes: bool, size: int, count: int
) -> None:
    with feig_pad(tmp_path, device=FeigSimulatorSettings(chip_sizes=chip_sizes)) as pad:
        told = pad.reader.system_information(BOOK, within())
        assert (told.uid, told.afi, told.dsfid) == (BOOK, 0x07, 0x3E)
        assert (told.block_size, told.block_count) == (size, count)


def test_afi_and_dsfid_are_written_with_one_frame_each(pad: FeigPad) -> None:
    pad.reader.write_afi(BOOK, 0xC2, within())
    pad.reader.write_dsfid(BOOK, 0x06, within())
    assert (pad.tag(BOOK).afi, pad.tag(BOOK).dsfid) == (0xC2, 0x06)
    assert pad.tag(OTHER_BOOK).afi == 0x07
    assert pad.sent()[2:] == [f"write AFI {BOOK} afi 0xC2", f"write DSFID {BOOK} dsfid 0x06"]


def test_blocks_are_written_and_read_back_in_memory_order(pad: FeigPad) -> None:
    data = bytes(range(80))
    pad.reader.write_blocks(BOOK, 2, data, within())
    assert bytes(pad.tag(BOOK).memory[8:88]) == data
    assert pad.reader.read_blocks(BOOK, 2, 20, within()).data == data
    assert pad.heard("write blocks") == 2


def test_half_a_block_is_not_written(pad: FeigPad) -> None:
    with pytest.raises(ValueError, match="no whole blocks"):
        pad.reader.write_blocks(BOOK, 0, b"abc", within())
    assert pad.heard("write blocks") == 0


@pytest.mark.parametrize("reverses", [True, False])
@pytest.mark.parametrize("setting", ["auto", "right"])
def test_block_order_is_found_by_a_known_tag_or_set(
    tmp_path: Path, reverses: bool, setting: str
) -> None:
    right: BlockOrderSetting = "reversed" if reverses else "plain"
    order = "auto" if setting == "auto" else right
    device = FeigSimulatorSettings(reverses_blocks=reverses)
    with feig_pad(tmp_path, device=device, block_order=order) as pad:
        assert pad.reader.read_blocks(BOOK, 0, 9, within()).data == LIBRARY_OF_OSLO[:36]
        pad.reader.write_blocks(BOOK, 9, b"abcd", within())
        assert bytes(pad.tag(BOOK).memory[36:40]) == b"abcd"


def test_a_tag_written_in_the_wrong_order_does_not_turn_the_reader_round(tmp_path: Path) -> None:
    backwards = b"".join(LIBRARY_OF_OSLO[at : at + 4][::-1] for at in range(0, 32, 4))
    tags = [VirtualTag(BOOK, memory=bytearray(backwards)), sample_tags()[1]]
    with feig_pad(tmp_path, tags) as pad:
        pad.reader.read_blocks(BOOK, 0, 8, within())
        assert pad.reader.read_blocks(OTHER_BOOK, 0, 8, within()).data == LIBRARY_OF_HANOI[:32]


@pytest.mark.parametrize("tags_a_frame", [1, 7, 24, 200])
def test_all_tags_of_a_high_stack_are_told_in_parts_or_in_one_long_frame(
    tmp_path: Path, tags_a_frame: int
) -> None:
    tags = [VirtualTag(Uid(f"E00401503386{number:04X}")) for number in range(50)]
    with feig_pad(tmp_path, tags, FeigSimulatorSettings(tags_a_frame=tags_a_frame)) as pad:
        seen = {tag.uid for tag in pad.reader.inventory(within())}
        assert seen == {tag.uid for tag in tags}


def test_a_lost_part_of_an_inventory_never_makes_books_vanish(tmp_path: Path) -> None:
    tags = [VirtualTag(Uid(f"E00401503386{number:04X}")) for number in range(6)]
    device = FeigSimulatorSettings(tags_a_frame=2)
    with feig_pad(tmp_path, tags, device, patience=0.1) as pad:
        pad.plan(Lose(), command="inventory", at=2)
        assert len(pad.reader.inventory(within())) == 6


def test_a_reader_that_always_has_more_is_left_at_the_deadline(pad: FeigPad) -> None:
    part = "0103" + "00" + BOOK
    pad.plan(AnswerStatus(status=0x94, data=part), command="inventory", times=None)
    with pytest.raises(DeviceSilent):
        pad.reader.inventory(within(0.2))


def test_a_book_that_left_is_named(pad: FeigPad) -> None:
    pad.plan(TakeAway(), command="read blocks")
    with pytest.raises(TagLeft) as left:
        pad.reader.read_blocks(BOOK, 0, 8, within())
    assert left.value.uid == BOOK


def test_a_book_lifted_in_the_middle_of_a_write_is_told(pad: FeigPad) -> None:
    book = pad.tag(BOOK)
    pad.plan(TakeAway(blocks=3), command="write blocks")
    with pytest.raises(TagUnreadable, match="block 3"):
        pad.reader.write_blocks(BOOK, 0, bytes(32), within())
    assert bytes(book.memory[:12]) == bytes(12)
    assert book.memory[12:32] == LIBRARY_OF_OSLO[12:32]


def test_a_locked_afi_and_a_locked_block_are_told(pad: FeigPad) -> None:
    pad.tag(BOOK).afi_locked = True
    pad.tag(BOOK).locked_blocks.add(1)
    with pytest.raises(TagLocked):
        pad.reader.write_afi(BOOK, 0xC2, within())
    with pytest.raises(TagLocked):
        pad.reader.write_blocks(BOOK, 0, bytes(8), within())


def test_a_reader_that_does_not_know_the_chip_type_says_so(tmp_path: Path) -> None:
    tag = VirtualTag(Uid("E007000012345678"), CHIPS["tag-it-hf-i-plus"], afi=0x07)
    with feig_pad(tmp_path, [tag], FeigSimulatorSettings(sets_option_flag=False)) as pad:
        with pytest.raises(TagUnreadable, match="option not supported"):
            pad.reader.write_afi(tag.uid, 0xC2, within())
        assert tag.afi == 0x07


@pytest.mark.parametrize("status", [0x0E, 0x11, 0x80, 0x82, 0x77])
def test_a_refusal_carries_its_status_and_is_not_repeated(pad: FeigPad, status: int) -> None:
    pad.plan(AnswerStatus(status=status), command="inventory")
    with pytest.raises(DeviceRefused) as refusal:
        pad.reader.inventory(within())
    assert refusal.value.status == status
    assert pad.heard("inventory") == 1


@pytest.mark.parametrize("status", [0x01, 0x02, 0x83])
def test_a_read_disturbed_on_the_air_is_tried_again(pad: FeigPad, status: int) -> None:
    pad.plan(AnswerStatus(status=status), command="read blocks", times=2)
    assert pad.reader.read_blocks(BOOK, 0, 8, within()).data == LIBRARY_OF_OSLO[:32]


def test_a_late_answer_is_not_taken_for_the_next_book(tmp_path: Path) -> None:
    with feig_pad(tmp_path, patience=0.1) as pad:
        pad.plan(Late(), command="read blocks")
        assert pad.reader.read_blocks(BOOK, 0, 8, within()).data == LIBRARY_OF_OSLO[:32]
        assert pad.reader.read_blocks(OTHER_BOOK, 0, 8, within()).data == LIBRARY_OF_HANOI[:32]


def test_the_rig_sees_a_late_answer_taken_for_the_next_book(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The planted fault for the test above: a line that counts as clean whatever happened."""
    with feig_pad(tmp_path, patience=0.1) as pad:
        always = property(lambda _: True, lambda *_: None)
        monkeypatch.setattr(Conversation, "_clean", always, raising=False)
        pad.plan(Late(), command="read blocks")
        with pytest.raises(DeviceSilent):
            pad.reader.read_blocks(BOOK, 0, 8, within(0.05))
        assert pad.reader.read_blocks(OTHER_BOOK, 0, 8, within()).data == LIBRARY_OF_OSLO[:32]


def test_a_belated_copy_is_not_taken_for_the_next_book(pad: FeigPad) -> None:
    pad.plan(Double(seconds=0.008), command="read blocks", times=2)
    assert pad.reader.read_blocks(BOOK, 0, 8, within()).data == LIBRARY_OF_OSLO[:32]
    assert pad.reader.read_blocks(OTHER_BOOK, 0, 8, within()).data == LIBRARY_OF_HANOI[:32]


def test_two_blank_books_are_both_read(tmp_path: Path) -> None:
    """Equal content is asked for again, and then believed."""
    with feig_pad(tmp_path, [VirtualTag(BOOK), VirtualTag(OTHER_BOOK)]) as pad:
        assert pad.reader.read_blocks(BOOK, 0, 8, within()).data == bytes(32)
        assert pad.reader.read_blocks(OTHER_BOOK, 0, 8, within()).data == bytes(32)


def test_unplugged_and_plugged_in_under_another_name(pad: FeigPad) -> None:
    node = pad.host.link.readlink()
    pad.host.unplug()
    with pytest.raises(DeviceLost):
        pad.reader.inventory(within())
    with pytest.raises(PortMissing):
        pad.reader.open(within())
    pad.host.plug()
    assert pad.host.link.readlink() != node
    pad.reader.open(within())
    assert len(pad.reader.inventory(within())) == 2


def test_a_reader_that_takes_advanced_frames_is_asked_in_them(tmp_path: Path) -> None:
    with feig_pad(tmp_path, frames="advanced") as pad:
        assert pad.reader.read_blocks(BOOK, 0, 8, within()).data == LIBRARY_OF_OSLO[:32]
        assert {frame.raw[0] for frame in pad.trace.frames()} == {0x02}


def test_only_the_addressed_reader_of_a_bus_is_listened_to(tmp_path: Path) -> None:
    stranger = "11 07 B0 00 01 03 00 E0 04 01 FF FF FF FF FF"
    unchecked = bytes.fromhex(stranger)
    noise = unchecked + FEIG_HOST(unchecked).to_bytes(2, "little")
    with feig_pad(tmp_path, device=FeigSimulatorSettings(address=3), address=3) as pad:
        pad.plan(Noise(data=noise.hex()), "inventory")
        assert {tag.uid for tag in pad.reader.inventory(within())} == {BOOK, OTHER_BOOK}


def test_a_chip_that_does_not_tell_its_size_has_the_usual_one(pad: FeigPad) -> None:
    pad.plan(AnswerStatus(status=0x95, data="01"), "system information", times=None)
    assert len(pad.reader.read_blocks(BOOK, 20, 20, within()).data) == 8 * 4
    pad.reader.write_blocks(BOOK, 27, b"last", within())
    assert bytes(pad.tag(BOOK).memory[108:112]) == b"last"


def test_a_second_program_finds_the_port_busy(pad: FeigPad) -> None:
    second = FeigReader(FeigSettings(path=str(pad.host.link)))
    with pytest.raises(PortBusy):
        second.open(within())
    assert len(pad.reader.inventory(within())) == 2


def test_a_path_without_device_and_a_file_are_told_apart(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(PortMissing):
        FeigReader(FeigSettings(path=str(tmp_path / "nothing"))).open(within())
    with pytest.raises(WrongDevice):
        FeigReader(FeigSettings(path=str(tmp_path / "file"))).open(within())


def test_a_reader_for_another_kind_of_tag_is_refused(tmp_path: Path) -> None:
    device = FeigSimulatorSettings(software_type=91)
    with pytest.raises(WrongDevice, match="UHF"), feig_pad(tmp_path, device=device):
        pass


def test_a_failed_open_gives_the_port_back(tmp_path: Path) -> None:
    with feig_pad(tmp_path, patience=0.1) as pad:
        pad.reader.close()
        pad.plan(Lose(), times=3)
        with pytest.raises(DeviceSilent):
            pad.reader.open(within())
        FeigReader(FeigSettings(path=str(pad.host.link))).open(within())


def test_cancel_ends_a_blocked_call_and_the_next_one_works(pad: FeigPad) -> None:
    pad.plan(Lose(), command="inventory")

    def cancel() -> None:
        eventually(lambda: pad.heard("inventory"), 5, "inventory")
        pad.reader.cancel()

    caller = Thread(target=cancel)
    caller.start()
    started = Deadline.after(1.0)
    with pytest.raises(Cancelled):
        pad.reader.inventory(within())
    caller.join()
    assert not started.expired()
    assert len(pad.reader.inventory(within())) == 2


def test_calls_on_a_closed_reader_say_so(pad: FeigPad) -> None:
    pad.reader.close()
    pad.reader.close()
    pad.reader.cancel()
    with pytest.raises(DeviceLost):
        pad.reader.inventory(within())


def test_a_call_keeps_its_deadline(pad: FeigPad) -> None:
    pad.plan(Lose(), times=None)
    limit = Deadline.after(1.0)
    with pytest.raises(DeviceSilent):
        pad.reader.inventory(within(0.1))
    assert not limit.expired()


@pytest.mark.parametrize("model", [75, 45])
def test_lights_and_relays_are_switched_in_the_form_of_the_model(
    tmp_path: Path, model: int
) -> None:
    with feig_pad(tmp_path, device=FeigSimulatorSettings(software_type=model)) as pad:
        red = OutputOrder(Output.RED, OutputMode.FLASH, 30.0)
        relay = OutputOrder(Output.RELAY_1, OutputMode.ON, 20.0)
        pad.reader.set_outputs([red, relay], within())
        assert pad.simulator.reader.outputs.lit() == {Output.RED, Output.RELAY_1}


def test_inputs_are_told_by_number(pad: FeigPad) -> None:
    pad.simulator.reader.active_inputs = frozenset({1, 3})
    assert pad.reader.inputs(within()) == {1, 3}


def test_a_switched_output_is_never_switched_twice(pad: FeigPad) -> None:
    pad.plan(AnswerStatus(status=0x83), command="set output", times=None)
    with pytest.raises(FrameDamaged):
        pad.reader.set_outputs([OutputOrder(Output.GREEN, OutputMode.ON, 1.0)], within())
    assert pad.heard("set output") == 1


OLD_CLASSIC_PRO = FeigSimulatorSettings(revision=0x0150)


def test_eas_is_written_to_one_tag_and_proved_off_for_the_pad(tmp_path: Path) -> None:
    with feig_pad(tmp_path, device=OLD_CLASSIC_PRO) as pad:
        assert pad.reader.knows_eas
        pad.reader.write_eas(BOOK, within(), on=True)
        assert (pad.tag(BOOK).eas, pad.tag(OTHER_BOOK).eas) == (True, False)
        assert pad.reader.eas_alarm(within())
        pad.reader.write_eas(BOOK, within(), on=False)
        assert not pad.reader.eas_alarm(within())
        assert pad.heard("set EAS") == pad.heard("reset EAS") == 1


def test_a_reader_without_eas_says_what_to_do(pad: FeigPad) -> None:
    assert not pad.reader.knows_eas
    for call in (
        lambda: pad.reader.write_eas(BOOK, within(), on=True),
        lambda: pad.reader.eas_alarm(within()),
    ):
        with pytest.raises(DeviceRefused, match=r"CPR\.M02.*2\.05.*secure by AFI"):
            call()
    assert not pad.heard("EAS")


def test_a_chip_without_eas_is_named_and_not_written(tmp_path: Path) -> None:
    tag = VirtualTag(Uid("E007000012345678"), CHIPS["tag-it-hf-i-plus"])
    with feig_pad(tmp_path, [tag], OLD_CLASSIC_PRO) as pad:
        with pytest.raises(TagUnreadable, match="Tag-it"):
            pad.reader.write_eas(tag.uid, within(), on=True)
        assert not pad.heard("set EAS")


@pytest.mark.parametrize("fault", [Late(), Double(seconds=0.008), Double(), Lose()])
def test_silence_that_answers_an_earlier_question_proves_nothing(
    tmp_path: Path, fault: AnyFault
) -> None:
    """A tag with EAS set lies there; a write to a tag that is gone is answered "no transponder"."""
    with feig_pad(tmp_path, device=OLD_CLASSIC_PRO, patience=0.1) as pad:
        pad.tag(BOOK).eas = True
        pad.simulator.pad.lift(OTHER_BOOK)
        pad.plan(fault, "reset EAS")
        with pytest.raises((TagLeft, DeviceSilent)):
            pad.reader.write_eas(OTHER_BOOK, within(), on=False)
        assert pad.reader.eas_alarm(within())


@pytest.mark.parametrize("status", [0x02, 0x83])
def test_a_disturbed_alarm_check_is_no_silence(tmp_path: Path, status: int) -> None:
    with feig_pad(tmp_path, device=OLD_CLASSIC_PRO) as pad:
        pad.plan(AnswerStatus(status=status), "EAS alarm", times=2)
        assert not pad.reader.eas_alarm(within())
        pad.plan(AnswerStatus(status=status), "EAS alarm", times=None)
        with pytest.raises(FrameDamaged):
            pad.reader.eas_alarm(within())


def test_the_counter_of_a_chip_is_never_written(tmp_path: Path) -> None:
    tag = VirtualTag(Uid("E004010812345678"), CHIPS["icode-slix2"])
    with feig_pad(tmp_path, [tag]) as pad:
        with pytest.raises(TagLocked, match="block 79"):
            pad.reader.write_blocks(tag.uid, 76, bytes(16), within())
        assert not pad.heard("write blocks")
        pad.reader.write_blocks(tag.uid, 76, b"abcdefghijkl", within())
        assert pad.reader.read_blocks(tag.uid, 76, 8, within()).data == b"abcdefghijkl" + bytes(4)


TWO_PLACES = {"pad": 1, "book-drop": 2}
TWO_ANTENNAS = FeigSimulatorSettings(software_type=45, antennas=2)


def two_places(folder: Path) -> AbstractContextManager[FeigPad]:
    book, _ = sample_tags()
    return feig_pad(folder, [book], TWO_ANTENNAS, antennas=TWO_PLACES)


def test_antennas_are_places_and_a_tag_is_spoken_to_at_its_own(tmp_path: Path) -> None:
    with two_places(tmp_path) as pad:
        pad.simulator.pads[1].lay(sample_tags()[1])
        for _ in range(2):
            seen = {tag.uid: tag.place for tag in pad.reader.inventory(within())}
            assert seen == {BOOK: "pad", OTHER_BOOK: "book-drop"}
        for uid, memory in ((BOOK, LIBRARY_OF_OSLO), (OTHER_BOOK, LIBRARY_OF_HANOI)) * 2:
            assert pad.reader.read_blocks(uid, 0, 8, within()).data == memory[:32]
            pad.reader.write_afi(uid, 0xC2, within())
            assert pad.reader.system_information(uid, within()).afi == 0xC2


def test_a_book_that_falls_from_pad_to_drop_is_found_there_by_the_next_look(
    tmp_path: Path,
) -> None:
    with two_places(tmp_path) as pad:
        book = pad.tag(BOOK)
        assert [tag.place for tag in pad.reader.inventory(within())] == ["pad"]
        pad.simulator.pad.lift(BOOK)
        pad.simulator.pads[1].lay(book)
        with pytest.raises(TagLeft):
            pad.reader.write_afi(BOOK, 0xC2, within())
        assert [tag.place for tag in pad.reader.inventory(within())] == ["book-drop"]
        pad.reader.write_afi(BOOK, 0xC2, within())
        assert book.afi == 0xC2


def test_the_antenna_that_has_the_field_is_not_guessed_after_a_lost_answer(tmp_path: Path) -> None:
    with two_places(tmp_path) as pad:
        pad.reader.inventory(within())
        pad.plan(Lose(side="request"), "RF output", times=2)
        with pytest.raises(DeviceSilent):
            pad.reader.read_blocks(BOOK, 0, 8, within())
        pad.simulator.faults.clear()
        assert pad.reader.read_blocks(BOOK, 0, 8, within()).data == LIBRARY_OF_OSLO[:32]


def test_an_alarm_at_any_antenna_is_an_alarm(tmp_path: Path) -> None:
    with two_places(tmp_path) as pad:
        assert not pad.reader.eas_alarm(within())
        dropped = sample_tags()[1]
        dropped.eas = True
        pad.simulator.pads[1].lay(dropped)
        assert pad.reader.eas_alarm(within())


def test_a_reader_that_has_no_second_antenna_is_the_wrong_one(tmp_path: Path) -> None:
    with (
        pytest.raises(WrongDevice, match="book-drop is antenna 2"),
        feig_pad(tmp_path, antennas=TWO_PLACES),
    ):
        pass


def test_small_buffers_get_short_frames(pad: FeigPad) -> None:
    version = "0205" + "00" + "00" + "50" + "0018"
    pad.plan(AnswerStatus(status=0, data=version + "00400040"), "reader information")
    pad.reader.open(within())
    assert pad.reader.read_blocks(BOOK, 0, 9, within()).data == LIBRARY_OF_OSLO[:36]
    assert pad.heard("read blocks") == 3


@pytest.mark.parametrize(
    "fault", [AnswerStatus(status=0x80), Lose(), AnswerStatus(status=0, data="02")]
)
def test_old_firmware_that_tells_no_buffers_is_opened(tmp_path: Path, fault: AnyFault) -> None:
    with feig_pad(tmp_path, patience=0.1) as pad:
        pad.plan(fault, "reader information", times=None)
        assert pad.reader.open(within()).model == "CPR.M02"
        assert len(pad.reader.inventory(within())) == 2


def test_a_reader_on_the_network_is_a_pad_like_any_other() -> None:
    with TcpHost(FeigSimulator(sample_tags())) as host:
        reader = FeigReader(FeigSettings(path=host.address))
        reader.open(within())
        assert reader.read_blocks(BOOK, 0, 8, within()).data == LIBRARY_OF_OSLO[:32]
        host.drop()
        with pytest.raises(DeviceLost):
            reader.inventory(within())
        reader.open(within())
        assert len(reader.inventory(within())) == 2
        host.unplug()
        with pytest.raises(DeviceLost):
            reader.inventory(within())
        with pytest.raises(PortMissing):
            reader.open(within())
        host.plug()
        reader.open(within())
        reader.close()


def test_the_simulation_stands_on_a_network_port_when_told(tmp_path: Path) -> None:
    device = SIMULATION.make({"tcp_port": 0}, FaultPlan(), FrameTrace())
    host = SIMULATION.host(device, tmp_path / "pad")
    try:
        path = SIMULATION.settings(host.address)["path"]
        reader = FeigReader(FeigSettings(path=path))
        assert reader.open(within()).model == "CPR.M02"
        reader.close()
    finally:
        host.close()
