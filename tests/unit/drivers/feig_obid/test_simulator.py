"""The simulator against the golden frames, without a line: bytes in, acts out."""

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.feig_obid.commands import (
    BY_CODE,
    READ_BLOCKS,
    WITH_SECURITY,
    WRITE_AFI,
    WRITE_BLOCKS,
    Request,
)
from drivers.feig_obid.frames import Frame
from drivers.feig_obid.simulator import FeigSimulator
from drivers.feig_obid.virtual_reader import FeigSimulatorSettings
from drivers.feig_obid.virtual_tag_commands import SELECTED
from drivers.simulators.device import Act, Say
from drivers.simulators.virtual_tags import CHIPS, VirtualTag
from drivers.uid import Uid
from tests.unit.drivers.feig_obid import golden
from tests.unit.drivers.feig_obid.golden import MEMORY, REQUESTS, SAMPLE

OTHER = Uid("E004010011223344")
INVENTORY = "07 FF B0 01 00 1C 56"
READ = "11 FF B0 23 01 E0 04 01 50 33 86 07 AE 00 08 F4 FD"
WRITE = next(row.frame for row in REQUESTS if row.command == "write blocks")
WRITE_C2 = "10 FF B0 27 01 E0 04 01 50 33 86 07 AE C2 F3 EE"
ASK_SYSTEM = "0F FF B0 2B 01 E0 04 01 50 33 86 07 AE F5 03"
RESET = "05 FF 69 89 01"


def sample_tag(**changes: object) -> VirtualTag:
    return VirtualTag(uid=SAMPLE, memory=bytearray(MEMORY), **changes)  # type: ignore[arg-type]


class Line:
    """Asks a simulator frame by frame, each a second after the one before."""

    def __init__(self, *tags: VirtualTag, **settings: object) -> None:
        self.simulator = FeigSimulator(tags, FeigSimulatorSettings(**settings))  # type: ignore[arg-type]
        self.now = 100.0

    def acts(self, raw: bytes) -> Sequence[Act]:
        self.now += 1.0
        return self.simulator.receive(raw, self.now)

    def ask(self, frame: str) -> str:
        acts = self.acts(bytes.fromhex(frame))
        return b"".join(act.data for act in acts if isinstance(act, Say)).hex(" ").upper()


@pytest.mark.parametrize(
    ("tags", "asked", "answered"),
    [
        ((), "05 FF 65 E5 CB", golden.VERSION),
        ((), RESET, golden.RESET_DONE),
        ((), INVENTORY, golden.NO_TAG),
        ((sample_tag(),), INVENTORY, golden.ONE_TAG),
        ((sample_tag(),), READ, golden.EIGHT_BLOCKS),
        ((sample_tag(afi=0xC2, dsfid=0x3E),), ASK_SYSTEM, golden.SYSTEM_INFORMATION),
        ((sample_tag(),), WRITE_C2, golden.DONE),
        ((sample_tag(afi_locked=True),), WRITE_C2, golden.REFUSED_LOCKED),
        ((), golden.ADVANCED_INVENTORY, golden.ADVANCED_NO_TAG),
        ((), WRITE_C2, golden.NO_TAG),
    ],
)
def test_golden_answers_to_the_byte(
    tags: tuple[VirtualTag, ...], asked: str, answered: str
) -> None:
    assert Line(*tags).ask(asked) == answered


def test_two_tags_in_one_answer() -> None:
    answer = Line(sample_tag(), VirtualTag(uid=OTHER)).ask(INVENTORY)
    assert answer in {golden.TWO_TAGS, Line(VirtualTag(uid=OTHER), sample_tag()).ask(INVENTORY)}
    assert sorted((answer[15:44], answer[45:74])) == sorted(
        (golden.TWO_TAGS[15:44], golden.TWO_TAGS[45:74])
    )


def test_blocks_are_written_in_memory_order() -> None:
    tag = VirtualTag(uid=SAMPLE)
    assert Line(tag).ask(WRITE) == golden.DONE
    assert bytes(tag.memory[:32]) == MEMORY


