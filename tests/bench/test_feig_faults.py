"""Every fault at every command: the right result or a typed error, never a wrong result.

Each act is done on one book while the fault strikes, then on another book, whose answer a late or
doubled frame could be taken for; then the line must work again without help.
"""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

import pytest

from drivers.deadline import Deadline
from drivers.errors import DriverError
from drivers.feig_obid.commands import Request
from drivers.feig_obid.conversation import Answer
from drivers.feig_obid.driver import FeigReader
from drivers.simulators.faults import (
    AnswerStatus,
    AnyFault,
    Cut,
    Delay,
    Double,
    Echo,
    Flip,
    Hang,
    Late,
    Lose,
    Noise,
    Split,
    TakeAway,
    Unplug,
)
from drivers.simulators.virtual_tags import VirtualTag
from drivers.uid import Uid
from tests.bench.feig_pad import (
    BOOK,
    LIBRARY_OF_HANOI,
    LIBRARY_OF_OSLO,
    OTHER_BOOK,
    FeigPad,
    feig_pad,
)
from tests.bench.pad_bench import open_in_the_end, within
from tests.waiting import eventually

MEMORIES = {BOOK: LIBRARY_OF_OSLO, OTHER_BOOK: LIBRARY_OF_HANOI}
DSFIDS = {BOOK: 0x3E, OTHER_BOOK: 0x06}
NO_TAG = "0600B0015C63"
NEW = {BOOK: b"left", OTHER_BOOK: b"page"}

FAULTS: tuple[AnyFault, ...] = (
    Lose(side="request"),
    Lose(),
    Flip(bit=2, side="request"),
    Flip(bit=1),
    Flip(bit=7),
    Flip(bit=20),
    Flip(bit=45),
    Flip(bit=100),
    Cut(keep=1),
    Cut(keep=5),
    Split(keep=1),
    Split(keep=4),
    Split(keep=5, seconds=0.06),
    Double(),
    Double(seconds=0.01),
    Echo(),
    Noise(data="FF0042"),
    Noise(data="30"),
    Noise(data="02FFFF"),
    Noise(data=NO_TAG),
    Noise(data="FF0042", place="after"),
    Noise(data="0600", place="after"),
    Delay(seconds=0.03),
    Delay(seconds=0.2),
    Late(),
    Hang(seconds=0.1),
    Hang(seconds=0.1, side="answer"),
    Unplug(side="request"),
    Unplug(),
    Unplug(keep=3),
    TakeAway(),
    TakeAway(side="answer"),
    AnswerStatus(status=0x01),
    AnswerStatus(status=0x02),
    AnswerStatus(status=0x03, data="05"),
    AnswerStatus(status=0x82),
    AnswerStatus(status=0x83),
    AnswerStatus(status=0x93),
    AnswerStatus(status=0x94, data="00"),
    AnswerStatus(status=0x95, data="12"),
    AnswerStatus(status=0x95),
    AnswerStatus(status=0xEE),
)


def open_again(reader: FeigReader, _uid: Uid) -> None:
    assert reader.open(within()).model == "CPR.M02"


def take_inventory(reader: FeigReader, uid: Uid) -> None:
    seen = {tag.uid: tag.dsfid for tag in reader.inventory(within())}
    assert uid not in seen or seen[uid] == DSFIDS[uid]
    assert seen.keys() <= {BOOK, OTHER_BOOK}
    assert len(seen) == 2


def read_memory(reader: FeigReader, uid: Uid) -> None:
    assert reader.read_blocks(uid, 0, 9, within()).data == MEMORIES[uid]


def ask_system(reader: FeigReader, uid: Uid) -> None:
    told = reader.system_information(uid, within())
    assert (told.uid, told.dsfid) == (uid, DSFIDS[uid])


def write_and_prove_afi(reader: FeigReader, uid: Uid) -> None:
    reader.write_afi(uid, 0xC2, within())
    assert reader.system_information(uid, within()).afi == 0xC2


