"""The pad's thread with the real FEIG driver on a pseudo-terminal: every order is answered once."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from drivers.deadline import Deadline
from drivers.facts import InventoryRound
from drivers.feig_obid.driver import FeigReader, FeigSettings
from drivers.feig_obid.simulator import FeigSimulator
from drivers.frame_trace import Direction, FrameTrace, TracedFrame
from drivers.interfaces import SystemInformation
from drivers.simulators.faults import AnswerStatus, AnyFault, Lose, PlannedFault, TakeAway, Unplug
from drivers.simulators.pty_host import PtyHost
from drivers.simulators.virtual_tags import Chip, VirtualTag
from drivers.tags.content import TagModel
from drivers.tags.elements import Elements
from drivers.tags.encode import encode_tag
from drivers.tags.security import LibraryProfile, SecurityState
from drivers.uid import Uid
from kiosk.device_news import DeviceDown, DeviceUp
from kiosk.pad_orders import (
    ContentRead,
    PadOrder,
    ReadContent,
    ReadSecurity,
    SecurityRead,
    SecuritySet,
    SetSecurity,
)
from kiosk.pad_worker import PadWorker
from kiosk.recognition import recognise
from kiosk.session.events import WriteFailure
from tests.bench.feig_pad import BOOK, LIBRARY_OF_HANOI, LIBRARY_OF_OSLO, OTHER_BOOK
from tests.bench.kiosk.heard import Heard
from tests.waiting import eventually

RELEASED, SECURED = SecurityState.RELEASED, SecurityState.SECURED
AFI_RELEASED, AFI_SECURED = 0xC2, 0x07


def two_books() -> tuple[VirtualTag, VirtualTag]:
    """Of ISO 28560-3; one never got its DSFID, as is common."""
    return (
        VirtualTag(BOOK, memory=bytearray(LIBRARY_OF_OSLO), afi=AFI_SECURED, dsfid=0x3E),
        VirtualTag(OTHER_BOOK, memory=bytearray(LIBRARY_OF_HANOI), afi=AFI_SECURED),
    )


@dataclass
class Bench:
    simulator: FeigSimulator
    host: PtyHost
    reader: FeigReader
    worker: PadWorker
    heard: Heard
    trace: FrameTrace

    def plan(self, fault: AnyFault, command: str | None = None, times: int | None = 1) -> None:
        self.simulator.faults.plan(PlannedFault(fault=fault, command=command, times=times))

    def asked(self, *commands: str) -> list[str]:
        """The frames of these commands that reached the reader, in order."""
        sentences = [
            frame.sentence
            for frame in self.simulator.trace.frames()
            if frame.direction is Direction.RECEIVED
        ]
        return [each for sentence in sentences for each in commands if sentence.startswith(each)]

    def order(self, *orders: PadOrder) -> None:
        self.worker.order(orders)

    def outcome(self, order: SetSecurity) -> WriteFailure | None:
        return self.heard.first(SecuritySet, lambda told: told.order == order).failure

    def set(self, order: SetSecurity) -> WriteFailure | None:
        """Order it and wait for what becomes of it."""
        self.order(order)
        return self.outcome(order)


def release(uid: Uid = BOOK, *, check_first: bool = False) -> SetSecurity:
    return SetSecurity(uid, "TK.00001", RELEASED, None, "0" * 32, check_first)


def secure(uid: Uid = BOOK, *, check_first: bool = False) -> SetSecurity:
    return SetSecurity(uid, "TK.00001", SECURED, None, "0" * 32, check_first)


@contextmanager
def working_pad(
    folder: Path, tags: Sequence[VirtualTag] | None = None, poll_seconds: float = 0.02
) -> Iterator[Bench]:
    simulator = FeigSimulator(two_books() if tags is None else tags)
    heard = Heard()
    with PtyHost(simulator, folder / "pad") as host:
        trace = FrameTrace()
        reader = FeigReader(FeigSettings(path=str(host.link), patience=0.2), trace)
        worker = PadWorker("pad", reader, LibraryProfile(), poll_seconds, heard.tell, trace)
        worker.start()
        try:
            yield Bench(simulator, host, reader, worker, heard, trace)
        finally:
            worker.stop()
            worker.join(10)
            assert not worker.is_alive()


@pytest.fixture(autouse=True)
def short_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("kiosk.device_worker.FIRST_PAUSE_SECONDS", 0.05)


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    with working_pad(tmp_path) as opened:
        opened.heard.first(InventoryRound)
        yield opened


# --- looking and reading ---


def test_the_pad_is_up_before_its_first_round(bench: Bench) -> None:
    assert bench.heard.news[0] == DeviceUp("pad", "pad", "CPR.M02")
    assert bench.heard.first(InventoryRound).uids == {BOOK, OTHER_BOOK}


def test_a_change_is_looked_at_again_at_once_and_a_still_pad_seldom(tmp_path: Path) -> None:
    """Two rounds prove a new tag; between them nobody shall wait."""
    with working_pad(tmp_path, poll_seconds=60) as bench:
        eventually(lambda: len(bench.heard.every(InventoryRound)) >= 2, 5, "second round")
        count = len(bench.heard.every(InventoryRound))
        assert count == 2


def test_there_is_no_look_between_a_read_and_the_order_that_follows(tmp_path: Path) -> None:
    """A look costs as much as reading several books, and nobody asked for it."""
    with working_pad(tmp_path, poll_seconds=60) as bench:
        eventually(lambda: len(bench.heard.every(InventoryRound)) == 2, 5, "second round")
        bench.order(ReadContent(BOOK))
        bench.heard.first(ContentRead, lambda told: told.uid == BOOK)
        bench.order(ReadContent(OTHER_BOOK))
        bench.heard.first(ContentRead, lambda told: told.uid == OTHER_BOOK)
        assert len(bench.heard.every(InventoryRound)) == 2


def test_books_are_read_and_recognised(bench: Bench) -> None:
    bench.order(ReadContent(BOOK), ReadContent(OTHER_BOOK))
    bench.heard.first(ContentRead, lambda told: told.uid == OTHER_BOOK)
    numbers = [
        recognise(told.content, "").number
        for told in bench.heard.every(ContentRead)
        if told.content is not None
    ]
    assert numbers == ["1003011860976002", "31234000012347"]


def test_a_book_that_left_before_it_was_read_is_told_as_not_read(bench: Bench) -> None:
    bench.plan(TakeAway(), command="read blocks")
    bench.order(ReadContent(BOOK), ReadContent(OTHER_BOOK))
    assert bench.heard.first(ContentRead, lambda told: told.uid == BOOK).content is None
    other = bench.heard.first(ContentRead, lambda told: told.uid == OTHER_BOOK)
    assert other.content is not None
    assert bench.heard.every(DeviceDown) == []


LONG_CONTENT = encode_tag(
    TagModel.ISO28560_2,
    Elements(primary_item_identifier="TK.00003", title="Mùa mận trên bản Cao " * 4),
)
"""Ends behind the 28 blocks that most chips have."""

CARD_CONTENT = encode_tag(
    TagModel.ISO28560_3, Elements(primary_item_identifier="04271936", type_of_usage="80")
)


def told_in(frames: Sequence[TracedFrame], content: bytes) -> bool:
    """Whether the second block, in which the number stands, was kept; readers turn blocks round."""
    block = bytes(content[4:8])
    return any(block in frame.raw or block[::-1] in frame.raw for frame in frames)


def test_a_readers_card_on_the_pad_leaves_no_number_in_the_trace(tmp_path: Path) -> None:
    """The trace goes into bundles and over the local socket."""
    card = VirtualTag(BOOK, memory=bytearray(CARD_CONTENT.ljust(112, b"\0")), dsfid=0x3E)
    book = VirtualTag(OTHER_BOOK, memory=bytearray(LIBRARY_OF_HANOI), afi=AFI_SECURED)
    with working_pad(tmp_path, [card, book]) as bench:
        bench.heard.first(InventoryRound)
        bench.order(ReadContent(BOOK), ReadContent(OTHER_BOOK))
        read = bench.heard.first(ContentRead, lambda told: told.uid == BOOK).content
        assert read is not None
        assert read.item_identifier == "04271936"
        bench.heard.first(ContentRead, lambda told: told.uid == OTHER_BOOK)
        kept = bench.trace.frames()
        assert told_in(bench.simulator.trace.frames(), CARD_CONTENT)
    assert not told_in(kept, CARD_CONTENT)
    assert told_in(kept, LIBRARY_OF_HANOI)


SHORT_CHIP = Chip("icode-slix-l", "E00403", 8, 0x01, has_eas=True)
SHORT = Uid("E00403000000ABCD")


def test_a_short_tag_whose_data_say_they_go_on_does_not_take_the_pad_down(tmp_path: Path) -> None:
    """Nothing is left to be read on a tag of 32 bytes, whatever it announces."""
    tag = VirtualTag(SHORT, SHORT_CHIP, bytearray(LONG_CONTENT[:32]), dsfid=0x06)
    with working_pad(tmp_path, [tag]) as bench:
        bench.heard.first(InventoryRound)
        bench.order(ReadContent(SHORT), ReadSecurity(SHORT))
        content = bench.heard.first(ContentRead).content
        assert content is not None
        assert content.needs_more
        bench.heard.first(SecurityRead)
        assert bench.heard.every(DeviceDown) == []


UNKNOWN = Uid("E0FF000000001234")


def test_a_chip_of_no_known_kind_is_asked_how_much_it_holds(tmp_path: Path) -> None:
    tag = VirtualTag(UNKNOWN, Chip("?", "E0FF", 80, 0x01), bytearray(LONG_CONTENT), dsfid=0x06)
    with working_pad(tmp_path, [tag]) as bench:
        bench.heard.first(InventoryRound)
        bench.order(ReadContent(UNKNOWN))
        content = bench.heard.first(ContentRead).content
        assert content is not None
        assert recognise(content, "").number == "TK.00003"


def test_the_security_state_is_read_without_a_write(bench: Bench) -> None:
    bench.order(ReadSecurity(BOOK))
    assert bench.heard.first(SecurityRead) == SecurityRead(BOOK, SECURED)
    bench.simulator.pad.tag(BOOK).afi = 0x33  # type: ignore[union-attr]
    bench.heard.mark()
    bench.order(ReadSecurity(BOOK))
    assert bench.heard.first(SecurityRead).state is SecurityState.UNKNOWN
    assert bench.asked("write AFI") == []


# --- writing ---


def test_a_release_is_one_write_and_one_reading_back(bench: Bench) -> None:
    assert bench.set(release()) is None
    assert bench.simulator.pad.tag(BOOK).afi == AFI_RELEASED  # type: ignore[union-attr]
    assert bench.asked("write AFI", "system information") == ["write AFI", "system information"]


def test_a_stack_is_written_in_the_order_it_was_ordered(bench: Bench) -> None:
    bench.order(release(BOOK), release(OTHER_BOOK))
    bench.outcome(release(OTHER_BOOK))
    assert [told.order.uid for told in bench.heard.every(SecuritySet)] == [BOOK, OTHER_BOOK]


def test_tag_taken_away_between_order_and_release_is_left_and_untouched(bench: Bench) -> None:
    book = bench.simulator.pad.tag(BOOK)
    assert book is not None
    bench.plan(TakeAway(), command="write AFI")
    assert bench.set(release()) is WriteFailure.LEFT
    assert book.afi == AFI_SECURED


def test_tag_taken_away_between_release_and_read_back_is_proved_when_it_is_back(
    bench: Bench,
) -> None:
    book = bench.simulator.pad.tag(BOOK)
    assert book is not None
    bench.plan(TakeAway(side="answer"), command="write AFI")
    assert bench.set(release()) is WriteFailure.LEFT
    assert book.afi == AFI_RELEASED
    bench.simulator.pad.lay(book)
    assert bench.set(release(check_first=True)) is None
    assert len(bench.asked("write AFI")) == 1


def test_a_reply_to_a_write_that_is_lost_is_no_reason_to_write_again(bench: Bench) -> None:
    """The write took effect: looked at before writing again, and the pad stays up."""
    bench.plan(Lose(side="answer"), command="write AFI")
    assert bench.set(release()) is None
    assert len(bench.asked("write AFI")) == 1
    assert bench.heard.every(DeviceDown) == []


def test_a_write_that_never_arrived_is_written_again_after_a_look(bench: Bench) -> None:
    bench.plan(Lose(side="request"), command="write AFI")
    assert bench.set(release()) is None
    assert bench.asked("write AFI", "system information") == [
        "write AFI",
        "system information",
        "write AFI",
        "system information",
    ]
    assert bench.heard.every(DeviceDown) == []


def test_a_write_that_the_tag_did_not_take_is_tried_three_times_and_told(bench: Bench) -> None:
    bench.plan(AnswerStatus(status=0x03), command="write AFI", times=None)
    assert bench.set(release()) is WriteFailure.NOT_WRITTEN
    assert len(bench.asked("write AFI")) == 3


def test_a_locked_tag_is_told_after_one_try(bench: Bench) -> None:
    bench.simulator.pad.tag(BOOK).afi_locked = True  # type: ignore[union-attr]
    assert bench.set(release()) is WriteFailure.LOCKED
    assert len(bench.asked("write AFI")) == 1


def test_a_tag_that_is_locked_as_it_should_be_is_proved(bench: Bench) -> None:
    """A returned book whose tag is secured for ever is no case for the staff's list."""
    bench.simulator.pad.tag(BOOK).afi_locked = True  # type: ignore[union-attr]
    assert bench.set(secure()) is None