def test_a_reader_of_the_other_byte_order_takes_blocks_as_they_come() -> None:
    tag = VirtualTag(uid=SAMPLE)
    Line(tag, reverses_blocks=False).ask(WRITE)
    assert bytes(tag.memory[:32]) == golden.LINE_BLOCKS


def test_a_tag_is_reported_once_until_the_field_was_off() -> None:
    line = Line(sample_tag())
    assert [line.ask(INVENTORY), line.ask(INVENTORY)] == [golden.ONE_TAG, golden.NO_TAG]
    line.ask(RESET)
    assert line.ask(INVENTORY) == golden.ONE_TAG


def test_a_tag_that_left_is_reported_again_when_it_was_missed() -> None:
    line = Line(sample_tag())
    line.ask(INVENTORY)
    line.simulator.pad.lift(SAMPLE)
    assert line.ask(INVENTORY) == golden.NO_TAG
    line.simulator.pad.lay(sample_tag())
    assert line.ask(INVENTORY) == golden.ONE_TAG


def test_more_tags_than_a_frame_holds_come_in_parts() -> None:
    line = Line(sample_tag(), VirtualTag(uid=OTHER), tags_a_frame=1)
    first, second = line.ask(INVENTORY), line.ask("07 FF B0 01 80 14 D2")
    assert first.startswith("11 00 B0 94 01 03")
    assert second.startswith("11 00 B0 00 01 03")
    assert first[15:44] != second[15:44]
    assert line.ask("07 FF B0 01 80 14 D2") == golden.NO_TAG


def test_an_answer_of_more_than_255_bytes_is_an_advanced_frame() -> None:
    tags = [VirtualTag(uid=Uid(f"E00401500000{number:04X}")) for number in range(30)]
    assert Line(*tags, tags_a_frame=100).ask(INVENTORY).startswith("02 01 35 00 B0 00 1E")


def test_write_without_the_option_flag_is_refused_by_a_tag_it_chip() -> None:
    chip = CHIPS["tag-it-hf-i-plus"]
    tag = VirtualTag(uid=SAMPLE, chip=chip)
    assert Line(tag, sets_option_flag=False).ask(WRITE_C2).startswith("07 00 B0 95 03")
    assert tag.afi == 0
    assert Line(tag).ask(WRITE_C2) == golden.DONE
    assert tag.afi == 0xC2


@pytest.mark.parametrize("command", [0x55, 0x99])
def test_an_unknown_command_is_refused(command: int) -> None:
    asked = Frame(command).raw.hex(" ")
    assert Line().ask(asked).startswith(f"06 00 {command:02X} 80")


def test_a_command_of_the_wrong_length_is_refused() -> None:
    assert Line().ask(Frame(0x65, b"\x00").raw.hex()).startswith("06 00 65 81")


def test_no_answer_to_a_frame_that_fails_its_check() -> None:
    assert Line(sample_tag()).ask("07 FF B0 01 00 1C 57") == ""


def test_no_answer_to_a_frame_for_another_address() -> None:
    line = Line(sample_tag(), address=3)
    assert line.ask(Frame(0x65, address=0).raw.hex()) == ""
    assert line.ask("05 FF 65 E5 CB").startswith("0D 03 65 00")


def test_a_frame_that_comes_too_soon_is_not_heard() -> None:
    line = Line()
    line.ask(RESET)
    assert line.simulator.receive(bytes.fromhex(RESET), line.now + 0.004) == []
    assert line.simulator.receive(bytes.fromhex(RESET), line.now + 0.006) != []


def test_a_frame_cut_by_a_long_pause_is_forgotten() -> None:
    line = Line()
    line.acts(bytes.fromhex(RESET)[:3])
    assert line.acts(bytes.fromhex(RESET)[3:]) == []
    assert line.ask(RESET) == golden.RESET_DONE


def test_every_write_is_kept_before_it_is_answered() -> None:
    kept: list[int] = []
    line = Line(sample_tag(on_write=lambda tag: kept.append(tag.afi)))
    line.ask(WRITE_C2)
    assert kept == [0xC2]


