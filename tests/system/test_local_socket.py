"""Technicians ask a running station through its local socket; the station goes on meanwhile."""

import stat
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from drivers.deadline import Deadline
from drivers.errors import PortBusy
from drivers.feig_obid.driver import FeigReader, FeigSettings
from kiosk.local.client import StationClient, StationGone, StationRefused
from kiosk.local.protocol import (
    AskFrames,
    AskItem,
    AskJournal,
    AskOutbox,
    AskStatus,
    AskTags,
    Done,
    Frames,
    ItemKnown,
    JournalLines,
    OutboxRows,
    PadTag,
    PadTags,
    Pause,
    Ping,
    Pong,
    Resume,
    Told,
    Watch,
)
from service.sample.known import ADULT
from tests.system.rig import STATION, Rig, Template
from tests.waiting import eventually

BOOK = "VV.00417"


@pytest.fixture
def rig(template: Template, tmp_path: Path) -> Iterator[Rig]:
    with Rig(template, tmp_path / "rig") as rig:
        rig.service.start()
        rig.kiosk.start()
        yield rig


@pytest.fixture
def asked(rig: Rig) -> Iterator[StationClient]:
    with StationClient(rig.kiosk.state / "socket") as client:
        yield client


def pad_answers(client: StationClient) -> bool:
    return all(device.up for device in client.status().devices)


def test_the_whole_station_in_one_answer(rig: Rig, asked: StationClient) -> None:
    eventually(lambda: pad_answers(asked), 10, "pad")
    status = asked.status()
    assert [(d.name, d.kind, d.driver, d.model) for d in status.devices] == [
        ("pad", "pad", "feig_obid", "CPR.M02")
    ]
    assert (status.link.state, status.link.reachable, status.hindrances) == ("online", True, ())
    assert status.store.waiting == 0
    assert stat.S_IMODE((rig.kiosk.state / "socket").stat().st_mode) == 0o660


def test_a_heartbeat_tells_how_far_away_service_and_clock_are(asked: StationClient) -> None:
    pong = asked.ask(Ping())
    assert isinstance(pong, Pong)
    assert 0 < pong.round_trip_ms < 2000
    assert abs(pong.clock_offset_ms) < 1000


def test_an_item_is_known_with_its_loan_and_never_with_its_patron(
    rig: Rig, asked: StationClient
) -> None:
    tags = rig.book(BOOK)
    assert rig.show_card(ADULT)
    rig.lay(*tags)
    assert rig.kiosk.shows(BOOK, "done")
    known = asked.ask(AskItem(item=BOOK))
    assert isinstance(known, ItemKnown)
    assert (known.known, known.on_loan, known.tagged) == (True, True, True)
    assert known.last_move is not None
    assert (known.last_move.act, known.last_move.station) == ("lent", STATION)
    assert known.since == known.last_move.at
    assert asked.ask(AskItem(item="VV.99999")) == ItemKnown(item="VV.99999", known=False)
    outbox, journal = asked.ask(AskOutbox()), asked.ask(AskJournal())
    assert isinstance(outbox, OutboxRows)
    assert isinstance(journal, JournalLines)
    assert [(r.act, r.item, r.reply) for r in outbox.rows] == [("check-out/1", BOOK, "lent/1")]
    assert [(r.uid, r.item, r.state) for r in journal.rows] == [(tags[0].uid, BOOK, "proved")]
    told = msgspec.json.encode([outbox, journal, known, asked.status()])
    assert ADULT.encode() not in told


def test_a_paused_device_is_free_for_a_technician_and_comes_back(
    rig: Rig, asked: StationClient
) -> None:
    reader = FeigReader(FeigSettings(path=rig.kiosk.host.address))
    eventually(lambda: pad_answers(asked), 10, "pad")
    with pytest.raises(PortBusy):
        reader.open(Deadline.after(1))
    assert asked.ask(Pause(device="pad", seconds=60)) == Done()

    def is_free() -> bool:
        try:
            reader.open(Deadline.after(1))
        except PortBusy:
            return False
        return True

    eventually(is_free, 5, "free port")
    assert asked.status().devices[0].error == "Paused"
    assert rig.kiosk.station.until(lambda view: view["kind"] == "OutOfServiceView", 5, "no pad")
    reader.close()
    assert asked.ask(Resume(device="pad")) == Done()
    eventually(lambda: pad_answers(asked), 10, "pad again")