# --- losing the pad ---


@pytest.mark.parametrize(("side", "written"), [("request", False), ("answer", True)])
def test_unplugged_in_a_write_and_plugged_in_under_another_node(
    bench: Bench, side: str, written: bool
) -> None:
    book, node = bench.simulator.pad.tag(BOOK), bench.host.link.readlink()
    assert book is not None
    bench.plan(Unplug(side=side), command="write AFI")  # type: ignore[arg-type]
    assert bench.set(release()) is WriteFailure.PAD_LOST
    assert bench.heard.first(DeviceDown).error == "DeviceLost"
    assert (book.afi == AFI_RELEASED) is written
    bench.heard.mark()
    bench.host.plug()
    bench.heard.first(DeviceUp)
    assert bench.host.link.readlink() != node
    assert bench.set(release(check_first=True)) is None
    assert len(bench.asked("write AFI")) == (1 if written else 2)
    assert book.afi == AFI_RELEASED


def test_orders_behind_the_one_that_lost_the_pad_have_failed_too_and_once(bench: Bench) -> None:
    bench.plan(Unplug(), command="write AFI")
    orders = (release(BOOK), release(OTHER_BOOK), ReadContent(BOOK), ReadSecurity(OTHER_BOOK))
    bench.order(*orders)
    bench.heard.first(DeviceDown)
    told = [news for news in bench.heard.news if not isinstance(news, InventoryRound | DeviceUp)]
    assert told[:4] == [
        SecuritySet(release(BOOK), WriteFailure.PAD_LOST),
        SecuritySet(release(OTHER_BOOK), WriteFailure.PAD_LOST),
        ContentRead(BOOK, None),
        SecurityRead(OTHER_BOOK, None),
    ]
    assert [type(news) for news in told[4:]] == [DeviceDown]


