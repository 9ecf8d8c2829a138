"""The simulator against the golden frames, without a line: bytes in, acts out."""

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.bibliotheca_3m.commands import (
    CHECK_EAS,
    COMMANDS,
    EAS_CONTROL,
    LOCK_AFI,
    LOCK_BLOCK,
    QUIET,
    WRITE_AND_LOCK,
    WRITE_BLOCK,
    Request,
)
from drivers.bibliotheca_3m.frames import Frame
from drivers.bibliotheca_3m.simulator import BibliothecaSimulator
from drivers.bibliotheca_3m.virtual_pad import BibliothecaSimulatorSettings
from drivers.simulators.device import Act, Say
from drivers.simulators.virtual_tags import CHIPS, VirtualTag
from tests.unit.drivers.bibliotheca_3m import golden
from tests.unit.drivers.bibliotheca_3m.golden import MEMORY, SAMPLE

OK, NO_TAG, LOCKED = 0x00, 0x06, 0x12


def sample_tag(**changes: object) -> VirtualTag:
    return VirtualTag(uid=SAMPLE, memory=bytearray(MEMORY), **changes)  # type: ignore[arg-type]


class Line:
    """Asks a simulator frame by frame, each a second after the one before."""

    def __init__(self, *tags: VirtualTag, **settings: object) -> None:
        self.simulator = BibliothecaSimulator(tags, BibliothecaSimulatorSettings(**settings))  # type: ignore[arg-type]
        self.now = 100.0

    def acts(self, raw: bytes) -> Sequence[Act]:
        self.now += 1.0
        return self.simulator.receive(raw, self.now)

    def ask(self, frame: str) -> str:
        acts = self.acts(bytes.fromhex(frame))
        return b"".join(act.data for act in acts if isinstance(act, Say)).hex(" ").upper()

    def status(self, request: Request) -> int:
        return bytes.fromhex(self.ask(request.frame.raw.hex()))[4]


@pytest.mark.parametrize(
    ("tags", "asked", "answered"),
    [
        ((), golden.ASK_PROBE, golden.PROBED),
        ((), golden.ASK_INVENTORY, golden.NO_TAG_SEEN),
        ((sample_tag(),), golden.ASK_INVENTORY, golden.ONE_TAG),
        ((sample_tag(),), golden.ASK_READ, golden.EIGHT_BLOCKS),
        ((sample_tag(afi=0xC2),), golden.ASK_AFI, golden.AFI_IS_C2),
        ((), golden.ASK_AFI, golden.NOBODY_ANSWERS),
        ((sample_tag(),), golden.ASK_WRITE_AFI, golden.AFI_WRITTEN),
        ((), Frame(0xCC).raw.hex(), golden.UNKNOWN_COMMAND),
    ],
)
def test_golden_answers_to_the_byte(
    tags: tuple[VirtualTag, ...], asked: str, answered: str
) -> None:
    assert Line(*tags).ask(asked) == answered


def test_the_version_of_another_firmware() -> None:
    assert Line(firmware=(3, 2, 6)).ask(golden.ASK_VERSION) == golden.FIRMWARE_3_2_6


def test_every_command_that_a_pad_lacks_is_refused_by_its_number() -> None:
    line = Line(sample_tag(), missing=frozenset(command.name for command in COMMANDS))
    assert line.ask(golden.ASK_VERSION) == Frame(0x11, b"\x02").raw.hex(" ").upper()


def test_locks_hold() -> None:
    tag = sample_tag()
    line = Line(tag)
    assert line.status(Request(LOCK_AFI, {}, SAMPLE)) == OK
    assert line.ask(golden.ASK_WRITE_AFI).startswith("D6 00 0C 09 12")
    block = {"first": 3, "data": b"lock"}
    assert line.status(Request(WRITE_AND_LOCK, block, SAMPLE)) == OK
    assert line.status(Request(WRITE_BLOCK, block, SAMPLE)) == LOCKED
    assert line.status(Request(LOCK_BLOCK, {"first": 4}, SAMPLE)) == OK
    assert (bytes(tag.memory[12:16]), tag.locked_blocks, tag.afi_locked) == (b"lock", {3, 4}, True)


def test_eas_is_set_on_one_tag_and_asked_of_all() -> None:
    line = Line(sample_tag())
    assert line.status(Request(CHECK_EAS)) == NO_TAG
    assert line.status(Request(EAS_CONTROL, {"eas": 1}, SAMPLE)) == OK
    assert line.status(Request(CHECK_EAS)) == OK


def test_a_quiet_tag_wakes_up_for_the_next_inventory() -> None:
    line = Line(sample_tag())
    assert line.status(Request(QUIET, {}, SAMPLE)) == OK
    assert line.ask(golden.ASK_INVENTORY) == golden.ONE_TAG


def test_write_without_the_option_flag_is_refused_by_a_tag_it_chip() -> None:
    tag = VirtualTag(uid=SAMPLE, chip=CHIPS["tag-it-hf-i-plus"])
    assert Line(tag, sets_option_flag=False).ask(golden.ASK_WRITE_AFI).startswith("D6 00 0C 09 31")
    assert tag.afi == 0
    assert Line(tag).ask(golden.ASK_WRITE_AFI) == golden.AFI_WRITTEN
    assert tag.afi == 0x07


def test_no_answer_to_a_frame_that_fails_its_check_or_comes_while_the_pad_is_busy() -> None:
    line = Line(sample_tag(), keeps_wire_time=True, keeps_air_time=True)
    assert line.ask(golden.ASK_VERSION[:-2] + "21") == ""
    assert line.ask(golden.ASK_READ) == golden.EIGHT_BLOCKS
    assert line.simulator.receive(bytes.fromhex(golden.ASK_VERSION), line.now + 0.02) == []


def test_air_and_wire_time_are_kept_when_asked_for() -> None:
    line = Line(sample_tag(), keeps_air_time=True, keeps_wire_time=True)
    (said,) = line.acts(bytes.fromhex(golden.ASK_READ))
    assert isinstance(said, Say)
    assert said.after == pytest.approx(0.01826, abs=1e-4)  # with security bytes
    assert line.simulator.character_seconds == pytest.approx(10 / 19_200)


@given(st.lists(st.binary(max_size=40), max_size=10))
def test_garbage_never_makes_the_pad_fall_over(pieces: list[bytes]) -> None:
    line = Line(sample_tag(), firmware=(3, 2, 6))
    for piece in pieces:
        line.acts(piece)
    assert line.ask(golden.ASK_VERSION) == golden.FIRMWARE_3_2_6
