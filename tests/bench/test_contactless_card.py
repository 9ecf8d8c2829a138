"""The driver through nfcpy on a pseudo-terminal: cards, what they hide, and lines that fail."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from threading import Thread, active_count
from typing import Any

import msgspec
import pytest

from drivers.contactless_card.driver import DRIVER, ContactlessCardReader
from drivers.contactless_card.settings import CardSettings
from drivers.contactless_card.simulator import CardSimulatorSettings, Pn532Simulator
from drivers.contactless_card.virtual_cards import Type4Card
from drivers.deadline import Deadline
from drivers.errors import (
    Cancelled,
    DeviceLost,
    DeviceSilent,
    PortBusy,
    PortMissing,
    WrongDevice,
)
from drivers.facts import CardProblem, CardSeen
from drivers.frame_trace import Direction, FrameTrace
from drivers.simulators.device import VirtualCard
from drivers.simulators.faults import Flip, Late, Lose, PlannedFault, TakeAway
from drivers.simulators.pty_host import PtyHost
from tests.waiting import eventually

CLASSIC = VirtualCard(bytes.fromhex("93A1B2C4"))
NTAG = VirtualCard(bytes.fromhex("04112233445566"), text="TV-000123")
TWO_PAGES = VirtualCard(bytes.fromhex("01020304"), text="TV-000124")
LONG_UID = VirtualCard(bytes.fromhex("0102030405060708090A"), text="TV-000125")
PASSPORT = VirtualCard(bytes.fromhex("AABBCCDD"), "iso14443b", "TV-000126")
FELICA = VirtualCard(bytes.fromhex("02FE123456789ABC"), "felica", "TV-000127")
PHONE = VirtualCard(bytes.fromhex("08112233"), text="TV-000128")
ADDRESS = VirtualCard(bytes.fromhex("04AABBCCDDEEFF"), text="https://thuvien.vn/the/12345")

ALL = (CLASSIC, NTAG, TWO_PAGES, LONG_UID, PASSPORT, FELICA)
WITH_TEXT = (NTAG, TWO_PAGES, LONG_UID, PASSPORT, FELICA, PHONE)


def within(seconds: float = 5.0) -> Deadline:
    return Deadline.after(seconds)


@dataclass
class Desk:
    simulator: Pn532Simulator
    host: PtyHost
    reader: ContactlessCardReader
    trace: FrameTrace

    def present(self, card: VirtualCard) -> CardSeen | None:
        """Hold a card before the reader and see what is told."""
        self.host.say(self.simulator.present(card))
        return self.reader.next_card(within())

    def take_away(self) -> None:
        self.host.say(self.simulator.remove())
        assert self.reader.next_card(within(0.1)) is None

    def heard(self, command: str) -> int:
        """How often the chip was told it."""
        return sum(
            frame.direction is Direction.RECEIVED and frame.sentence == command
            for frame in self.simulator.trace.frames()
        )


@contextmanager
def card_desk(
    folder: Path,
    device: CardSimulatorSettings | None = None,
    **changed: Any,  # noqa: ANN401
) -> Iterator[Desk]:
    simulator, trace = Pn532Simulator(device), FrameTrace(capacity=5000)
    with PtyHost(simulator, folder / "card") as host:
        hurried = {"path": host.address, "patience": 0.2, "pause": 0.01}
        settings = msgspec.convert({**hurried, **changed}, CardSettings)
        reader = ContactlessCardReader(settings, trace)
        reader.open(within())
        try:
            yield Desk(simulator, host, reader, trace)
        finally:
            reader.close()


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    with card_desk(tmp_path) as desk:
        yield desk


@pytest.fixture
def text_desk(tmp_path: Path) -> Iterator[Desk]:
    with card_desk(tmp_path, number="text") as desk:
        yield desk


def test_uids_of_all_kinds_of_cards(desk: Desk) -> None:
    for card in ALL:
        assert desk.present(card) == CardSeen(card.technology, card.uid.hex().upper())
        desk.take_away()


def test_a_card_that_stays_is_told_once_and_again_after_it_left(desk: Desk) -> None:
    assert desk.present(CLASSIC) is not None
    assert desk.reader.next_card(within(0.1)) is None
    desk.take_away()
    assert desk.present(CLASSIC) is not None


def test_the_next_card_may_follow_at_once(desk: Desk) -> None:
    assert desk.present(CLASSIC) == CardSeen("iso14443a", "93A1B2C4")
    assert desk.present(NTAG) == CardSeen("iso14443a", "04112233445566")


def test_a_phone_with_a_new_uid_each_time_is_told_once_and_is_nobody(desk: Desk) -> None:
    assert desk.present(PHONE) == CardSeen("iso14443a", "", CardProblem.RANDOM_UID)
    assert desk.reader.next_card(within(0.1)) is None


def test_a_passport_with_a_new_identifier_each_time_is_told_once_and_is_nobody(
    tmp_path: Path,
) -> None:
    """Nothing in a type B identifier says that it is random: only a second look does."""
    with card_desk(tmp_path, CardSimulatorSettings(changing_pupi=True)) as desk:
        assert desk.present(PASSPORT) == CardSeen("iso14443b", "", CardProblem.RANDOM_UID)
        assert desk.reader.next_card(within(0.1)) is None


def test_texts_of_all_kinds_of_cards_also_behind_a_random_uid(text_desk: Desk) -> None:
    for card in WITH_TEXT:
        assert text_desk.present(card) == CardSeen(card.technology, card.text)
        text_desk.take_away()


def test_a_number_inside_an_address(tmp_path: Path) -> None:
    pattern = r"https://thuvien\.vn/the/(\d+)"
    with card_desk(tmp_path, number="text", text_pattern=pattern) as desk:
        assert desk.present(ADDRESS) == CardSeen("iso14443a", "12345")


def test_a_card_without_the_text_is_unreadable_not_known_by_its_uid(text_desk: Desk) -> None:
    assert text_desk.present(CLASSIC) == CardSeen("iso14443a", "", CardProblem.UNREADABLE)
    assert text_desk.reader.next_card(within(0.1)) is None


def test_a_card_taken_away_while_its_text_is_read_is_read_when_it_comes_again(
    text_desk: Desk,
) -> None:
    text_desk.simulator.faults.plan(PlannedFault(fault=TakeAway(), command="communicate", at=2))
    text_desk.host.say(text_desk.simulator.present(TWO_PAGES))
    assert text_desk.reader.next_card(within(0.2)) is None
    assert text_desk.present(TWO_PAGES) == CardSeen("iso14443a", "TV-000124")


def test_a_disturbed_block_of_a_text_is_read_again(text_desk: Desk) -> None:
    text_desk.simulator.faults.plan(
        PlannedFault(fault=Flip(bit=120), command="communicate", at=2, times=1)
    )
    assert text_desk.present(TWO_PAGES) == CardSeen("iso14443a", "TV-000124")
    assert text_desk.simulator.faults.struck


def test_a_card_that_says_wait_for_ever_does_not_hold_the_reader(
    text_desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    honest = Type4Card.answer

    def stalling(card: Type4Card, question: bytes) -> bytes | None:
        return honest(card, question) if question[:1] == b"\xe0" else b"\xf2\x01"

    monkeypatch.setattr(Type4Card, "answer", stalling)
    monkeypatch.setattr("drivers.contactless_card.driver.TEXT_SECONDS", 0.1)
    assert text_desk.present(PHONE) == CardSeen("iso14443a", "", CardProblem.UNREADABLE)


@pytest.mark.parametrize(
    "answer_to_select", [b"", b"\x01", b"\x05\xff", b"\x05\x78\x80\xff\x02", b"\xff" * 60]
)
def test_a_card_that_breaks_the_rules_is_unreadable(
    text_desk: Desk, monkeypatch: pytest.MonkeyPatch, answer_to_select: bytes
) -> None:
    monkeypatch.setattr(Type4Card, "answer", lambda _card, _question: answer_to_select)
    monkeypatch.setattr("drivers.contactless_card.driver.TEXT_SECONDS", 0.1)
    assert text_desk.present(PHONE) == CardSeen("iso14443a", "", CardProblem.UNREADABLE)


SECRETS = (NTAG.uid.hex(), NTAG.uid[3:6].hex(), "000123", b"000123".hex())


def told_about_a_card(folder: Path, caplog: pytest.LogCaptureFixture) -> str:
    """All that traces and logs keep while a card is read."""
    caplog.set_level(logging.DEBUG - 1)
    with card_desk(folder, number="text") as desk:
        assert desk.present(NTAG) is not None
        kept = [str(frame) for frame in desk.trace.frames() + desk.simulator.trace.frames()]
        return "\n".join([*kept, caplog.text]).lower().replace(" ", "")


def test_neither_traces_nor_logs_ever_hold_a_number(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    told = told_about_a_card(tmp_path, caplog)
    assert "firmwareversion" in told
    assert not [secret for secret in SECRETS if secret in told]


@pytest.mark.parametrize("leak", ["nfcpy's log", "the trace"])
def test_the_rig_sees_a_number_that_leaks(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch, leak: str
) -> None:
    """The planted faults for the test above."""
    if leak == "the trace":
        monkeypatch.setattr(FrameTrace, "record_masked", FrameTrace.record)
    else:
        monkeypatch.setattr(logging.getLogger("nfc"), "level", logging.DEBUG - 1)
        logging.getLogger("nfc").manager._clear_cache()  # type: ignore[attr-defined]
    told = told_about_a_card(tmp_path, caplog)
    monkeypatch.undo()
    logging.getLogger("nfc").manager._clear_cache()  # type: ignore[attr-defined]
    assert NTAG.uid.hex() in told


def test_a_late_answer_about_one_card_is_never_taken_for_the_next_one(desk: Desk) -> None:
    desk.simulator.faults.plan(PlannedFault(fault=Late(), command="list targets"))
    desk.host.say(desk.simulator.present(CLASSIC))
    with pytest.raises(DeviceSilent):
        desk.reader.next_card(within(0.05))
    assert desk.simulator.faults.struck
    assert desk.present(NTAG) == CardSeen("iso14443a", NTAG.uid.hex().upper())


def test_who_it_is(tmp_path: Path) -> None:
    with card_desk(tmp_path) as desk:
        identity = desk.reader.open(within())
    assert (identity.maker, identity.model, identity.firmware) == ("NXP", "PN532", "1.6")


def test_the_first_bytes_after_sleep_may_be_lost(tmp_path: Path) -> None:
    with card_desk(tmp_path) as desk:
        desk.reader.close()
        desk.simulator.faults.plan(PlannedFault(fault=Lose(side="request")))
        desk.reader.open(within())
        assert desk.present(CLASSIC) is not None


def test_a_raised_rate_is_asked_for_and_given_back(tmp_path: Path) -> None:
    with card_desk(tmp_path, baud=921_600) as desk:
        assert desk.present(CLASSIC) is not None
        desk.reader.close()
        assert desk.heard("serial rate") == 2
        desk.reader.open(within())
        assert desk.present(NTAG) is not None


def test_a_chip_left_at_the_raised_rate_is_found(tmp_path: Path) -> None:
    """It hears nothing at the usual one."""
    with card_desk(tmp_path, baud=460_800) as desk:
        desk.reader.close()
        lost = PlannedFault(fault=Lose(side="request"), command="firmware version", times=2)
        desk.simulator.faults.plan(lost)
        desk.reader.open(within())
        assert desk.simulator.faults.struck == 2
        assert desk.present(CLASSIC) is not None


def test_nothing_there_nobody_answering_and_the_wrong_device(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with card_desk(tmp_path) as desk:
        desk.reader.close()
        desk.simulator.faults.plan(PlannedFault(fault=Lose(side="request"), times=None))
        with pytest.raises(DeviceSilent, match="check its power"):
            desk.reader.open(within())
        desk.simulator.faults.clear()
        monkeypatch.setattr("drivers.contactless_card.virtual_pn532.VERSION", b"\x33\x02\x07\x07")
        with pytest.raises(WrongDevice):
            desk.reader.open(within())
        desk.host.unplug()
        with pytest.raises(PortMissing):
            desk.reader.open(within())


def test_a_port_that_another_program_holds(tmp_path: Path) -> None:
    with card_desk(tmp_path) as desk:
        second = ContactlessCardReader(CardSettings(path=desk.host.address))
        with pytest.raises(PortBusy):
            second.open(within())


def test_a_reader_that_was_never_opened() -> None:
    reader = ContactlessCardReader(CardSettings(path="/dev/nowhere"))
    with pytest.raises(DeviceLost):
        reader.next_card(within(0.1))
    reader.cancel()
    reader.close()


def test_a_usb_reader_that_is_not_plugged_in() -> None:
    reader = ContactlessCardReader(CardSettings(path="usb:072f:2200"))
    with pytest.raises(PortMissing):
        reader.open(within())


def test_unplugged_while_waiting_and_plugged_in_again(desk: Desk) -> None:
    Thread(target=desk.host.unplug).start()
    with pytest.raises(DeviceLost):
        desk.reader.next_card(within())
    desk.reader.close()
    desk.host.plug()
    desk.reader.open(within())
    assert desk.present(CLASSIC) is not None


def test_cancel_ends_the_wait_once(desk: Desk) -> None:
    Thread(target=desk.reader.cancel).start()
    with pytest.raises(Cancelled):
        desk.reader.next_card(within())
    assert desk.present(CLASSIC) is not None


def test_no_thread_stays_behind(tmp_path: Path) -> None:
    before = active_count()
    with card_desk(tmp_path) as desk:
        assert desk.present(NTAG) is not None
    eventually(lambda: active_count() <= before, 2, "end of all threads")


def test_a_station_without_card_reader_never_imports_nfcpy() -> None:
    import subprocess
    import sys

    module = DRIVER.make.__module__
    code = f"import sys, {module}; sys.exit('nfc' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
