"""RFID pads: no tag is invented, no tag's data is given for another's, no write is done twice."""

from collections.abc import Callable
from dataclasses import dataclass

from drivers.conformance.every_kind import CHECKS as EVERY_KIND
from drivers.conformance.line_faults import fault_checks
from drivers.conformance.pad_rig import CONTENT_BLOCKS, RELEASED, SECURED, WRITTEN_AT, PadRig, book
from drivers.conformance.rig import Broken, Call, expect
from drivers.conformance.trial import Check, Trial, rig_of
from drivers.deadline import Deadline
from drivers.errors import TagError, TagLeft
from drivers.simulators.faults import TakeAway
from drivers.uid import Uid

MANY = 30
NOT_HERE = Uid("E004015099999999")


@dataclass(frozen=True, slots=True)
class Hand:
    """A book is taken away, at such a frame of such a call."""

    call: int
    at: int
    fault: TakeAway


def bear_a_tag_that_leaves(trial: Trial) -> None:
    with rig_of(trial, PadRig) as rig:
        rig.connect()
        frames = [_frames_of(rig, call) for call in rig.calls()]
        uid = rig.books[0].uid
    hands = [
        Hand(call, at, fault)
        for call in range(1, len(frames))
        for at in range(1, frames[call] + 1)
        for fault in (
            TakeAway(uid=uid),
            TakeAway(uid=uid, side="answer"),
            TakeAway(uid=uid, blocks=1),
        )
    ]
    trial.each(trial.some(hands), lambda hand: _take_away(trial, hand))


def _frames_of(rig: PadRig, call: Call) -> int:
    heard = len(rig.faults.asked)
    rig.expect_well(call)
    return len(rig.faults.asked) - heard


def _take_away(trial: Trial, hand: Hand) -> None:
    with rig_of(trial, PadRig) as rig:
        rig.connect()
        call = rig.calls()[hand.call]
        rig.plan(hand.fault, hand.at)
        _call_about_a_leaving_tag(rig, call)
        rig.put_right()
        rig.expect_well(call)


def _call_about_a_leaving_tag(rig: PadRig, call: Call) -> None:
    """The right value, or an error about this tag: the pad itself is well."""
    try:
        rig.make(call, 0)
    except TagError as problem:
        expect(
            problem.uid == rig.books[0].uid,
            f"{call.name}: the error is about {problem.uid}, which did not leave",
        )
    except Broken:
        if call.name != "inventory":  # what lay there before or lies there after is both true
            raise
    else:
        return


def tell_a_tag_that_is_not_there(trial: Trial) -> None:
    with rig_of(trial, PadRig) as rig:
        rig.connect()
        asks: dict[str, Callable[[Deadline], object]] = {
            "read_blocks": lambda by: rig.driver.read_blocks(NOT_HERE, 0, 1, by),
            "system_information": lambda by: rig.driver.system_information(NOT_HERE, by),
            "write_afi": lambda by: rig.driver.write_afi(NOT_HERE, SECURED, by),
            "write_dsfid": lambda by: rig.driver.write_dsfid(NOT_HERE, 0, by),
            "write_blocks": lambda by: rig.driver.write_blocks(NOT_HERE, 0, bytes(4), by),
        }
        for name, ask in asks.items():
            _expect_error(rig, name, ask, TagLeft)
        for call in rig.calls():
            rig.expect_well(call)


def _expect_error(
    rig: PadRig, name: str, ask: Callable[[Deadline], object], wanted: type[TagError]
) -> None:
    try:
        with rig.watched(name, 2.0) as deadline:
            ask(deadline)
    except wanted:
        return
    raise Broken(f"{name} raised nothing; {wanted.__name__} is required")


def find_every_tag_every_time(trial: Trial) -> None:
    with rig_of(trial, PadRig) as rig:
        rig.connect()
        for tag in rig.books:
            rig.device.pad.lift(tag.uid)
        inventory = rig.calls()[1]
        rig.make(inventory, 0)
        for number in range(10, 10 + MANY):
            rig.lay(book(number))
        for _ in range(3):
            rig.make(inventory, 0)
        rig.device.pad.lift(book(10).uid)
        rig.make(inventory, 0)


def read_to_the_end_of_the_memory(trial: Trial) -> None:
    with rig_of(trial, PadRig) as rig:
        rig.connect()
        tag = rig.books[0]
        first = tag.chip.blocks - 2
        with rig.watched("read_blocks", 2.0) as deadline:
            told = rig.driver.read_blocks(tag.uid, first, CONTENT_BLOCKS, deadline)
        expect(
            told.data == tag.memory[first * tag.chip.block_size :],
            f"read_blocks over the end gave {told.data.hex(' ')}; what is left was asked for",
        )


def tell_a_locked_memory(trial: Trial) -> None:
    with rig_of(trial, PadRig) as rig:
        rig.connect()
        tag = rig.books[0]
        tag.locked_blocks, tag.afi_locked = {WRITTEN_AT}, True
        writes: dict[str, Callable[[Deadline], object]] = {
            "write_blocks": lambda by: rig.driver.write_blocks(tag.uid, WRITTEN_AT, b"away", by),
            "write_afi": lambda by: rig.driver.write_afi(tag.uid, RELEASED, by),
        }
        for name, write in writes.items():
            _expect_error(rig, name, write, TagError)


CHECKS = (
    *EVERY_KIND,
    Check("every-tag", "an inventory tells all tags, each time", find_every_tag_every_time),
    Check("end-of-memory", "a read over the end gives the rest", read_to_the_end_of_the_memory),
    Check("no-such-tag", "a missing tag is told as TagLeft", tell_a_tag_that_is_not_there),
    Check("locked-memory", "a write that the tag refuses is told", tell_a_locked_memory),
    Check(
        "tag-leaves",
        "a tag that leaves in the middle is that tag's error alone",
        bear_a_tag_that_leaves,
    ),
    *fault_checks(),
)
