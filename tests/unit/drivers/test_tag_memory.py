import pytest

from drivers.belated_copies import LastRead
from drivers.deadline import Deadline
from drivers.errors import TagUnreadable
from drivers.interfaces import SystemInformation, TagBlocks
from drivers.tag_memory import blocks_that_are_there, told_geometry, whole_blocks
from drivers.uid import Uid

SLIX, OTHER = Uid("E0040150338607AE"), Uid("E004010011223344")
LATER = Deadline.after(10)


class Pad:
    """A pad with one tag that has `blocks`, and tells so or not."""

    def __init__(self, blocks: int, *, tells: bool = True) -> None:
        self.blocks = blocks
        self.tells = tells

    def system_information(self, uid: Uid, deadline: Deadline) -> SystemInformation:
        if not self.tells:
            raise TagUnreadable("it tells nothing", uid)
        return SystemInformation(uid, 0, 0, 8, self.blocks, 1)

    def read(self, first: int, count: int) -> TagBlocks:
        if first + count > self.blocks:
            raise TagUnreadable("no such block", SLIX)
        return TagBlocks(first, 4, bytes(4 * count))


def test_what_a_chip_tells_goes_before_what_is_usual() -> None:
    assert told_geometry(Pad(40), SLIX, LATER) == (40, 8)
    assert told_geometry(Pad(40, tells=False), SLIX, LATER) == (28, 4)


def test_a_read_beyond_the_end_gives_what_is_there() -> None:
    pad = Pad(40)
    read = blocks_that_are_there(lambda n: pad.read(32, n), pad, SLIX, range(32, 48), LATER)
    assert read.data == bytes(4 * 8)


@pytest.mark.parametrize("asked", [range(40, 48), range(50, 60)])
def test_a_read_behind_the_end_is_refused(asked: range) -> None:
    pad = Pad(40)
    with pytest.raises(TagUnreadable, match="no such block"):
        blocks_that_are_there(lambda n: pad.read(asked.start, n), pad, SLIX, asked, LATER)


def test_part_of_a_block_is_not_written() -> None:
    assert whole_blocks(b"abcdefgh", 4) == [b"abcd", b"efgh"]
    with pytest.raises(ValueError, match="no whole blocks"):
        whole_blocks(b"abcde", 4)


def test_an_answer_that_equals_the_last_of_another_tag_is_asked_for_again() -> None:
    last = LastRead[str]()
    assert last.sure(SLIX, lambda: "one", lambda: "never") == "one"
    assert last.sure(SLIX, lambda: "one", lambda: "never") == "one"
    assert last.sure(OTHER, lambda: "one", lambda: "another") == "another"
    assert last.sure(SLIX, lambda: "one", lambda: "never") == "one"