def write_and_prove_dsfid(reader: FeigReader, uid: Uid) -> None:
    reader.write_dsfid(uid, DSFIDS[uid], within())
    assert reader.system_information(uid, within()).dsfid == DSFIDS[uid]


def write_and_prove_block(reader: FeigReader, uid: Uid) -> None:
    reader.write_blocks(uid, 20, NEW[uid], within())
    assert reader.read_blocks(uid, 20, 1, within()).data == NEW[uid]


Act = Callable[[FeigReader, Uid], None]

SIDE_BY_SIDE = 8  # these tests wait more than they work

ACTS: tuple[tuple[str, Act], ...] = (
    ("software version", open_again),
    ("RF reset", take_inventory),
    ("inventory", take_inventory),
    ("read blocks", read_memory),
    ("system information", ask_system),
    ("write AFI", write_and_prove_afi),
    ("write DSFID", write_and_prove_dsfid),
    ("write blocks", write_and_prove_block),
)


def works(pad: FeigPad, act: Act, uid: Uid) -> bool:
    """Do it; a typed error is allowed, a wrong result is not."""
    try:
        act(pad.reader, uid)
    except DriverError:
        return False
    return True


def lies(command: str, fault: AnyFault) -> bool:
    """A well-formed frame that says there are no tags is a lie that no driver can see through."""
    no_tags = (AnswerStatus(status=0x01), AnswerStatus(status=0x94, data="00"), Noise(data=NO_TAG))
    return command == "inventory" and fault in no_tags


def put_right(pad: FeigPad, tags: tuple[VirtualTag, ...]) -> None:
    """What a hand does after it: the plug back in, the books back on the pad."""
    for tag in tags:
        pad.simulator.pad.lay(tag)
    if not pad.host.plugged:
        pad.host.plug()
        open_in_the_end(pad.reader)


@pytest.mark.parametrize("times", [1, 3])
@pytest.mark.parametrize(("command", "act"), ACTS, ids=[command for command, _ in ACTS])
def test_a_fault_gives_the_right_result_or_a_typed_error(
    tmp_path: Path, command: str, act: Act, times: int
) -> None:
    def strike(fault: AnyFault) -> None:
        folder = tmp_path / str(FAULTS.index(fault))
        folder.mkdir()
        check_one_fault(folder, fault, command, act, times)

    with ThreadPoolExecutor(SIDE_BY_SIDE) as pool:
        list(pool.map(strike, [fault for fault in FAULTS if not lies(command, fault)]))


def check_one_fault(folder: Path, fault: AnyFault, command: str, act: Act, times: int) -> None:
    with feig_pad(folder, patience=0.1, block_order="reversed") as pad:
        tags = pad.simulator.pad.tags()
        pad.plan(fault, command, times=times)
        works(pad, act, BOOK)
        assert pad.heard(command) <= 1 or not command.startswith("write"), fault
        works(pad, act, OTHER_BOOK)
        assert pad.simulator.faults.struck, f"{fault} never struck"
        pad.simulator.faults.clear()
        put_right(pad, tags)
        assert eventually(partial(works, pad, act, BOOK), 5, f"recovery from {fault}")


def test_the_rig_counts_a_write_that_is_repeated(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The planted fault for the count above: a driver that repeats writes as it repeats reads."""
    once = FeigReader.ask_tag

    def repeated(reader: FeigReader, request: Request, deadline: Deadline) -> Answer:
        try:
            return once(reader, request, deadline)
        except DriverError:
            return once(reader, request, deadline)

    monkeypatch.setattr(FeigReader, "ask_tag", repeated)
    with feig_pad(tmp_path, patience=0.1) as pad:
        pad.plan(Lose(), "write AFI")
        works(pad, write_and_prove_afi, BOOK)
        assert pad.heard("write AFI") == 2