def test_air_and_wire_time_are_kept_when_asked_for() -> None:
    line = Line(sample_tag(), keeps_air_time=True, keeps_wire_time=True)
    (said,) = line.acts(bytes.fromhex(READ))
    assert isinstance(said, Say)
    assert said.after == pytest.approx(0.01585, abs=1e-4)
    assert line.simulator.character_seconds == pytest.approx(11 / 38_400)


@given(st.lists(st.binary(max_size=40), max_size=10))
def test_garbage_never_makes_the_reader_fall_over(pieces: list[bytes]) -> None:
    line = Line(sample_tag())
    for piece in pieces:
        line.acts(piece)
    assert line.ask("05 FF 65 E5 CB") == golden.VERSION


@pytest.mark.parametrize("form", ["both", "standard", "advanced"])
def test_a_reader_hears_frames_of_its_kind_only(form: str) -> None:
    line = Line(frames=form)
    assert bool(line.ask("05 FF 65 E5 CB")) is (form != "advanced")
    assert bool(line.ask(golden.ADVANCED_VERSION)) is (form != "standard")


def test_firmware_without_custom_commands_says_so() -> None:
    set_eas = next(row.frame for row in REQUESTS if row.command == "set EAS")
    assert Line(sample_tag()).ask(set_eas).startswith("06 00 B1 80")
    tag = sample_tag()
    assert Line(tag, software_type=76).ask(set_eas).startswith("06 00 B1 00")
    assert tag.eas


def test_a_custom_command_of_another_maker_is_unknown() -> None:
    frame = Frame(0xB1, bytes((0x07, 0xA2, 0))).raw.hex(" ")
    assert Line(software_type=76).ask(frame).startswith("06 00 B1 80")


def test_an_antenna_that_is_not_there_is_refused() -> None:
    select = Frame(0x6A, b"\x02").raw.hex()
    assert Line().ask(select).startswith("06 00 6A 11")
    assert Line(antennas=2).ask(select).startswith("06 00 6A 00")


def test_blocks_come_with_their_security_bytes_when_asked_for() -> None:
    asked = Request(READ_BLOCKS, {"first": 2, "count": 2}, SAMPLE, WITH_SECURITY)
    answer = bytes.fromhex(Line(sample_tag(locked_blocks={3})).ask(asked.frame().raw.hex()))
    blocks = MEMORY[8:12][::-1], MEMORY[12:16][::-1]
    assert answer[4:-2] == b"\2\4" + b"\0" + blocks[0] + b"\1" + blocks[1]


def test_a_command_without_an_address_reaches_the_tag_that_was_selected() -> None:
    line = Line(sample_tag(), VirtualTag(uid=OTHER))
    write = Request(WRITE_AFI, {"afi": 0xC2}, None, SELECTED)
    assert line.ask(write.frame().raw.hex()) == golden.NO_TAG
    line.ask(Request(BY_CODE[0xB0, 0x25], {}, OTHER).frame().raw.hex())
    assert line.ask(write.frame().raw.hex()) == golden.DONE
    assert [tag.afi for tag in line.simulator.pad.tags()] == [0, 0xC2]


@pytest.mark.parametrize("count", [0, 60])
def test_blocks_that_no_chip_or_reader_can_give_at_once_are_refused(count: int) -> None:
    line = Line(sample_tag(chip=CHIPS["icode-slix2"]))
    asked = Request(READ_BLOCKS, {"first": 0, "count": count}, SAMPLE)
    assert line.ask(asked.frame().raw.hex()).startswith("06 00 B0 11")


def test_a_write_beyond_the_last_block_number_is_refused() -> None:
    fields = {"first": 255, "count": 2, "size": 4, "blocks": bytes(8)}
    line = Line(sample_tag())
    assert line.ask(Request(WRITE_BLOCKS, fields, SAMPLE).frame().raw.hex()).startswith("06 00 B0")
    assert line.ask("05 FF 65 E5 CB") == golden.VERSION


def test_the_chip_says_which_block_it_has_not() -> None:
    asked = Request(READ_BLOCKS, {"first": 27, "count": 2}, SAMPLE)
    assert Line(sample_tag()).ask(asked.frame().raw.hex()).startswith("07 00 B0 95 10")