def test_a_technician_who_goes_away_holds_no_device(rig: Rig, asked: StationClient) -> None:
    with StationClient(rig.kiosk.state / "socket") as other:
        other.ask(Pause(device="pad", seconds=3600))
        assert asked.status().devices[0].error == "Paused"
    eventually(lambda: pad_answers(asked), 10, "pad again")


def test_a_second_technician_waits_and_does_not_take_the_device_with_them(
    rig: Rig, asked: StationClient
) -> None:
    asked.ask(Pause(device="pad", seconds=60))
    with StationClient(rig.kiosk.state / "socket") as other:
        with pytest.raises(StationRefused, match="another technician uses pad"):
            other.ask(Pause(device="pad", seconds=1))
        with pytest.raises(StationRefused, match="another technician uses pad"):
            other.ask(Resume(device="pad"))
    with StationClient(rig.kiosk.state / "socket") as other:
        other.ask(Ping())  # the one before has left, and what it left to do is done
        assert asked.status().devices[0].error == "Paused"
    asked.ask(Resume(device="pad"))
    eventually(lambda: pad_answers(asked), 10, "pad again")


def test_every_tag_on_the_pad_is_read_anew_for_a_technician(rig: Rig, asked: StationClient) -> None:
    assert asked.ask(AskTags()) == PadTags(tags=())
    (tag,) = rig.book(BOOK)
    rig.lay(tag)

    def seen() -> tuple[PadTag, ...]:
        answer = asked.ask(AskTags())
        assert isinstance(answer, PadTags)
        return answer.tags

    wanted = PadTag(uid=tag.uid, kind="item", item=BOOK, afi="07")
    eventually(lambda: seen() == (wanted,), 10, "book on the pad")
    tag.afi = 0xC2
    assert [each.afi for each in seen()] == ["C2"]
    tag.afi = 0x07


def test_who_watches_is_told_what_lies_on_the_pad(rig: Rig, asked: StationClient) -> None:
    assert asked.ask(Watch()) == Done()
    tags = rig.book(BOOK)
    rig.lay(*tags)

    def seen() -> bool:
        event = asked.next_event(1)
        return isinstance(event, Told) and event.facts.get("uids") == [tags[0].uid]

    eventually(seen, 10, "tag told")


def test_frames_of_a_line_can_be_read_while_it_works(asked: StationClient) -> None:
    def has_inventory() -> bool:
        frames = asked.ask(AskFrames(device="pad"))
        assert isinstance(frames, Frames)
        return any("inventory" in frame.sentence for frame in frames.frames)

    eventually(has_inventory, 10, "inventory in the trace")


@pytest.mark.parametrize(
    ("line", "says"),
    [
        (b"{}", "missing required field"),
        (b'{"ask": "frames", "device": "pda"}', "there is no device pda"),
        (b'{"ask": "pause", "device": "pda"}', "there is no device pda"),
        (b'{"ask": "pause", "device": "pad", "seconds": 1e9}', "<= 3600"),
        (b'{"ask": "item", "item": ""}', "is no item number"),
        (b'{"ask": "rm -rf"}', "Invalid value"),
        (b"\xff\x00garbage", "not a request"),
    ],
)
def test_whatever_is_asked_wrongly_is_told_and_the_line_goes_on(
    asked: StationClient, line: bytes, says: str
) -> None:
    asked._send(line + b"\n")
    with pytest.raises(StationRefused, match=says):
        asked.ask(AskStatus())
    assert asked.status().station


def test_nobody_answers_where_no_station_runs(rig: Rig) -> None:
    rig.kiosk.station.kill()
    with pytest.raises(StationGone, match="no station answers"):
        StationClient(rig.kiosk.state / "socket")