def test_an_order_to_a_pad_that_is_away_has_failed_at_once(bench: Bench) -> None:
    """Else its line would wait for the pad, and the patron's name stand there all the while."""
    bench.host.unplug()
    bench.heard.first(DeviceDown, lambda down: down.error == "PortMissing")
    assert bench.set(release()) is WriteFailure.PAD_LOST
    bench.heard.mark()
    bench.host.plug()
    bench.heard.first(InventoryRound)
    assert bench.asked("write AFI") == []


def test_a_silent_pad_is_told_once_and_comes_back_by_itself(bench: Bench) -> None:
    bench.plan(Lose(), times=None)
    assert bench.heard.first(DeviceDown).error == "DeviceSilent"
    silent = len(bench.asked("software version"))
    eventually(lambda: len(bench.asked("software version")) > silent + 4, 10, "two more tries")
    assert len(bench.heard.every(DeviceDown)) == 1
    bench.heard.mark()
    bench.simulator.faults.clear()
    bench.heard.first(DeviceUp)
    bench.heard.first(InventoryRound)


def test_a_driver_that_fails_in_a_way_of_its_own_is_down_and_opened_anew(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    honest, mistakes = bench.reader.system_information, [ZeroDivisionError("its own mistake")]

    def system_information(uid: Uid, deadline: Deadline) -> SystemInformation:
        if mistakes:
            raise mistakes.pop()
        return honest(uid, deadline)

    monkeypatch.setattr(bench.reader, "system_information", system_information)
    assert bench.set(release()) is WriteFailure.PAD_LOST
    assert bench.heard.first(DeviceDown).error == "ZeroDivisionError"
    eventually(lambda: len(bench.heard.every(DeviceUp)) == 2, 5, "the pad again")
    again = release(check_first=True)
    assert bench.set(again) is None


# --- stopping ---


def test_a_worker_that_was_told_to_stop_ends_in_the_middle_of_a_call(bench: Bench) -> None:
    bench.plan(Lose(), command="system information", times=None)
    bench.order(ReadSecurity(BOOK))
    eventually(lambda: bench.asked("system information"), 5, "call under way")
    bench.worker.stop()
    bench.worker.join(5)
    assert not bench.worker.is_alive()
    assert bench.heard.every(DeviceDown) == []


def test_an_abandoned_worker_fails_its_orders_and_touches_no_tag_any_more(bench: Bench) -> None:
    """Its write hangs; what it does when the system lets it go must not undo another's write."""
    bench.plan(Lose(side="request"), command="write AFI")
    bench.order(release(BOOK), release(OTHER_BOOK))
    eventually(lambda: bench.asked("write AFI"), 5, "write under way")
    bench.worker.abandon()
    assert bench.outcome(release(BOOK)) is WriteFailure.PAD_LOST
    assert bench.outcome(release(OTHER_BOOK)) is WriteFailure.PAD_LOST
    bench.worker.join(5)
    assert len(bench.heard.every(SecuritySet)) == 2
    assert len(bench.asked("write AFI")) == 1
    assert bench.set(release()) is WriteFailure.PAD_LOST
